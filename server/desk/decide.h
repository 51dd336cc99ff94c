// One pure function decides everything: no I/O, no clock, no SQL. One file for each who may speak:
// reporter.cpp, cadre.cpp, office.cpp, leader.cpp, clock.cpp.
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
  int same_problem_days = 30;                // so long a case may be the same as a new one (§7)
  double same_problem = 0.5;                 // similarity of the words from which on it is, 0..1
  int joint_reporters = 5, joint_days = 7;   // so many on one problem: it starts at level 2 (§6)
  std::vector<std::string> admins;           // codes of people who hear of broken promises
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

// Several notices for one cadre waited for the morning (§14): one brief stands for them.
struct Brief {
  struct Line {
    NoticeId notice;
    CaseId about;
    std::string kind;
    Audience audience = Audience::owner;
    std::string number, title;
  };
  PersonId person;
  AccountId account;
  std::vector<Line> lines;  // in the order of writing
};

// A recurring task is due (rounds.h).
struct Round {
  RoundDone last;  // when it was done before
};

// What the daily audit found, one line each.
struct Findings {
  std::vector<std::string> lines;
  std::size_t count = 0;  // of all, not only of `lines`
};

struct Input {
  Instant now;
  std::variant<Said, Due, Unheard, Brief, Round, Findings> what;
};

// Pure and deterministic. The answer's ids and numbers come from `supply`. Never throws for
// anything that a person wrote; std::logic_error is a bug and sends the input to quarantine.
std::variant<Decision, Need> decide(const Input& input, const WorkingSet& set,
                                    const Directory& directory, const Policy& policy,
                                    Supply& supply);

}  // namespace huiyin
