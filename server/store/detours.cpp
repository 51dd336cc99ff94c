#include "server/store/detours.h"

#include <algorithm>

namespace huiyin::store {
namespace {

bool contains(const auto& list, const auto& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

Detours::Detours(Connection& connection, std::span<const SendResult> results) {
  std::set<NoticeId> ids;
  std::set<std::string> channels;
  for (const auto& result : results) {
    channels.insert(result.elsewhere.begin(), result.elsewhere.end());
    if (!result.elsewhere.empty() || result.state == NoticeState::skipped) ids.insert(result.id);
  }
  std::set<PersonId> persons;
  query_in(connection,
           "SELECT n.id,n.person_id,n.tried,n.edits,n.card,COALESCE(p.preferred,0),"
           "COALESCE(c.account_id,0) FROM notices n LEFT JOIN persons p ON p.id=n.person_id"
           " LEFT JOIN cards c ON c.notice_id=n.edits WHERE n.id IN ",
           ids, "", [&](std::span<const Value> cells) {
             Traveller who;
             from_value(cells[1], who.person);
             from_value(cells[2], who.tried);
             from_value(cells[3], who.edits);
             from_value(cells[4], who.card);
             from_value(cells[5], who.preferred);
             from_value(cells[6], who.card_account);
             if (who.edits) {
               if (who.card_account) lanes_.insert(who.card_account);
             } else if (who.person) {
               persons.insert(who.person);
             }
             travellers_.emplace(NoticeId{cells[0].integer()}, std::move(who));
           });
  query_in(connection, "SELECT id,channel FROM accounts WHERE person IN ", persons, "",
           [&](std::span<const Value> cells) {
             if (channels.contains(cells[1].text())) lanes_.emplace(cells[0].integer());
           });
}

const Account* Detours::next_of_person(const SendResult& result, const Traveller& who,
                                       const std::map<AccountId, Account>& locked) const {
  const Account* first = nullptr;
  for (const auto& [id, account] : locked) {
    if (!who.person || account.person != who.person || !account.following || id == result.account ||
        contains(who.tried, id) || !contains(result.elsewhere, account.channel))
      continue;
    if (id == who.preferred) return &account;
    if (first == nullptr) first = &account;
  }
  return first;
}

const Account* Detours::next(const SendResult& result, const Traveller& who,
                             const std::map<AccountId, Account>& locked) const {
  if (!who.edits) return next_of_person(result, who, locked);
  const auto moved = cards_.find(who.edits);
  const auto where = moved == cards_.end() ? who.card_account : moved->second;
  const auto lane = locked.find(where);
  return lane == locked.end() || where == result.account ? nullptr : &lane->second;
}

bool Detours::take(const SendResult& result, std::map<AccountId, Account>& locked,
                   std::set<AccountId>& touched) {
  const auto found = travellers_.find(result.id);
  if (found == travellers_.end()) return false;
  auto& who = found->second;
  const Account* target = next(result, who, locked);
  if (target == nullptr) return false;
  auto& lane = locked.at(target->id);
  ++lane.lane_seq;
  touched.insert(lane.id);
  if (!contains(who.tried, result.account)) who.tried.push_back(result.account);
  if (who.card) cards_[result.id] = lane.id;
  Move move;
  move.to = lane.id;
  move.channel = lane.channel;
  move.user = lane.user;
  move.seq = lane.lane_seq;
  move.tried = who.tried;
  moves_[result.id] = std::move(move);
  return true;
}

void Detours::save(Connection& connection) const {
  Params rows, cards;
  for (const auto& [id, move] : moves_)
    rows.insert(rows.end(), {to_value(id), to_value(move.to), Value{move.channel}, Value{move.user},
                             Value{move.seq}, to_value(move.tried)});
  for (const auto& [id, account] : cards_)
    cards.insert(cards.end(), {to_value(id), to_value(account), Value{""}});
  update_rows(connection, "notices", {"id", "account_id", "channel", "recipient", "seq", "tried"},
              false, rows);
  update_rows(connection, "cards", {"notice_id", "account_id", "handle"}, false, cards);
}

}  // namespace huiyin::store
