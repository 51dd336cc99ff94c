// The real program as a child process, on each engine, for tests that look at it from outside.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/client.h"

namespace huiyin::flow {

using std::chrono::milliseconds;

// A directory of the test's own, removed at the end.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// An empty database. "sqlite": a file in `scratch`; "mysql": a database of its own on the server
// that HUIYIN_TEST_MYSQL names, dropped at the end.
class Database {
 public:
  Database(const std::string& engine, const Scratch& scratch);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  const std::string& url() const { return url_; }
  // All rows of a query, columns joined by '|'.
  std::vector<std::string> rows(const std::string& sql) const;

 private:
  void admin(const std::string& sql) const;  // on the server, outside the database

  std::string engine_, url_, name_;
};
// "sqlite", and "mysql" when HUIYIN_TEST_MYSQL is set.
std::vector<std::string> engines();
// The server URL with another database's name in it.
std::string with_database(const std::string& url, const std::string& name);

struct Finished {
  int exit = -1;  // -signal when a signal ended it
  std::string out;
  std::string errors;
};

// A program that runs. Killed when it goes out of scope.
class Process {
 public:
  // argv[0] is the program; runs in the source directory.
  Process(std::vector<std::string> argv, const std::filesystem::path& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number) const;
  // Reads its output until a line starts with `prefix`, and returns the rest of that line; empty
  // when it ends or the time is over.
  std::string line_after(std::string_view prefix, milliseconds limit);
  // Waits for its end. exit is -1000 when it did not end in time.
  Finished wait(milliseconds limit);

 private:
  bool read_more(milliseconds limit);

  pid_t pid_ = -1;
  int output_ = -1;
  std::string out_;
  std::filesystem::path log_;
  std::optional<int> exit_;
};

std::uint16_t free_port();

// `huiyin serve` with the story's configuration on free ports.
class Server {
 public:
  struct Options {
    bool test_clock = true;
    std::vector<std::string> sets;      // more --set key=value
    std::string config = "seed-story";  // of config/story, without .toml
  };
  // Starts it; ready() waits. `number` tells several servers of one test apart.
  Server(const Scratch& scratch, const std::string& store_url, Options options, int number = 0);

  bool listening() const { return !url_.empty(); }
  // True when /readyz says 200 within the limit.
  bool ready(milliseconds limit = milliseconds{20'000});
  const std::string& url() const { return url_; }
  const std::string& admin() const { return admin_; }
  Process& process() { return *process_; }
  // What the other subcommands need to meet this server: --config and --set.
  const std::vector<std::string>& settings() const { return settings_; }
  std::string log() const;  // what it wrote so far

 private:
  std::vector<std::string> settings_;
  std::filesystem::path log_;
  std::unique_ptr<Process> process_;
  std::string url_, admin_;
};

// Runs `huiyin COMMAND...` to its end.
Finished huiyin(const Scratch& scratch, std::vector<std::string> arguments,
                milliseconds limit = milliseconds{60'000});
// Migrates and imports the seed's units, people and duties.
void prepare(const Scratch& scratch, const std::string& store_url);

// One request; fault and status are the caller's to judge.
net::ClientResult request(const std::string& method, const std::string& url,
                          const std::string& body = {}, std::vector<net::Header> headers = {});
// True when `probe` says so within the limit.
bool eventually(const std::function<bool()>& probe, milliseconds limit = milliseconds{10'000});

}  // namespace huiyin::flow
