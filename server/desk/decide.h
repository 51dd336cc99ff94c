// One pure function decides everything: no I/O, no clock, no SQL. One file for each who may speak:
// reporter.cpp, cadre.cpp, clock.cpp (office.cpp, leader.cpp follow with the four levels).
#pragma once

#include <string>
#include <variant>

#include "server/cases/calendar.h"
#include "server/cases/directory.h"
#include "server/cases/message.h"
#include "server/cases/working_set.h"
#include "server/intake/meaning.h"

namespace huiyin {

// What the county may set (config/), shared by all threads, immutable.
struct Policy {
  WorkingCalendar calendar;
  Clocks clocks;
  int cases_per_day = 10;  // new cases of one person, never for emergencies
  // Area served by a channel: places outside are politely refused elsewhere. Empty: all.
  UnitCode area;
  std::size_t result_min_characters = 8;  // a result needs a fact
  int urges_before_office = 3;
  std::chrono::minutes choice_open_for{30};  // how long "1" answers a list or a confirmation
};

// Somebody said something, in words, by a button or a menu tap.
struct Said {
  const Message& message;
  const Meaning& meaning;
  PersonId person;    // in the working set, perhaps created a moment ago
  AccountId account;  // in the working set
};

// A case's timer ran out. Decides nothing when the case has moved on (next_due_at > now).
struct Due {
  CaseId about;
};

// An echo reached its recipient by no channel for Clocks::telephone (P2).
struct Unheard {
  NoticeId notice;
  CaseId about;
  PersonId person;
  std::string kind;  // of the notice
};

struct Input {
  Instant now;
  std::variant<Said, Due, Unheard> what;
};

// Pure and deterministic. The answer's ids and numbers come from `supply`. Never throws for
// anything that a person wrote; std::logic_error is a bug and sends the input to quarantine.
std::variant<Decision, Need> decide(const Input& input, const WorkingSet& set,
                                    const Directory& directory, const Policy& policy,
                                    Supply& supply);

}  // namespace huiyin
