// Units and people named in a command: 分流 261123-0042 水利局, 转办 ... 张小燕 原因.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

// Whom a command names. A unit: whoever is responsible there; a person: the duty that he has.
struct Target {
  UnitCode unit;       // that was named, or where the person named serves
  Assignment who;      // who is responsible there, perhaps by a duty further up
  bool named = false;  // the person was named himself
  std::string rest;    // words after the name
};

struct Targets {
  std::vector<Target> several;  // exactly one: it is meant
  std::string name;             // what was looked for; empty: the argument names nobody
};

// Reads a unit, a person, or both ("水利局 周工", "石璜镇新胜村") from the beginning of `argument`;
// names, aliases, former names and codes, people only with a duty in force. Only units within one
// of `areas` count. A unit is no target when nobody serves there or above.
Targets find_targets(const Turn& turn, const std::string& argument,
                     const std::vector<UnitCode>& areas);

// The one target of the command; otherwise the speaker is told what is missing (target_missing,
// target_unknown) or asked which is meant: the numbers then stand for the whole command.
std::optional<Target> one_target(Turn& turn, const Case& c, const Command& command,
                                 const std::vector<UnitCode>& areas);

}  // namespace huiyin
