// What the audit and the statistics read: all cases, and messages that came to nothing.
#include "server/store/bulk.h"
#include "server/store/sql_store.h"

namespace huiyin::store {
namespace {

constexpr int kBlock = 500;
using AuditRow = Store::AuditRow;

using Block = std::map<CaseId, AuditRow>;

void load_events(Connection& connection, const std::vector<CaseId>& ids, Block& block) {
  query_in(connection, "SELECT " + select_list<Event>() + " FROM case_events WHERE case_id IN ",
           ids, " ORDER BY at,id", [&](std::span<const Value> cells) {
             auto event = read_row<Event>(cells);
             block.at(event.case_id).events.push_back(std::move(event));
           });
}

struct Told {
  AuditRow::Told row;
  std::set<CaseId> about;  // of the block: the notice's own case, and those of its further events
};

constexpr const char* kNotice =
    "SELECT id,case_id,event_id,person_id,kind,text,state,echo,created_at,account_id FROM notices "
    "WHERE ";
void read_told(std::span<const Value> cells, std::map<NoticeId, Told>& out) {
  Told told;
  from_value(cells[0], told.row.id);
  if (const EventId first{cells[2].integer()}) told.row.events.push_back(first);
  from_value(cells[3], told.row.person);
  from_value(cells[4], told.row.kind);
  from_value(cells[5], told.row.text);
  from_value(cells[6], told.row.state);
  from_value(cells[7], told.row.echo);
  from_value(cells[8], told.row.created_at);
  from_value(cells[9], told.row.account);
  if (const CaseId about{cells[1].integer()}) told.about.insert(about);
  out.emplace(told.row.id, std::move(told));
}

// By the notices' own cases, and by the further events that notices about other cases tell of.
std::map<NoticeId, Told> load_told(Connection& connection, const std::vector<CaseId>& ids) {
  std::map<NoticeId, Told> out;
  query_in(connection, std::string{kNotice} + "case_id IN ", ids, " AND edits=0",
           [&](std::span<const Value> cells) { read_told(cells, out); });
  std::map<NoticeId, std::set<CaseId>> further;
  query_in(connection,
           "SELECT m.notice_id,e.case_id FROM case_events e JOIN notice_events m ON m.event_id=e.id"
           " WHERE e.case_id IN ",
           ids, "", [&](std::span<const Value> cells) {
             further[NoticeId{cells[0].integer()}].emplace(cells[1].integer());
           });
  std::set<NoticeId> absent, several;
  for (const auto& [id, cases] : further)
    if (!out.contains(id)) absent.insert(id);
  query_in(connection, std::string{kNotice} + "id IN ", absent, " AND edits=0",
           [&](std::span<const Value> cells) { read_told(cells, out); });
  for (const auto& [id, cases] : further) {
    const auto told = out.find(id);
    if (told == out.end()) continue;
    told->second.about.insert(cases.begin(), cases.end());
    several.insert(id);
  }
  query_in(connection, "SELECT notice_id,event_id FROM notice_events WHERE notice_id IN ", several,
           " ORDER BY notice_id,event_id", [&](std::span<const Value> cells) {
             auto& events = out.at(NoticeId{cells[0].integer()}).row.events;
             const EventId event{cells[1].integer()};
             if (std::ranges::find(events, event) == events.end()) events.push_back(event);
           });
  return out;
}

void load_notices(Connection& connection, const std::vector<CaseId>& ids, Block& block) {
  const auto all = load_told(connection, ids);
  std::vector<const Told*> in_order;
  for (const auto& entry : all) in_order.push_back(&entry.second);
  std::ranges::stable_sort(in_order, {}, [](const Told* told) { return told->row.created_at; });
  for (const Told* told : in_order)
    for (const CaseId about : told->about)
      if (const auto found = block.find(about); found != block.end())
        found->second.notices.push_back(told->row);
}

}  // namespace

// Each block at one point in time, so that no move is seen without what was told of it.
void SqlStore::audit_cases(const std::function<void(const AuditRow&)>& row) {
  for (CaseId last{0};;) {
    Block block;
    {
      Transaction transaction{connection(), Transaction::snapshot};
      const Params from{last.raw(), kBlock};
      const Rows page = connection().query(
          "SELECT " + select_list<Case>() + " FROM cases WHERE id>? ORDER BY id LIMIT ?", from);
      std::vector<CaseId> ids;
      for (std::size_t i = 0; i < page.size(); ++i) {
        AuditRow one;
        one.the_case = read_row<Case>(page[i]);
        ids.push_back(one.the_case.id);
        block.emplace(ids.back(), std::move(one));
      }
      load_events(connection(), ids, block);
      load_notices(connection(), ids, block);
      transaction.commit();
    }
    if (block.empty()) return;
    for (const auto& [id, one] : block) row(one);
    last = block.rbegin()->first;
  }
}

std::vector<Store::Lost> SqlStore::lost(Instant before) {
  std::vector<Lost> out;
  const auto take = [&](const std::string& sql) {
    const Params until{microseconds(before)};
    const Rows rows = connection().query(sql, until);
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.push_back({rows[i][0].text(), rows[i][1].text(), rows[i][2].text(), rows[i][3].text(),
                     instant(rows[i][4].integer())});
  };
  take(
      "SELECT channel,dedupe_key,kind,'unanswered',received_at FROM inbound WHERE received_at<?"
      " AND substance=1 AND case_id=0 AND answered=0 ORDER BY received_at,channel,dedupe_key");
  take(
      "SELECT channel,dedupe_key,'quarantine',reason,at FROM quarantine WHERE at<?"
      " ORDER BY at,channel,dedupe_key");
  return out;
}

}  // namespace huiyin::store
