// Where a notice goes on when its own lane cannot deliver it: the next account of its person, and
// for an edit the lane that its card has moved to. Internal to server/store.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "server/store/bulk.h"

namespace huiyin::store {

class Detours {
 public:
  // Reads what may be needed for those of `results` that may go on elsewhere; locks nothing. For
  // the usual results there is nothing to read.
  Detours(Connection& connection, std::span<const SendResult> results);

  // Lanes that must be locked with those of the results.
  const std::set<AccountId>& lanes() const { return lanes_; }

  // Takes the notice to another lane of `locked`, at its end. False: it stays where it is.
  bool take(const SendResult& result, std::map<AccountId, Account>& locked,
            std::set<AccountId>& touched);

  // Writes what take() did; the state is the caller's.
  void save(Connection& connection) const;

 private:
  struct Traveller {
    PersonId person;
    AccountId preferred;
    std::vector<AccountId> tried;
    NoticeId edits;
    bool card = false;
    AccountId card_account;  // of the card that it edits
  };
  struct Move {
    AccountId to;
    std::string channel, user;
    std::int64_t seq = 0;
    std::vector<AccountId> tried;
  };

  const Account* next(const SendResult& result, const Traveller& who,
                      const std::map<AccountId, Account>& locked) const;
  const Account* next_of_person(const SendResult& result, const Traveller& who,
                                const std::map<AccountId, Account>& locked) const;

  std::map<NoticeId, Traveller> travellers_;
  std::set<AccountId> lanes_;
  std::map<NoticeId, Move> moves_;
  std::map<NoticeId, AccountId> cards_;  // moved ones
};

}  // namespace huiyin::store
