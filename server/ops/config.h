// config/huiyin.toml as typed values. Every key is documented in that file; a key that is left out
// has the default below.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "handlers/channel.h"
#include "server/ops/log.h"
#include "server/ops/problem.h"

namespace huiyin {

struct ServerConfig {
  std::string listen = "127.0.0.1:8080";
  std::string admin_listen = "127.0.0.1:8081";  // empty: no admin listener
  std::string public_url;                       // "https://huiyin.example.cn", no trailing slash
  unsigned threads = 1;                         // network threads
  std::string certificate, key;                 // PEM files; both empty: plain HTTP
  std::size_t connections = 4096;
  std::size_t body_bytes = 256 * 1024;
  unsigned workers = 0;  // inbox writers; 0: one on SQLite, two on MySQL
  std::size_t queue = 4096;
  std::size_t batch = 256;
  std::chrono::milliseconds stale{2000};
  std::chrono::seconds drain{15};
  std::string journal = "var/journal";  // crash journal's directory; empty: none
};

struct StoreConfig {
  std::string url = "sqlite:var/huiyin.db";
  bool migrate = true;
};

struct OutboxConfig {
  std::size_t connections = 64;  // per host
  std::string ca_file;           // more trust anchors (PEM); empty: the system's
  std::chrono::seconds lease{30};
  std::chrono::minutes fail_over{10};  // tried so long in vain: the person's next account
  std::size_t channel_connections =
      0;  // requests at once on each channel; 0: as its platform bears
};

struct MediaConfig {
  std::string directory = "var/media";
  std::chrono::hours link_lifetime{72};
  std::size_t megabytes = 10;  // larger files are not fetched
};

struct DeskConfig {
  std::string area;  // unit code; empty: all
  int cases_per_day = 10;
  std::size_t result_min_characters = 8;
  int urges_before_office = 3;
  int same_problem_days = 30;  // so long a case may be the same as a new one
  double same_problem = 0.5;   // likeness of the words from which on it is, 0 to 1
  int joint_reporters = 5;     // so many on one problem ...
  int joint_days = 7;          // ... within so many days: it starts at the township
};

struct AuditConfig {
  std::optional<std::chrono::minutes> daily{6 * 60};  // after midnight in Shanghai; none: never
  std::vector<std::string> report_to;  // codes of people; empty: the clerks of the top unit
};

// Relative paths are relative to the directory in which the program was started.
struct PathConfig {
  std::string templates = "templates";
  std::string vocabulary = "config/vocabulary.toml";
  std::string deadlines = "config/deadlines.toml";
  std::string holidays = "config/holidays.toml";
};

struct Config {
  ServerConfig server;
  StoreConfig store;
  LogConfig log;
  OutboxConfig outbox;
  MediaConfig media;
  DeskConfig desk;
  AuditConfig audit;
  PathConfig paths;
  // Those that may be opened. A channel with a missing secret or a key that its platform refuses is
  // not among them: Problem::channel_disabled says why.
  std::vector<ChannelConfig> channels;
};

struct LoadedConfig {
  Config config;
  Problems problems;  // all that were found, by place; nothing may start when one is an error
  bool usable() const { return !has_errors(problems); }
};

// `overrides`: "server.listen=0.0.0.0:80", "channel.NAME.token=...". Reads secrets from the
// environment and from files. Never throws for what the file holds; no problem's text ever holds a
// value.
LoadedConfig load_config(const std::string& path, std::span<const std::string> overrides,
                         std::span<const Platform> platforms);
// The same for a text; `name` stands for the file in problems.
LoadedConfig read_config(std::string_view toml, const std::string& name,
                         std::span<const std::string> overrides,
                         std::span<const Platform> platforms);

// "127.0.0.1:8080", "[::1]:0", "localhost:80".
bool is_loopback_listener(std::string_view listen);

}  // namespace huiyin
