#include "server/store/erase.h"

namespace huiyin::store {
namespace {

constexpr const char* kErased = "已按本人要求删除";

bool is_over(NoticeState state) {
  return state == NoticeState::sent || state == NoticeState::dead || state == NoticeState::told ||
         state == NoticeState::skipped;
}

// "id,state,state of the card that it edits": a sleeping card leaves with the face of its last
// edit.
constexpr const char* kNoticeHead =
    "SELECT n.id,n.state,COALESCE(c.state,'') FROM notices n LEFT JOIN notices c ON c.id=n.edits"
    " AND n.edits>0 WHERE ";
bool may_go(std::span<const Value> cells) {
  NoticeState state{};
  from_value(cells[1], state);
  return is_over(state) && cells[2].text() != name(NoticeState::later);
}

void replace_notices(Connection& connection, const std::set<NoticeId>& ids) {
  execute_in(connection, "UPDATE notices SET title='',content='',text=? WHERE id IN ", ids, "",
             {kErased});
}

void erase_notices(Connection& connection, const Erasure& erasure,
                   const std::set<AccountId>& accounts, const std::set<NoticeId>& fresh) {
  std::set<NoticeId> over, waiting;
  const auto sort = [&](std::span<const Value> cells) {
    const NoticeId id{cells[0].integer()};
    if (!fresh.contains(id)) (may_go(cells) ? over : waiting).insert(id);
  };
  query_in(connection, std::string{kNoticeHead} + "n.case_id IN ", erasure.cases, "", sort);
  auto lanes = accounts;
  lanes.insert(AccountId{});  // had no account when it was written
  query_in(connection, std::string{kNoticeHead} + "n.account_id IN ", lanes, " AND n.person_id=?",
           sort, {}, {to_value(erasure.person)});
  replace_notices(connection, over);
  Params noted;
  for (const auto id : waiting) noted.push_back(to_value(id));
  insert_new_rows(connection, "erasures", {"notice_id"}, {"notice_id"}, noted);
}

// A search through the channel's messages, since nothing else asks by the sender.
void erase_messages(Connection& connection,
                    const std::map<std::string, std::set<std::string>>& senders) {
  for (const auto& [channel, users] : senders) {
    std::set<std::string> keys;
    query_in(connection, "SELECT dedupe_key FROM inbound WHERE channel=? AND sender IN ", users, "",
             [&](std::span<const Value> cells) { keys.insert(cells[0].text()); }, {channel});
    execute_in(connection, "UPDATE inbound SET body=? WHERE channel=? AND dedupe_key IN ", keys, "",
               {kErased, channel});
  }
}

}  // namespace

void erase(Connection& connection, const Erasure& erasure, const std::set<NoticeId>& fresh) {
  Params events;
  for (const auto& [id, text] : erasure.events)
    events.insert(events.end(), {to_value(id), Value{text}});
  update_rows(connection, "case_events", {"id", "text"}, false, events);

  std::set<AccountId> accounts;
  std::map<std::string, std::set<std::string>> senders;
  const Params whose{to_value(erasure.person)};
  const Rows rows = connection.query("SELECT id,channel,user FROM accounts WHERE person=?", whose);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    accounts.emplace(rows[i][0].integer());
    senders[rows[i][1].text()].insert(rows[i][2].text());
  }
  erase_notices(connection, erasure, accounts, fresh);
  erase_messages(connection, senders);
  // sha256 stays until the file is removed.
  execute_in(connection,
             "UPDATE media SET state='dead',code='erased',next_at=0,user='',media_id='',url='',"
             "latitude=NULL,longitude=NULL WHERE case_id IN ",
             erasure.cases, "");
}

std::size_t erase_arrived(Connection& connection) {
  std::set<NoticeId> ids, over;
  const Rows noted = connection.query("SELECT notice_id FROM erasures");
  for (std::size_t i = 0; i < noted.size(); ++i) ids.emplace(noted[i][0].integer());
  query_in(connection, std::string{kNoticeHead} + "n.id IN ", ids, "",
           [&](std::span<const Value> cells) {
             if (may_go(cells)) over.emplace(cells[0].integer());
           });
  replace_notices(connection, over);
  execute_in(connection, "DELETE FROM erasures WHERE notice_id IN ", over, "");
  return over.size();
}

}  // namespace huiyin::store
