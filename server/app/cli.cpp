#include "server/app/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "server/app/audit.h"
#include "server/app/export.h"
#include "server/app/import.h"
#include "server/app/observe.h"
#include "server/app/play.h"
#include "server/app/play_script.h"
#include "server/app/serve.h"
#include "server/app/settings.h"
#include "server/app/signals.h"
#include "server/store/url.h"

namespace huiyin {
namespace {

constexpr int kDone = 0, kNo = 1, kBad = 2;
constexpr const char* kSubcommands[] = {"serve",        "migrate", "import", "export",
                                        "check-config", "play",    "audit",  "bind-code"};

struct Arguments {
  std::string config = "config/huiyin.toml";
  std::vector<std::string> sets;
  // serve
  bool test_clock = false;
  std::string clock_start;
  // import
  std::vector<std::string> files;
  // export
  ExportRequest wanted;
  // audit
  AuditRequest audit;
  // bind-code
  std::string person;
  // play
  std::string script, server, admin, ca_file;
  double patience = 5;
  std::size_t way = 1;
};

struct Console {
  std::ostream& out;
  std::ostream& errors;
};

void show_all(const Problems& problems, std::ostream& to) {
  for (const Problem& one : problems) to << show(one) << "\n";
}

// Nothing when the configuration cannot be used; its problems were shown then.
std::optional<Config> read(const Arguments& arguments, const Console& console) {
  LoadedConfig loaded = load_config(arguments.config, arguments.sets, platforms());
  show_all(loaded.problems, console.errors);
  if (!loaded.usable()) return std::nullopt;
  return std::move(loaded.config);
}

// A slip in the URL is not a database that is away: waiting would not mend it.
bool good_url(const Config& config, const Console& console) {
  try {
    store::parse_url(config.store.url);
    return true;
  } catch (const std::invalid_argument& wrong) {
    console.errors << "store.url: " << wrong.what() << "\n";
    return false;
  }
}

int check(const Arguments& arguments, const Console& console) {
  LoadedConfig loaded = load_config(arguments.config, arguments.sets, platforms());
  if (loaded.usable()) {
    Problems more = check_rest(loaded.config, arguments.config);
    std::ranges::move(more, std::back_inserter(loaded.problems));
  }
  show_all(loaded.problems, console.out);
  if (has_errors(loaded.problems)) return kBad;
  // A channel that stays closed is not what somebody wanted who configured it.
  const auto closes = [](const Problem& one) { return one.kind != Problem::warning; };
  if (std::ranges::any_of(loaded.problems, closes)) return kNo;
  console.out << arguments.config << ": good\n";
  return kDone;
}

int start_server(const Arguments& arguments, const Console& console) {
  std::optional<Instant> clock_start;
  if (!arguments.clock_start.empty()) {
    clock_start = parse_rfc3339(arguments.clock_start);
    if (!clock_start) {
      console.errors << "--test-clock: not an RFC 3339 instant such as 2026-03-26T09:00:00+08:00\n";
      return kBad;
    }
  }
  block_signals();
  const LoadedConfig loaded = load_config(arguments.config, arguments.sets, platforms());
  if (!loaded.usable()) {
    show_all(loaded.problems, console.errors);
    return kBad;
  }
  if (!good_url(loaded.config, console)) return kBad;
  Observer observer{loaded.config.log};
  for (const Problem& one : loaded.problems) {
    observer.event(Severity::error,
                   one.kind == Problem::channel_disabled ? "channel.closed" : "config.warning",
                   {{"why", show(one)}});
  }
  ServeSettings settings = serve_settings(loaded.config);
  settings.test_clock = arguments.test_clock;
  settings.clock_start = clock_start;
  const ServeOps ops = observer.ops();
  try {
    return serve(std::move(settings), ops, console.out, console.errors);
  } catch (const FileProblems& wrong) {
    show_all(wrong.problems(), console.errors);
    return kBad;
  }
}

// Runs `work` on the configured store, whatever its schema.
int with_any_store(const Arguments& arguments, const Console& console,
                   const std::function<int(const Config&, store::Store&)>& work) {
  const auto config = read(arguments, console);
  if (!config) return kBad;
  if (!good_url(*config, console)) return kBad;
  try {
    const auto store = store::open(config->store.url);
    return work(*config, *store);
  } catch (const store::Error& error) {
    console.errors << "store: " << error.what() << "\n";
    return kNo;
  }
}

// Runs `work` on the configured store when its schema is ours.
int with_store(const Arguments& arguments, const Console& console,
               const std::function<int(const Config&, store::Store&)>& work) {
  return with_any_store(arguments, console, [&](const Config& config, store::Store& store) {
    if (store.schema_current()) return work(config, store);
    console.errors << "store: the schema is not up to date: run huiyin migrate\n";
    return kNo;
  });
}

int migrate(const Arguments& arguments, const Console& console) {
  return with_any_store(arguments, console, [&](const Config&, store::Store& store) {
    store.migrate();
    console.out << "the schema is up to date\n";
    return kDone;
  });
}

int import_files(const Arguments& arguments, const Console& console) {
  return with_any_store(arguments, console, [&](const Config& config, store::Store& store) {
    if (config.store.migrate) store.migrate();
    return run_import(store, arguments.files, console.out, console.errors);
  });
}

int export_rows(const Arguments& arguments, const Console& console) {
  return with_store(arguments, console, [&](const Config&, store::Store& store) {
    return run_export(store, arguments.wanted, console.out, console.errors);
  });
}

int audit(const Arguments& arguments, const Console& console) {
  return with_store(arguments, console, [&](const Config& config, store::Store& store) {
    const auto files = load_files(config);
    return run_audit(store, *files.policy, arguments.audit, console.out, console.errors);
  });
}

int bind_code(const Arguments& arguments, const Console& console) {
  return with_store(arguments, console, [&](const Config&, store::Store& store) {
    return run_bind_code(store, arguments.person, SystemClock{}.now(), console.out, console.errors);
  });
}

std::optional<std::string> read_text(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{in}, {}};
}

int play_script(const Arguments& arguments, const Console& console) {
  const auto text = read_text(arguments.script);
  if (!text) {
    console.errors << arguments.script << ": cannot be read\n";
    return kBad;
  }
  const auto config = read(arguments, console);
  if (!config) return kBad;
  PlayOptions options;
  options.server = arguments.server.empty() ? public_address(*config) : arguments.server;
  options.admin = arguments.admin.empty() ? admin_address(*config) : arguments.admin;
  options.ca_file = arguments.ca_file;
  options.patience = std::chrono::milliseconds{static_cast<long>(arguments.patience * 1000)};
  try {
    const PlayScript script = parse_play(*text, arguments.script, arguments.way);
    return play(script, config->channels, options, console.out, console.errors);
  } catch (const ScriptError& wrong) {
    console.errors << wrong.what() << "\n";
    return kBad;
  }
}

bool is_subcommand(const std::string& word) {
  return std::ranges::find(kSubcommands, word) != std::end(kSubcommands);
}

// A first word that is neither an option nor a subcommand; CLI11 would only say that one is
// missing.
bool mistyped(const std::vector<std::string>& words) {
  return !words.empty() && !words.front().starts_with('-') && !is_subcommand(words.front());
}

// "serve" is meant when no subcommand is named.
std::vector<std::string> with_default(std::vector<std::string> words) {
  const bool named = std::ranges::any_of(words, [](const std::string& one) {
    return one == "-h" || one == "--help" || is_subcommand(one);
  });
  if (!named) words.insert(words.begin(), "serve");
  return words;
}

}  // namespace

int run_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& errors) {
  const Console console{out, errors};
  Arguments arguments;
  CLI::App app{"Huiyin (回音): every message becomes a case, every case is answered.", "huiyin"};
  app.require_subcommand(1);
  const auto command = [&](const char* name, const char* what) {
    CLI::App* sub = app.add_subcommand(name, what);
    sub->add_option("--config", arguments.config, "configuration file")->capture_default_str();
    sub->add_option("--set", arguments.sets, "overrides one key: --set server.listen=127.0.0.1:80")
        ->allow_extra_args(false);
    return sub;
  };
  CLI::App* serve_it = command("serve", "runs the server (this is what happens by default)");
  const CLI::Option* clock =
      serve_it
          ->add_option("--test-clock", arguments.clock_start,
                       "a clock that stands still until PUT /clock moves it; "
                       "begins at this RFC 3339 instant, or now")
          ->expected(0, 1);
  CLI::App* migrate_it = command("migrate", "brings the database's schema up to date");
  CLI::App* import_it = command("import", "units, people, duties and leaves from TSV files");
  import_it
      ->add_option("files", arguments.files,
                   "units.tsv, people.tsv, duties.tsv, leaves.tsv, in any order")
      ->required();
  CLI::App* export_it = command("export", "cases as JSON lines, or the directory as TSV");
  export_it->add_option("--since", arguments.wanted.since,
                        "cases registered or changed since: 2026-03-26 or an RFC 3339 instant");
  export_it->add_option("--format", arguments.wanted.format, "jsonl for cases, tsv for the rest");
  export_it->add_option("--table", arguments.wanted.table, "cases, units, people, duties or leaves")
      ->capture_default_str();
  export_it->add_flag("--personal", arguments.wanted.personal, "people: with names and telephones");
  CLI::App* check_it = command("check-config", "says what is wrong with the configuration");
  CLI::App* audit_it = command("audit", "lists every promise that is broken");
  audit_it->add_option("--format", arguments.audit.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  audit_it
      ->add_option("--older", arguments.audit.older,
                   "hours; what is younger may still be on its way")
      ->check(CLI::Range(0, 24 * 366))
      ->capture_default_str();
  audit_it->add_option("--at", arguments.audit.at, "as of this RFC 3339 instant, not now");
  CLI::App* bind_it = command("bind-code", "a one-time code that binds one more account");
  bind_it->add_option("person", arguments.person, "the person's id in people.tsv")->required();
  CLI::App* play_it = command("play", "plays a story against a running server");
  play_it->add_option("script", arguments.script, "file in the language of docs/play.md")
      ->required();
  play_it->add_option("--server", arguments.server, "URL of the server");
  play_it->add_option("--admin", arguments.admin, "URL of its admin listener");
  play_it->add_option("--ca-file", arguments.ca_file, "trust anchors (PEM) for an https server");
  play_it->add_option("--way", arguments.way, "which of the accounts \"A or B\" people have")
      ->capture_default_str();
  play_it->add_option("--patience", arguments.patience, "seconds that a message may take")
      ->check(CLI::Range(0.1, 600.0));

  try {
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    if (mistyped(words)) {
      errors << "huiyin: no subcommand '" << words.front() << "'; there are";
      for (const auto& name : kSubcommands) errors << ' ' << name;
      errors << '\n';
      return kBad;
    }
    words = with_default(std::move(words));
    std::ranges::reverse(words);  // as CLI11 wants them
    app.parse(std::move(words));
    arguments.test_clock = clock->count() > 0;
    if (serve_it->parsed()) return start_server(arguments, console);
    if (migrate_it->parsed()) return migrate(arguments, console);
    if (import_it->parsed()) return import_files(arguments, console);
    if (export_it->parsed()) return export_rows(arguments, console);
    if (check_it->parsed()) return check(arguments, console);
    if (play_it->parsed()) return play_script(arguments, console);
    if (audit_it->parsed()) return audit(arguments, console);
    if (bind_it->parsed()) return bind_code(arguments, console);
    return kBad;
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, errors) == 0 ? kDone : kBad;
  } catch (const std::exception& error) {
    errors << "huiyin: " << error.what() << "\n";
    return kNo;
  }
}

}  // namespace huiyin
