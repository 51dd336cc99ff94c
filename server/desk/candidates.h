// Which case is meant: by number, by its last digits, or the only one that fits.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

struct Found {
  const Case* one = nullptr;         // exactly one fits
  std::vector<const Case*> several;  // a list to choose from
  bool unknown_number = false;       // a number was given, and the person may see no such case
  bool missing = false;              // rows must be loaded first
};

using Fits = std::function<bool(const Case&)>;

// Among the cases that the speaker reported or follows (followers.h); `fits` narrows the search
// when no number is given. A report that was joined to another one stands for that.
Found find_reported(Turn& turn, const std::string& number, const Fits& fits);
// Among the cases that the speaker owns or may act for, or, by full number, oversees.
Found find_handled(Turn& turn, const std::string& number, const Fits& fits);

// All of them, newest first / the earliest due first.
std::vector<const Case*> handled_cases(Turn& turn);

// Asks which case is meant; the numbers then stand for the whole command.
void ask_which_case(Turn& turn, const std::vector<const Case*>& cases, const Command& command,
                    Audience audience);
// Rows for a template's list: no, number, place, text, status, due.
std::vector<std::map<std::string, std::string>> case_rows(const Turn& turn,
                                                          const std::vector<const Case*>& cases,
                                                          Audience audience);

}  // namespace huiyin
