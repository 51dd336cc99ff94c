#include "server/app/play_script.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace huiyin {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Cuts the first word off `rest`.
std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest = trimmed(rest.substr(word.size()));
  return word;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t{}[]<>&:") == std::string_view::npos;
}

// Case numbers, and one-time codes of capitals and digits.
bool is_captured(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-'; }

struct Line {
  int number = 0;
  bool indented = false;
  std::string text;  // trimmed, continuation lines joined
};

std::vector<Line> split_lines(std::string_view text) {
  std::vector<Line> lines;
  bool open = false;  // the last line ended in a backslash
  int number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view raw = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    const bool indented = raw.starts_with(' ') || raw.starts_with('\t');
    raw = trimmed(raw);
    if (!open) {
      if (raw.empty() || raw.starts_with('#')) continue;
      lines.push_back({.number = number, .indented = indented, .text = {}});
    }
    // Two backslashes are a backslash, not a continuation.
    const auto last = raw.find_last_not_of('\\');
    const std::size_t slashes = raw.size() - (last == std::string_view::npos ? 0 : last + 1);
    open = slashes % 2 == 1;
    if (open) raw.remove_suffix(1);
    lines.back().text += raw;
  }
  return lines;
}

class Parser {
 public:
  Parser(const std::string& file, std::size_t way) : way_{way} { script_.file = file; }

  PlayScript parse(std::string_view text) {
    if (way_ < 1) no_such_way();
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (const Line& line : split_lines(text)) {
      line_ = line.number;
      statement(line);
    }
    if (script_.statements.empty()) fail("nothing happens here; say something");
    if (way_ > script_.ways) no_such_way();
    return std::move(script_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw ScriptError{script_.file + ":" + std::to_string(line_) + ": " + what};
  }

  [[noreturn]] void no_such_way() const {
    throw ScriptError{script_.file + ": there is no way " + std::to_string(way_) +
                      "; the last one is " + std::to_string(script_.ways)};
  }

  template <class T>
  void add(T what) {
    script_.statements.push_back({line_, std::move(what)});
  }

  void statement(const Line& line) {
    std::string_view rest = line.text;
    if (line.indented) return more_of_expectation(rest);
    expecting_.clear();
    const std::string_view first = take_word(rest);
    if (first == "person") return person(rest);
    if (first == "clock") return clock(rest);
    if (first == "inject") return inject(rest);
    if (first == "ignore") {
      if (rest != "rest") fail("\"ignore\" is followed by \"rest\"");
      return add(IgnoreRest{});
    }
    act(line.text);
  }

  void person(std::string_view rest) {
    const std::string name{take_word(rest)};
    if (!is_name(name)) fail("a person is written: person NAME = CHANNEL:USER");
    if (take_word(rest) != "=") fail("after the name comes \"= CHANNEL:USER\"");
    if (known(name)) fail("person " + name + " is there already");
    for (const char* word : {"person", "clock", "inject", "ignore"}) {
      if (name == word) fail("\"" + name + "\" begins a statement and cannot be a name");
    }
    std::vector<PlayedPerson> accounts{account(name, take_word(rest))};
    while (!rest.empty()) {
      if (take_word(rest) != "or") fail("after an account comes \"or CHANNEL:USER\" or nothing");
      accounts.push_back(account(name, take_word(rest)));
    }
    if (accounts.size() > 1) {
      if (script_.ways > 1 && script_.ways != accounts.size()) {
        fail("everybody has one account or as many as the others: " + std::to_string(script_.ways));
      }
      script_.ways = accounts.size();
    }
    script_.persons.push_back(accounts[way_ <= accounts.size() ? way_ - 1 : 0]);
  }

  PlayedPerson account(const std::string& name, std::string_view written) {
    const auto colon = written.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == written.size()) {
      fail("after the name comes CHANNEL:USER without blanks, such as wechat:oFarmer1");
    }
    const auto [other, fresh] = accounts_.emplace(written, name);
    if (!fresh) fail("this account is " + other->second + " already");
    return {name, std::string{written.substr(0, colon)}, std::string{written.substr(colon + 1)},
            line_};
  }

  void clock(std::string_view rest) {
    const auto move = parse_clock_move(rest);
    if (!move) fail("after \"clock\" comes an RFC 3339 instant or a step such as +90m, +3h, +2d");
    add(SetClock{*move});
  }

  void inject(std::string_view rest) {
    Inject one;
    one.channel = take_word(rest);
    one.fault = take_word(rest);
    if (one.fault.empty()) fail("a fault is written: inject CHANNEL FAULT [TIMES]");
    if (!rest.empty()) one.times = number<int>(rest, "how often");
    if (one.times < 1) fail("a fault happens once or more often");
    add(std::move(one));
  }

  // NAME: text | NAME [what] | NAME < fragment | NAME & fragment | NAME <! fragment | NAME -
  void act(std::string_view line) {
    const std::string name = leading_name(line);
    std::string_view rest = trimmed(line.substr(name.size()));
    if (rest.starts_with(":") || rest.starts_with("：")) {
      rest.remove_prefix(rest.starts_with(":") ? 1 : std::string_view{"："}.size());
      return say(name, trimmed(rest));
    }
    if (rest.starts_with("[")) return deed(name, rest);
    if (rest == "-") return add(Silence{name});
    if (rest.starts_with("<!")) return expect(name, false, true, rest.substr(2));
    if (rest.starts_with("<")) return expect(name, true, false, rest.substr(1));
    if (rest.starts_with("&")) return expect(name, false, false, rest.substr(1));
    fail("after " + name + " comes one of  :  [..]  <  &  <!  -");
  }

  // Names may hold any letters, so the longest known person at the line's start is meant.
  std::string leading_name(std::string_view line) const {
    std::string found;
    for (const PlayedPerson& one : script_.persons) {
      if (line.starts_with(one.name) && one.name.size() > found.size()) found = one.name;
    }
    if (found.empty()) {
      fail(
          "unknown statement or person; allowed: person, clock, inject, ignore rest, or the name "
          "of a person declared above");
    }
    return found;
  }

  void say(const std::string& name, std::string_view text) {
    if (text.empty()) fail(name + " says nothing");
    Say one;
    one.person = name;
    one.text = known_pattern(text);
    spoke_.insert(name);
    add(std::move(one));
  }

  void deed(const std::string& name, std::string_view rest) {
    if (!rest.ends_with("]")) fail("\"[\" needs a \"]\" at the end of the line");
    rest = trimmed(rest.substr(1, rest.size() - 2));
    const std::string_view what = take_word(rest);
    if (what == "again") {
      if (!spoke_.contains(name)) fail(name + " has said nothing yet that could come again");
      return add(Again{name});
    }
    if (what == "press") {
      if (rest.empty()) fail("[press LABEL] needs the label of a button");
      spoke_.insert(name);
      return add(Press{name, std::string{rest}});
    }
    Say one;
    one.person = name;
    fill_deed(one, what, rest);
    spoke_.insert(name);
    add(std::move(one));
  }

  void fill_deed(Say& one, std::string_view what, std::string_view rest) {
    const auto need = [&](const char* argument) {
      if (rest.empty()) fail("[" + std::string{what} + " " + argument + "] is incomplete");
      return std::string{rest};
    };
    if (what == "photo" || what == "voice" || what == "video") {
      one.kind = what == "photo"   ? MessageKind::image
                 : what == "voice" ? MessageKind::voice
                                   : MessageKind::video;
      one.media_id = need("MEDIA");
    } else if (what == "file") {
      one.kind = MessageKind::file;
      one.text = known_pattern(need("NAME"));
    } else if (what == "position") {
      one.kind = MessageKind::position;
      one.position = position(need("LATITUDE,LONGITUDE LABEL"));
    } else if (what == "link") {
      one.kind = MessageKind::link;
      one.text = known_pattern(need("TITLE"));
    } else if (what == "menu") {
      one.kind = MessageKind::menu;
      one.text = known_pattern(need("KEY"));
    } else if (what == "scan") {
      one.kind = MessageKind::scan;
      one.scene = need("SCENE");
    } else if (what == "follow") {
      one.kind = MessageKind::follow;
      one.scene = rest;
    } else if (what == "unfollow" && rest.empty()) {
      one.kind = MessageKind::unfollow;
    } else {
      fail(
          "unknown deed; allowed: [photo M] [voice M] [video M] [file NAME] [position LAT,LON "
          "LABEL] "
          "[link TITLE] [menu KEY] [scan SCENE] [follow SCENE] [unfollow] [press LABEL] [again]");
    }
  }

  Position position(std::string_view text) const {
    const std::string_view pair = take_word(text);
    const auto comma = pair.find(',');
    if (comma == std::string_view::npos) fail("a position is written LATITUDE,LONGITUDE LABEL");
    Position at;
    at.latitude = number<double>(pair.substr(0, comma), "latitude");
    at.longitude = number<double>(pair.substr(comma + 1), "longitude");
    if (!(at.latitude >= -90 && at.latitude <= 90 && at.longitude >= -180 && at.longitude <= 180)) {
      fail("latitude lies in -90..90, longitude in -180..180");
    }
    at.label = text;
    return at;
  }

  template <class T>
  T number(std::string_view text, const char* what) const {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
      fail(std::string{what} + " is a number, not \"" + std::string{text} + "\"");
    }
    return value;
  }

  void expect(const std::string& name, bool next, bool absent, std::string_view text) {
    text = trimmed(text);
    if (text.empty()) fail("what shall " + name + (absent ? " not see?" : " see?"));
    if (!next && !saw_.contains(name))
      fail(name + " has seen nothing yet: write " + name + " < ...");
    Expect one{name, next, absent, {}};
    one.fragment = absent ? known_pattern(text) : pattern(text);
    for (std::size_t i = 1; i < one.fragment.pieces.size(); i += 2) {
      names_.insert(one.fragment.pieces[i]);
    }
    saw_.insert(name);
    expecting_ = name;
    add(std::move(one));
  }

  void more_of_expectation(std::string_view rest) {
    if (expecting_.empty()) fail("an indented line goes on with an expectation, and there is none");
    const std::string name = expecting_;
    if (rest.starts_with("<!")) return expect(name, false, true, rest.substr(2));
    if (rest.starts_with("<") || rest.starts_with("&")) {
      return expect(name, false, false, rest.substr(1));
    }
    fail("an indented line begins with  <  or  <!");
  }

  // \n is a line break, \{ a brace, \\ a backslash.
  Pattern pattern(std::string_view text) const {
    Pattern made{{""}};
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        const char next = text[++i];
        if (next != 'n' && next != '{' && next != '\\')
          fail("a backslash is followed by n { or \\");
        made.pieces.back() += next == 'n' ? '\n' : next;
      } else if (text[i] == '{') {
        const auto close = text.find('}', i);
        const std::string_view name =
            close == std::string_view::npos ? "" : text.substr(i + 1, close - i - 1);
        if (!is_name(name)) fail("\"{\" begins a name that ends in \"}\"; a plain brace is \\{");
        made.pieces.emplace_back(name);
        made.pieces.emplace_back();
        i = close;
      } else {
        made.pieces.back() += text[i];
      }
    }
    return made;
  }

  Pattern known_pattern(std::string_view text) const {
    Pattern made = pattern(text);
    for (std::size_t i = 1; i < made.pieces.size(); i += 2) {
      if (!names_.contains(made.pieces[i])) {
        fail("{" + made.pieces[i] + "} is not known yet: an expectation above must find it");
      }
    }
    return made;
  }

  bool known(std::string_view name) const {
    return std::ranges::any_of(script_.persons, [&](const auto& one) { return one.name == name; });
  }

  std::size_t way_;
  PlayScript script_;
  std::map<std::string, std::string, std::less<>> accounts_;  // of all ways: whose
  int line_ = 0;
  std::string expecting_;        // whom an indented line is about
  std::set<std::string> names_;  // captured so far
  std::set<std::string> saw_;    // who was expected to see something
  std::set<std::string> spoke_;
};

// Matches the pieces from `at` on; what is not known is added to `found`.
bool match_at(std::string_view text, std::size_t at, const Pattern& fragment, Captures& found) {
  for (std::size_t i = 0; i < fragment.pieces.size(); ++i) {
    const std::string& piece = fragment.pieces[i];
    if (i % 2 == 0) {
      if (text.substr(at, piece.size()) != piece) return false;
      at += piece.size();
      continue;
    }
    const auto known = found.find(piece);
    if (known != found.end()) {
      if (text.substr(at, known->second.size()) != known->second) return false;
      at += known->second.size();
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_captured(text[end])) ++end;
    if (end == at) return false;
    found.emplace(piece, text.substr(at, end - at));
    at = end;
  }
  return true;
}

}  // namespace

PlayScript parse_play(std::string_view text, const std::string& file, std::size_t way) {
  return Parser{file, way}.parse(text);
}

std::string fill(const Pattern& pattern, const Captures& known) {
  std::string text;
  for (std::size_t i = 0; i < pattern.pieces.size(); ++i) {
    text += i % 2 == 0 ? pattern.pieces[i] : known.at(pattern.pieces[i]);
  }
  return text;
}

bool find_fragment(std::string_view text, const Pattern& fragment, Captures& known) {
  for (std::size_t at = 0; at <= text.size(); ++at) {
    Captures found = known;
    if (!match_at(text, at, fragment, found)) continue;
    known = std::move(found);
    return true;
  }
  return false;
}

}  // namespace huiyin
