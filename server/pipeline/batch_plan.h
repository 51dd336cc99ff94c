// Everything that one attempt of a batch works out. Private to BatchRunner's files: batch.cpp
// (attempts, faults, receipts), batch_decide.cpp (load and decide), batch_address.cpp (who is told,
// where, and what was held for him), batch_notices.cpp (the rows of the outbox).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/pipeline/batch.h"

namespace huiyin {

// Events that ask for nothing are recorded and acknowledged only.
inline bool takes_effect(const Message& message) {
  return message.kind != MessageKind::other && message.kind != MessageKind::delivery &&
         message.kind != MessageKind::unfollow;
}

// Somebody who is there: what was held for them can go.
inline bool is_heard(const Message& message) {
  return message.kind != MessageKind::delivery && message.kind != MessageKind::unfollow;
}

// Shows a case with its moves.
bool is_card(const NoticeDraft& draft);

// Kept until the commit is settled.
struct BatchRunner::Plan {
  // A draft on its way to one account.
  struct Addressed {
    NoticeDraft draft;
    NoticeId id;
  };

  struct Effect {
    bool skip = false;  // duplicate, replayed or set aside: nothing to write
    std::string set_aside;
    AccountId account;
    PersonId person;
    Decision decision;  // its notices are in `notices`
    std::vector<Addressed> notices;
    CaseId about;
    NoticeId reply;
  };

  std::string batch_id;
  RuntimePtr runtime;
  Instant now, database_now;
  WorkingSet set;
  Need wanted;  // grows with each round
  std::vector<Effect> effects;
  std::vector<Receipt> receipts;
  store::Writes writes;
  std::vector<std::pair<AccountId, std::int64_t>> reserved;  // lane, seq
  bool nudge = false;                                        // something is left `due`

  void begin_round(std::size_t jobs) {
    set = {};
    effects.assign(jobs, {});
    receipts.assign(jobs, {});
    writes = {};
    nudge = false;
  }

  const Person* person(PersonId id) const {
    const Person* found = set.person(id);
    return found ? found : runtime->directory->person(id);
  }
};

}  // namespace huiyin
