// Who had to hear of each move of a case, and who did (P2).
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/store.h"

namespace huiyin {

bool tells_of(const store::Store::AuditRow::Told& told, EventId event);

struct Misheard {
  const Event* event;  // of the row
  PersonId person;
  std::string what;  // "was not told to the reporter"
};

class Hearing {
 public:
  // `row` must outlive it.
  explicit Hearing(const store::Store::AuditRow& row);

  // Of the moves that owe an echo: what was not told, told twice or told to others.
  std::vector<Misheard> misheard() const;
  // The reporter, and who was it at first.
  const std::set<PersonId>& reporters() const { return reporters_; }

 private:
  using Told = store::Store::AuditRow::Told;
  // Whoever takes his report back while others follow it hands it on to one of them.
  struct Term {
    const Event* end = nullptr;  // none: he is the reporter now
    std::set<PersonId> people;
  };

  void find_terms();
  const Term& term_of(const Event& event) const;
  void by_reporter(const Event& event, std::vector<const Told*>& heard,
                   std::vector<Misheard>& out) const;
  void by_followers(const Event& event, std::vector<const Told*>& heard,
                    std::vector<Misheard>& out) const;

  const store::Store::AuditRow& row_;
  std::vector<Term> terms_;  // the last one is that of now
  std::set<PersonId> reporters_;
  std::set<PersonId> followed_once_;  // perhaps no more
};

}  // namespace huiyin
