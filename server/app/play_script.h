// The language of `huiyin play` (docs/play.md), parsed and checked. Pure: knows nothing of servers.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/app/test_clock.h"
#include "server/cases/message.h"

namespace huiyin {

// Text with {name} in it: pieces alternate literal, name, literal, ... and begin with a literal.
struct Pattern {
  std::vector<std::string> pieces;
  bool has_names() const { return pieces.size() > 1; }
};

struct SetClock {
  ClockMove move;
};
// A person does something that the platform delivers.
struct Say {
  std::string person;
  MessageKind kind = MessageKind::text;
  Pattern text;          // text, menu key, link title
  std::string scene;     // follow, scan
  std::string media_id;  // image, voice, video
  std::optional<Position> position;
};
// Presses the button with this label on the last card that has one.
struct Press {
  std::string person, label;
};
// The platform delivers the person's last message once more.
struct Again {
  std::string person;
};
// `next`: takes the next message that the person sees; otherwise looks at the one taken last.
struct Expect {
  std::string person;
  bool next = true;
  bool absent = false;  // must not contain
  Pattern fragment;
};
struct Silence {
  std::string person;
};
struct Inject {
  std::string channel, fault;
  int times = 1;
};
struct IgnoreRest {};

struct Statement {
  int line = 0;  // of the file, from 1
  std::variant<SetClock, Say, Press, Again, Expect, Silence, Inject, IgnoreRest> what;
};

struct PlayedPerson {
  std::string name, channel, user;
  int line = 0;
};

struct PlayScript {
  std::string file;
  std::vector<PlayedPerson> persons;  // in order of appearance, with the accounts of one way
  std::size_t ways = 1;               // in how many ways the script can be played
  std::vector<Statement> statements;
};

// what() is "file:line: what is wrong; what is allowed".
class ScriptError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws ScriptError. `file` is for messages only. `way`, from 1: which of the accounts "A or B" a
// person has; who has a single account has it in every way.
PlayScript parse_play(std::string_view text, const std::string& file, std::size_t way = 1);

// -- captures
using Captures = std::map<std::string, std::string, std::less<>>;

// Fills in the names, all of which must be known: parse_play saw to that.
std::string fill(const Pattern& pattern, const Captures& known);
// Finds `fragment` in `text`; a name that is not known yet stands for the digits and dashes there
// and becomes known when the whole fragment was found.
bool find_fragment(std::string_view text, const Pattern& fragment, Captures& known);

}  // namespace huiyin
