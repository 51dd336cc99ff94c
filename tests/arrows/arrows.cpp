#include "tests/arrows/arrows.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace huiyin::arrows {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string_view>;

struct Room {
  std::string_view name;
  std::string_view path;  // a file belongs to the first room whose path it starts with
  Words project;          // what it may include of the project, as path prefixes
  bool standard_only;     // of <...>, only the standard library and what kLibraries grants
};

const std::array<Room, 11> kRooms = {{
    {"cases", "server/cases/", {"server/cases/"}, true},
    {"intake", "server/intake/", {"server/intake/", "server/cases/"}, true},
    // Of the intake, desk sees the result only: deciding must not depend on how text was read. The
    // rest of a command is words whose sense depends on the verb: dates and numbers in them are
    // read when it is decided.
    // Masking reads nothing; the decision needs it for the facts it hands to notices.
    {"desk",
     "server/desk/",
     {"server/desk/", "server/cases/", "server/intake/meaning.h", "server/intake/masking.h",
      "server/intake/dates.h", "server/intake/said_numbers.h"},
     true},
    {"store", "server/store/", {"server/store/", "server/cases/"}, false},
    {"net", "server/net/", {"server/net/"}, false},
    // Of the others, ops sees the values that its files are read into.
    {"ops",
     "server/ops/",
     {"server/ops/", "server/cases/", "server/intake/vocabulary.h", "handlers/channel.h"},
     false},
    {"pipeline",
     "server/pipeline/",
     {"server/pipeline/", "server/cases/", "server/intake/", "server/desk/", "server/store/",
      "server/net/", "server/ops/", "handlers/channel.h", "handlers/registry.h"},
     false},
    {"web", "server/web/", {"server/web/", "server/cases/", "server/store/", "server/net/"}, false},
    {"handlers", "handlers/", {"handlers/", "server/cases/", "server/net/http.h"}, false},
    {"app", "server/app", {"server/", "handlers/"}, false},
    {"app", "server/main.cpp", {"server/", "handlers/"}, false},
}};

struct Library {
  std::string_view header;  // prefix of what stands between < and >
  Words rooms;
};

// The first match decides; a header that matches nothing is left alone (POSIX and the like).
const std::array<Library, 20> kLibraries = {{
    {"boost/beast", {"net"}},
    {"boost/asio", {"net", "app"}},
    {"boost/json", {"handlers", "web", "app"}},
    {"boost/url", {"net", "handlers", "web"}},
    {"boost/", {"net", "handlers", "web", "pipeline", "app"}},
    {"openssl/", {"net", "handlers", "pipeline"}},
    {"pugixml", {"handlers"}},
    {"sqlite3", {"store"}},
    {"cppconn/", {"store"}},
    {"mysql", {"store"}},
    {"mariadb/", {"store"}},
    {"spdlog/", {"ops", "pipeline", "app"}},
    {"toml++/", {"ops", "app"}},
    {"prometheus/", {"ops"}},
    {"CLI/", {"app"}},
    {"kainjow/", {"pipeline", "web"}},
    {"mustache", {"pipeline", "web"}},
    {"unicode/", {"intake"}},
    {"gtest/", {}},
    {"gmock/", {}},
}};

// What lies at the root, which is an include directory: <...> would find it as well.
constexpr std::array<std::string_view, 3> kTops = {"server/", "handlers/", "tests/"};

bool contains(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

const Room* room_of(std::string_view file) {
  for (const Room& room : kRooms) {
    if (file.starts_with(room.path)) return &room;
  }
  return nullptr;
}

struct Include {
  std::string header;
  bool angled = false;
};

// What is wrong with `include` in `room`, if anything.
std::optional<std::string> fault(const Room& room, const Include& include) {
  const std::string_view header = include.header;
  const std::string who = "room " + std::string{room.name} + " may not include ";
  const auto below = [&](std::string_view top) { return header.starts_with(top); };
  if (include.angled && std::ranges::any_of(kTops, below)) {
    return "write <" + include.header + "> in quotation marks";
  }
  if (header.find("/../") != std::string_view::npos) {
    return "write \"" + include.header + "\" without detours";
  }
  if (!include.angled) {
    if (!below("server/") && !below("handlers/")) {
      return "write \"" + include.header + "\" from the root of the repository, or as <...>";
    }
    const auto grants = [&](std::string_view prefix) { return header.starts_with(prefix); };
    if (std::ranges::any_of(room.project, grants)) return std::nullopt;
    return who + include.header;
  }
  for (const Library& library : kLibraries) {
    if (!header.starts_with(library.header)) continue;
    if (contains(library.rooms, room.name)) return std::nullopt;
    return who + "<" + include.header + ">";
  }
  const bool looks_standard = header.find_first_of("/.") == std::string_view::npos;
  if (room.standard_only && !looks_standard) {
    return who + "<" + include.header + ">: only the standard library";
  }
  return std::nullopt;
}

bool is_source(const fs::path& path) {
  static constexpr std::array<std::string_view, 5> kExtensions = {".h", ".hpp", ".cpp", ".cc",
                                                                  ".ipp"};
  return std::ranges::find(kExtensions, path.extension().string()) != kExtensions.end();
}

// What follows #include on this line, or nothing when it is no such line. By hand: <regex> alone
// would take the compiler longer than the rest of this test.
std::optional<std::string_view> after_include(std::string_view line) {
  const auto skip_blanks = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  skip_blanks();
  if (!line.starts_with('#')) return std::nullopt;
  line.remove_prefix(1);
  skip_blanks();
  constexpr std::string_view kWord = "include";
  if (!line.starts_with(kWord)) return std::nullopt;
  line.remove_prefix(kWord.size());
  skip_blanks();
  return line;
}

// Nothing when `rest` names no header: a macro, or #include_next.
std::optional<Include> header_of(std::string_view rest) {
  if (!rest.starts_with('<') && !rest.starts_with('"')) return std::nullopt;
  const bool angled = rest[0] == '<';
  const std::size_t end = rest.find(angled ? '>' : '"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  return Include{std::string{rest.substr(1, end - 1)}, angled};
}

void read_file(const fs::path& path, const std::string& name, Report& report) {
  const Room* room = room_of(name);
  std::ifstream in{path};
  std::string line;
  bool beast = false;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const auto rest = after_include(line);
    if (!rest) continue;
    const std::string place = name + ":" + std::to_string(number) + ": ";
    const auto include = header_of(*rest);
    if (!include) {
      report.violations.push_back(place + "an #include must name its header");
      continue;
    }
    beast = beast || include->header.starts_with("boost/beast");
    if (room == nullptr) continue;
    if (const auto what = fault(*room, *include)) report.violations.push_back(place + *what);
  }
  if (beast) report.beast_files.push_back(name);
  ++report.files;
}

}  // namespace

Report check(const fs::path& root) {
  Report report;
  std::vector<fs::path> sources;
  for (const char* top : {"server", "handlers", "tests"}) {
    if (!fs::is_directory(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator{root / top}) {
      if (entry.is_regular_file() && is_source(entry.path())) sources.push_back(entry.path());
    }
  }
  std::ranges::sort(sources);
  for (const fs::path& source : sources) {
    const std::string name = source.lexically_relative(root).generic_string();
    if (name.starts_with("server/") && room_of(name) == nullptr) {
      report.violations.push_back(name + ":1: belongs to no room of the design");
    }
    read_file(source, name, report);
  }
  if (sources.empty()) report.violations.push_back(root.string() + ":1: no sources here");
  if (report.beast_files.size() > kMaxBeastFiles) {
    for (const std::string& file : report.beast_files) {
      report.violations.push_back(file + ":1: Beast is in " +
                                  std::to_string(report.beast_files.size()) +
                                  " files, allowed are " + std::to_string(kMaxBeastFiles));
    }
  }
  return report;
}

}  // namespace huiyin::arrows
