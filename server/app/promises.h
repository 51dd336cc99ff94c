// The five promises (facts/governance.md §0), checked on what the database holds. Used by `huiyin
// audit`, by the daily round and by the model test.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "server/cases/directory.h"
#include "server/desk/decide.h"
#include "server/store/store.h"

namespace huiyin {

// A promise that is broken. Holds no name, no telephone and no words of anybody.
struct Violation {
  std::string promise;  // "P1" .. "P5"
  CaseId about;         // none: a message that belongs to no case
  std::string number;   // of the case; empty for drafts that have none
  EventId event;        // the move in question; none
  PersonId person;      // who did not hear, who may not own; none
  std::string what;     // one line, English
  friend bool operator==(const Violation&, const Violation&) = default;
};

// "P2 260326-0001 event 1017 person 12: nobody told ..."
std::string show(const Violation& violation);

// One case, without a database: everything but what is on its way for too long.
std::vector<Violation> check_case(const store::Store::AuditRow& row, const Directory& directory,
                                  const Policy& policy, Instant now);

// All cases, in the order of ids, then echoes that reached nobody for `older` and messages that
// were lost. What is younger than `older` may still be on its way. Reads without a lock, a block at
// a time: a case that moves on meanwhile is seen before or after. Throws store::Error.
std::vector<Violation> check_promises(store::Store& store, const Directory& directory,
                                      const Policy& policy, Instant now, std::chrono::hours older);

}  // namespace huiyin
