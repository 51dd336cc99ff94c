#include "server/app/settings.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include "server/ops/policy_files.h"
#include "server/ops/vocabulary_file.h"
#include "server/store/url.h"

namespace huiyin {
namespace {

using std::chrono::milliseconds;

void append(Problems& all, Problems more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string lines_of(const Problems& problems) {
  std::string text;
  for (const Problem& one : problems) text += (text.empty() ? "" : "\n") + show(one);
  return text;
}

// Two processes on one host, or one that was started again: never the same name.
std::string process_name() {
  char host[256] = "host";
  gethostname(host, sizeof host - 1);
  std::random_device dice;
  return std::string{host}.substr(0, 64) + ":" + std::to_string(getpid()) + ":" +
         std::to_string(dice());
}

bool on_sqlite(const Config& config) { return config.store.url.starts_with("sqlite:"); }

// A wildcard address is reached by way of this machine.
std::string url_of(const std::string& listen, bool tls) {
  if (listen.empty()) return {};
  const auto colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return (tls ? "https://" : "http://") + host + listen.substr(colon);
}

RuntimeFiles::Loaded load(const Config& config, Problems& problems) {
  LoadedVocabulary vocabulary = load_vocabulary(config.paths.vocabulary);
  LoadedClocks clocks = load_clocks(config.paths.deadlines);
  LoadedCalendar calendar = load_calendar(config.paths.holidays);
  append(problems, std::move(vocabulary.problems));
  append(problems, std::move(clocks.problems));
  append(problems, std::move(calendar.problems));

  RuntimeFiles::Loaded loaded;
  loaded.vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary.vocabulary));
  Policy policy{std::move(calendar.calendar), std::move(clocks.clocks), config.desk.cases_per_day,
                UnitCode{config.desk.area}};
  policy.result_min_characters = config.desk.result_min_characters;
  policy.urges_before_office = config.desk.urges_before_office;
  policy.same_problem_days = config.desk.same_problem_days;
  policy.same_problem = config.desk.same_problem;
  policy.joint_reporters = config.desk.joint_reporters;
  policy.joint_days = config.desk.joint_days;
  policy.admins = config.audit.report_to;
  loaded.policy = std::make_shared<const Policy>(std::move(policy));
  try {
    loaded.renderer = load_templates(config.paths.templates);
  } catch (const std::runtime_error& error) {
    Problem problem;
    problem.place.file = config.paths.templates;
    problem.text = error.what();
    problems.push_back(std::move(problem));
  }
  return loaded;
}

}  // namespace

FileProblems::FileProblems(Problems problems)
    : std::runtime_error{lines_of(problems)}, problems_{std::move(problems)} {}

RuntimeFiles::Loaded load_files(const Config& config) {
  Problems problems;
  RuntimeFiles::Loaded loaded = load(config, problems);
  if (has_errors(problems)) throw FileProblems{std::move(problems)};
  return loaded;
}

ServeSettings serve_settings(const Config& config) {
  ServeSettings settings;
  settings.listen.address = config.server.listen;
  settings.listen.threads = config.server.threads;
  settings.listen.certificate = config.server.certificate;
  settings.listen.key = config.server.key;
  settings.listen.limits.connections = config.server.connections;
  settings.listen.limits.body_bytes = config.server.body_bytes;
  settings.admin_listen.address = config.server.admin_listen;
  settings.client.connections_per_host =
      std::max<std::size_t>(config.outbox.connections, config.outbox.channel_connections);
  settings.client.ca_file = config.outbox.ca_file;
  settings.channels = config.channels;
  settings.load_files = [config] { return load_files(config); };

  EngineOptions& engine = settings.engine;
  engine.store_url = config.store.url;
  engine.migrate = config.store.migrate;
  // SQLite has one writer; a second one would only wait for the first.
  engine.inbox.workers = config.server.workers != 0 ? config.server.workers
                         : on_sqlite(config)        ? 1
                                                    : 2;
  engine.inbox.batch = config.server.batch;
  engine.inbox.queue = config.server.queue;
  engine.inbox.stale = config.server.stale;
  engine.inbox.journal_directory = config.server.journal;
  engine.outbox.process = process_name();
  engine.outbox.lease = config.outbox.lease;
  engine.outbox.connections = static_cast<int>(config.outbox.channel_connections);
  engine.outbox.fail_over = config.outbox.fail_over;
  engine.audit = config.audit.daily;
  engine.public_url = config.server.public_url;
  engine.link_lifetime = config.media.link_lifetime;
  engine.media.directory = config.media.directory;
  engine.media.bytes = config.media.megabytes * 1024 * 1024;
  for (const ChannelConfig& channel : config.channels) {
    engine.api_bases[channel.name] = channel.api_base;
  }

  // Requests get two thirds of the time, notices in flight a fifth, the rest is for the database.
  const milliseconds drain = config.server.drain;
  settings.drain = drain * 2 / 3;
  settings.outbox_grace = drain / 5;
  settings.stop_limit = drain - milliseconds{500};
  return settings;
}

Problems check_rest(const Config& config, const std::string& config_file) {
  Problems problems;
  try {
    store::parse_url(config.store.url);
  } catch (const std::invalid_argument& error) {
    problems.push_back({Problem::error, {config_file, 0, 0}, "store.url", error.what()});
  }
  const auto brings_files = [](const ChannelConfig& one) { return one.platform != "console"; };
  if (config.server.public_url.empty() && std::ranges::any_of(config.channels, brings_files)) {
    problems.push_back({Problem::warning,
                        {config_file, 0, 0},
                        "server.public_url",
                        "is empty: photos and recordings cannot be shown on cards; give the "
                        "address at which people reach this server"});
  }
  load(config, problems);
  return problems;
}

std::string public_address(const Config& config) {
  return url_of(config.server.listen, !config.server.certificate.empty());
}

std::string admin_address(const Config& config) {
  return url_of(config.server.admin_listen, false);
}

}  // namespace huiyin
