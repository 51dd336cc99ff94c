// What a batch does to notices: new ones, those that were held and may go now, cards, and what was
// told by telephone.
#include <algorithm>
#include <stdexcept>

#include "server/store/batch.h"
#include "server/store/bulk.h"
#include "server/store/utf8.h"

namespace huiyin::store {
namespace {

// next_at means something else in every state (NoticeState); a new row that has nothing to wait for
// must not be found by those who look for what its state waits for.
bool waits(const NoticeRow& row) {
  switch (row.state) {
    case NoticeState::sent:
      return false;
    case NoticeState::held:
    case NoticeState::dead:
      return row.echo;
    default:
      return true;
  }
}

}  // namespace

// Under the lanes' locks, which the accounts' rows are.
void SqlBatch::release(const WorkingSet& set, const std::vector<Release>& releases) {
  std::set<AccountId> here;
  for (const auto& one : releases)
    if (one.from == one.to) here.insert(one.from);
  execute_in(connection_, "UPDATE notices SET state='due',next_at=? WHERE account_id IN ", here,
             " AND state='held'", here.empty() ? Params{} : Params{to_value(database_now())});
  for (const auto& one : releases) {
    if (one.from == one.to) continue;
    const Account* to = set.account(one.to);
    if (to == nullptr) throw std::logic_error{"held notices for an account that is not loaded"};
    release_to(*to, one);
  }
}

// A card takes its edits along; an edit of a card that stays behind cannot be made from elsewhere.
// What went to all accounts of a person at once is there already.
void SqlBatch::release_to(const Account& to, const Release& release) {
  const Params lanes{to_value(to.id), to_value(release.from)};
  const Rows held = connection_.query(
      "SELECT n.id,n.card,n.edits,n.tried<>'' AND EXISTS (SELECT 1 FROM notices t WHERE"
      " t.account_id=? AND t.case_id=n.case_id AND t.kind=n.kind AND t.created_at=n.created_at AND"
      " t.id<>n.id) FROM notices n WHERE n.account_id=? AND n.state='held' ORDER BY n.seq,n.id" +
          connection_.dialect().for_update(),
      lanes);
  std::set<NoticeId> cards, needless;
  Params moved;
  auto seq = release.first_seq;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const NoticeId id{held[i][0].integer()}, edits{held[i][2].integer()};
    if (held[i][3].integer() != 0 || (edits && !cards.contains(edits))) {
      needless.insert(id);
      continue;
    }
    if (held[i][1].integer() != 0) cards.insert(id);
    moved.insert(moved.end(),
                 {to_value(id), to_value(to.id), Value{to.channel}, Value{to.user}, Value{seq++},
                  to_value(NoticeState::due), Value{0}, to_value(database_now()), Value{""}});
  }
  update_rows(
      connection_, "notices",
      {"id", "account_id", "channel", "recipient", "seq", "state", "attempts", "next_at", "tried"},
      false, moved);
  execute_in(connection_, "UPDATE cards SET handle='',account_id=? WHERE notice_id IN ", cards, "",
             {to_value(to.id)});
  execute_in(connection_, "UPDATE notices SET state='skipped',next_at=0 WHERE id IN ", needless,
             "");
}

// The first event of a notice is in its row, where it is found by the notice's case; one of another
// case is written with the further ones too.
void SqlBatch::save_notices(const std::vector<NoticeRow>& notices, const WorkingSet* set) {
  std::map<EventId, CaseId> cases;
  if (set != nullptr)
    for (const auto& event : set->new_events()) cases.emplace(event.id, event.case_id);
  const auto& columns = column_names<NoticeRow>();
  static const auto kNextAt = std::ranges::find(columns, "next_at") - columns.begin();
  Params rows, further;
  rows.reserve(notices.size() * columns.size());
  for (const auto& notice : notices) {
    const auto start = static_cast<std::ptrdiff_t>(rows.size());
    write_row(rows, notice);
    if (!waits(notice)) rows[static_cast<std::size_t>(start + kNextAt)] = Value{0};
    for (std::size_t i = 0; i < notice.events.size(); ++i) {
      const auto about = cases.find(notice.events[i]);
      if (i == 0 && (about == cases.end() || about->second == notice.about)) continue;
      further.push_back(to_value(notice.notice.id));
      further.push_back(to_value(notice.events[i]));
    }
  }
  insert_rows(connection_, "notices", columns, rows);
  insert_rows(connection_, "notice_events", {"notice_id", "event_id"}, further);
}

// The lanes are locked, without which nobody wakes them.
void SqlBatch::save_briefed(const std::vector<NoticeId>& briefed) {
  const std::set<NoticeId> ids{briefed.begin(), briefed.end()};
  const auto gone = execute_in(
      connection_, "UPDATE notices SET state='skipped',code='brief',next_at=0 WHERE id IN ", ids,
      " AND state='later'");
  if (gone != static_cast<std::int64_t>(ids.size()))
    throw Error{Trouble::retry, 0, "a notice of a brief was woken meanwhile"};
}

// Handles come with what platforms send, so the card they speak of may not be there.
void SqlBatch::save_cards(const std::vector<Card>& cards,
                          const std::vector<std::pair<NoticeId, std::string>>& handles) {
  std::vector<const Card*> rows;
  for (const auto& card : cards) rows.push_back(&card);
  insert_all<Card>(connection_, "cards", rows);
  for (const auto& [card, handle] : handles) {
    const Params params{storable_handle(handle), to_value(card)};
    connection_.execute("UPDATE cards SET handle=? WHERE notice_id=?", params);
  }
}

// Notices of one person stand in the lanes of his accounts, in that from which the case came
// (it may have been bound to somebody else since), or, when he has none, in no lane: account 0.
void SqlBatch::save_told(const std::vector<std::pair<CaseId, PersonId>>& told) {
  for (const auto& [about, person] : told) {
    std::set<AccountId> lanes{AccountId{}};
    const Params whose{to_value(person), to_value(about)};
    const Rows accounts = connection_.query(
        "SELECT id FROM accounts WHERE person=? UNION SELECT reporter_account FROM cases WHERE"
        " id=?",
        whose);
    for (std::size_t i = 0; i < accounts.size(); ++i) lanes.emplace(accounts[i][0].integer());
    execute_in(connection_, "UPDATE notices SET state='told',next_at=0 WHERE account_id IN ", lanes,
               " AND state IN ('held','dead') AND echo=1 AND case_id=? AND person_id=?", {},
               {to_value(about), to_value(person)});
  }
}

}  // namespace huiyin::store
