#include "server/ops/config.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "server/ops/channel_config.h"
#include "server/ops/secret.h"
#include "server/ops/section.h"

namespace huiyin {

namespace {

using settings::Node;
using settings::Reading;
using settings::Section;

struct Listener {
  std::string_view host;
  bool good = false;
};

Listener split_listener(std::string_view listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  Listener parts{listen.substr(0, colon)};
  const std::string_view port = listen.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  const bool bracketed = parts.host.starts_with('[') && parts.host.ends_with(']');
  const bool one_word = parts.host.find_first_of(" /:[]") == std::string_view::npos;
  parts.good = digits && std::stoi(std::string{port}) <= 65535 && (bracketed || one_word);
  return parts;
}

std::string read_listen(Section& in, std::string_view key, std::string otherwise, bool may_be_off) {
  std::string listen = in.text(key, otherwise);
  if ((listen.empty() && may_be_off) || split_listener(listen).good) return listen;
  in.wrong(key, std::string{"must be address:port, for example 127.0.0.1:8080 or [::1]:8080"} +
                    (may_be_off ? ", or \"\" for none" : ""));
  return otherwise;
}

// A file or directory that must be there, empty allowed.
std::string read_path(Section& in, std::string_view key, std::string otherwise) {
  std::string path = in.text(key, std::move(otherwise));
  if (path.empty()) in.wrong(key, "must be a path");
  return path;
}

std::string read_optional_file(Section& in, std::string_view key) {
  std::string path = in.text(key, "");
  if (!path.empty() && ::access(path.c_str(), R_OK) != 0) in.wrong(key, "this file cannot be read");
  return path;
}

std::string read_public_url(Section& in) {
  std::string url = in.text("public_url", "");
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  const bool plain = std::ranges::all_of(url, [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view{"?#@\"<>"}.find(c) == std::string_view::npos;
  });
  if (!url.empty() && (!web || !plain || url.ends_with('/')))
    in.wrong("public_url",
             "must begin with https:// (or http://), be plain ASCII without ?, # or @, and not end "
             "with a slash");
  return url;
}

template <class T>
T count(Section& in, std::string_view key, T otherwise, std::int64_t least, std::int64_t most) {
  return static_cast<T>(in.whole(key, static_cast<std::int64_t>(otherwise), least, most));
}

ServerConfig read_server(Section in) {
  ServerConfig server;
  server.listen = read_listen(in, "listen", server.listen, false);
  server.admin_listen = read_listen(in, "admin_listen", server.admin_listen, true);
  server.public_url = read_public_url(in);
  server.threads = count(in, "threads", server.threads, 1, 64);
  server.connections = count(in, "connections", server.connections, 16, 100'000);
  server.body_bytes = count(in, "body_bytes", server.body_bytes, 1024, 16 * 1024 * 1024);
  server.workers = count(in, "workers", server.workers, 0, 16);
  server.queue = count(in, "queue", server.queue, 16, 1'000'000);
  server.batch = count(in, "batch", server.batch, 1, 1024);
  server.stale = std::chrono::milliseconds{in.whole("stale_ms", server.stale.count(), 100, 4000)};
  server.drain = std::chrono::seconds{in.whole("drain_seconds", server.drain.count(), 1, 300)};
  server.journal = in.text("journal", server.journal);

  Section tls = in.section("tls");
  server.certificate = read_optional_file(tls, "certificate");
  server.key = read_optional_file(tls, "key");
  if (server.certificate.empty() != server.key.empty())
    tls.wrong(server.key.empty() ? "key" : "certificate",
              "certificate and key must be given together");
  return server;
}

StoreConfig read_store(Section in) {
  StoreConfig store;
  if (in.has("url")) store.url = settings::read_secret(in, "url", Problem::error).value_or("");
  in.ask("url");
  const bool known = store.url.starts_with("sqlite:") || store.url.starts_with("mysql://");
  if (!store.url.empty() && (!known || store.url == "sqlite:"))
    in.wrong("url",
             "must be sqlite:path or mysql://user:password@host:port/database[?socket=path]");
  store.migrate = in.flag("migrate", store.migrate);
  return store;
}

LogConfig read_log(Section in) {
  constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};
  constexpr std::array<std::string_view, 2> kFormats{"text", "json"};
  LogConfig log;
  const std::string level = in.one_of("level", "info", kLevels);
  log.level = static_cast<LogLevel>(std::ranges::find(kLevels, level) - kLevels.begin());
  log.json = in.one_of("format", "text", kFormats) == "json";
  log.file = in.text("file", "");
  log.rotate_megabytes = count(in, "rotate_megabytes", log.rotate_megabytes, 1, 10'000);
  log.rotate_files = count(in, "rotate_files", log.rotate_files, 1, 1000);
  log.repeat_per_second = count(in, "repeat_per_second", log.repeat_per_second, 1, 1'000'000);
  log.queue = count(in, "queue", log.queue, 64, 1'000'000);
  return log;
}

OutboxConfig read_outbox(Section in) {
  OutboxConfig outbox;
  outbox.connections = count(in, "connections", outbox.connections, 1, 1024);
  outbox.ca_file = read_optional_file(in, "ca_file");
  outbox.lease = std::chrono::seconds{in.whole("lease_seconds", outbox.lease.count(), 5, 600)};
  outbox.fail_over =
      std::chrono::minutes{in.whole("fail_over_minutes", outbox.fail_over.count(), 1, 2880)};
  outbox.channel_connections =
      count(in, "channel_connections", outbox.channel_connections, 0, 1024);
  return outbox;
}

MediaConfig read_media(Section in) {
  MediaConfig media;
  media.directory = read_path(in, "directory", media.directory);
  media.link_lifetime =
      std::chrono::hours{in.whole("link_hours", media.link_lifetime.count(), 1, 8760)};
  media.megabytes = count(in, "megabytes", media.megabytes, 1, 100);
  return media;
}

// 0 to 1, with a decimal point or without.
double read_share(Section& in, std::string_view key, double otherwise) {
  const auto* node = in.ask(key);
  if (node == nullptr) return otherwise;
  const double value = node->type == Node::real    ? node->real_number
                       : node->type == Node::whole ? static_cast<double>(node->number)
                                                   : -1.0;
  if (value >= 0 && value <= 1) return value;
  in.wrong(key, "must be a number from 0 to 1, such as 0.5");
  return otherwise;
}

// "06:00"; "" is none.
std::optional<std::chrono::minutes> read_hour(Section& in, std::string_view key) {
  const std::string text = in.text(key, "");
  if (text.empty()) return std::nullopt;
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  const bool shaped = text.size() == 5 && text[2] == ':' &&
                      std::ranges::all_of(std::array{0, 1, 3, 4}, [&](int at) {
                        return text[at] >= '0' && text[at] <= '9';
                      });
  const int hour = shaped ? digit(0) * 10 + digit(1) : 24;
  const int minute = shaped ? digit(3) * 10 + digit(4) : 60;
  if (hour < 24 && minute < 60) return std::chrono::hours{hour} + std::chrono::minutes{minute};
  in.wrong(key, "must be an hour of the day such as \"06:00\", or \"\" for none");
  return std::nullopt;
}

DeskConfig read_desk(Section in) {
  DeskConfig desk;
  desk.area = in.text("area", "");
  desk.cases_per_day = count(in, "cases_per_day", desk.cases_per_day, 1, 10'000);
  desk.result_min_characters =
      count(in, "result_min_characters", desk.result_min_characters, 1, 200);
  desk.urges_before_office = count(in, "urges_before_office", desk.urges_before_office, 1, 100);
  desk.same_problem_days = count(in, "same_problem_days", desk.same_problem_days, 1, 366);
  desk.same_problem = read_share(in, "same_problem", desk.same_problem);
  desk.joint_reporters = count(in, "joint_reporters", desk.joint_reporters, 2, 10);
  desk.joint_days = count(in, "joint_days", desk.joint_days, 1, 366);
  return desk;
}

AuditConfig read_audit(Section in) {
  AuditConfig audit;
  if (in.has("daily")) audit.daily = read_hour(in, "daily");
  in.ask("daily");
  audit.report_to = in.words("report_to");
  return audit;
}

PathConfig read_paths(Section in) {
  PathConfig paths;
  paths.templates = read_path(in, "templates", paths.templates);
  paths.vocabulary = read_path(in, "vocabulary", paths.vocabulary);
  paths.deadlines = read_path(in, "deadlines", paths.deadlines);
  paths.holidays = read_path(in, "holidays", paths.holidays);
  return paths;
}

LoadedConfig read_document(Node document, std::span<const std::string> overrides,
                           std::span<const Platform> platforms, Problems problems) {
  LoadedConfig loaded;
  loaded.problems = std::move(problems);
  const bool readable = loaded.problems.empty();
  for (const std::string& one : overrides) settings::apply_override(document, one, loaded.problems);
  if (!readable) return loaded;  // every key would seem to be left out

  Reading reading{loaded.problems};
  {
    Section root{reading, document};
    Config& config = loaded.config;
    config.server = read_server(root.section("server"));
    config.store = read_store(root.section("store"));
    config.log = read_log(root.section("log"));
    config.outbox = read_outbox(root.section("outbox"));
    config.media = read_media(root.section("media"));
    config.desk = read_desk(root.section("desk"));
    config.audit = read_audit(root.section("audit"));
    config.paths = read_paths(root.section("paths"));
    config.channels = settings::read_channels(root, reading, platforms,
                                              is_loopback_listener(config.server.listen));
  }
  reading.report_unknown();
  return loaded;
}

}  // namespace

bool is_loopback_listener(std::string_view listen) {
  const Listener parts = split_listener(listen);
  return parts.good && settings::is_loopback_host(parts.host);
}

LoadedConfig load_config(const std::string& path, std::span<const std::string> overrides,
                         std::span<const Platform> platforms) {
  Problems problems;
  Node document = settings::read_file(path, problems);
  return read_document(std::move(document), overrides, platforms, std::move(problems));
}

LoadedConfig read_config(std::string_view toml, const std::string& name,
                         std::span<const std::string> overrides,
                         std::span<const Platform> platforms) {
  Problems problems;
  Node document = settings::read_text(toml, name, problems);
  return read_document(std::move(document), overrides, platforms, std::move(problems));
}

}  // namespace huiyin
