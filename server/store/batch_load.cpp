// The reading half of a batch: a handful of bulk statements, locks in class order.
#include <algorithm>
#include <bit>

#include "server/store/batch.h"
#include "server/store/bulk.h"

namespace huiyin::store {
namespace {

// Need::near: the newest so many of a unit and topic, registered in the last 30 days; the caller's
// `closed_since` lies 16 days back (a result may be objected to for 15).
constexpr std::chrono::days kNearBefore{14};
constexpr int kNearMost = 10;

// Pairs of (channel, key) as one list a channel, sorted, without repetition.
template <class Range, class Pair>
std::map<std::string, std::set<std::string>> by_channel(const Range& items, const Pair& pair_of) {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& item : items) {
    const auto& [channel, key] = pair_of(item);
    out[channel].insert(key);
  }
  return out;
}

}  // namespace

void SqlBatch::read_clock_and_version() {
  if (now_) return;
  const Rows rows = connection_.query("SELECT value," + connection_.dialect().now() +
                                      " FROM meta WHERE name='directory_version'");
  if (rows.empty()) throw Error{Trouble::broken, 0, "the schema is missing: run huiyin migrate"};
  directory_version_ = rows[0][0].integer();
  now_ = instant(rows[0][1].integer());
}

std::int64_t SqlBatch::directory_version() {
  read_clock_and_version();
  return directory_version_;
}

Instant SqlBatch::database_now() {
  read_clock_and_version();
  return *now_;
}

std::map<InboundKey, Inbound> SqlBatch::find_inbound(std::span<const InboundKey> keys) {
  std::map<InboundKey, Inbound> out;
  const auto lists =
      by_channel(keys, [](const InboundKey& k) { return std::tie(k.channel, k.dedupe_key); });
  for (const auto& [channel, list] : lists)
    query_in(
        connection_,
        "SELECT " + select_list<Inbound>() + " FROM inbound WHERE channel=? AND dedupe_key IN ",
        list, "",
        [&](std::span<const Value> cells) {
          auto row = read_row<Inbound>(cells);
          out.emplace(row.key, std::move(row));
        },
        {channel});
  return out;
}

std::map<NoticeId, NoticeRow> SqlBatch::find_notices(std::span<const NoticeId> ids) {
  std::map<NoticeId, NoticeRow> out;
  query_in(connection_, "SELECT " + select_list<NoticeRow>() + " FROM notices WHERE id IN ", ids,
           "", [&](std::span<const Value> cells) {
             auto row = read_row<NoticeRow>(cells);
             out.emplace(row.notice.id, std::move(row));
           });
  query_in(connection_, "SELECT notice_id,event_id FROM notice_events WHERE notice_id IN ", ids,
           " ORDER BY notice_id,event_id", [&](std::span<const Value> cells) {
             const auto found = out.find(NoticeId{cells[0].integer()});
             if (found == out.end()) return;
             auto& events = found->second.events;
             const EventId event{cells[1].integer()};
             if (std::ranges::find(events, event) == events.end()) events.push_back(event);
           });
  return out;
}

std::map<std::pair<std::string, std::string>, std::string> SqlBatch::find_nonces(
    std::span<const Nonce> claims) {
  std::map<std::pair<std::string, std::string>, std::string> out;
  const auto lists =
      by_channel(claims, [](const Nonce& n) { return std::tie(n.channel, n.nonce); });
  for (const auto& entry : lists) {
    const std::string& channel = entry.first;  // clang 14 captures no structured bindings
    query_in(connection_, "SELECT nonce,body_hash FROM nonces WHERE channel=? AND nonce IN ",
             entry.second, "",
             [&](std::span<const Value> cells) {
               out[{channel, cells[0].text()}] = cells[1].text();
             },
             {channel});
  }
  return out;
}

void SqlBatch::load_accounts(std::span<const std::pair<std::string, std::string>> users,
                             WorkingSet& set) {
  const auto lists = by_channel(users, [](const auto& u) { return std::tie(u.first, u.second); });
  for (const auto& [channel, list] : lists)
    query_in(connection_,
             "SELECT " + select_list<Account>() + " FROM accounts WHERE channel=? AND user IN ",
             list, "",
             [&](std::span<const Value> cells) { set.put_loaded(read_row<Account>(cells)); },
             {channel});
}

void SqlBatch::load(const Need& need, Instant closed_since, WorkingSet& set) {
  load_persons(need.persons, set);
  auto cases = case_ids(need, closed_since), histories = need.history;
  query_in(connection_, "SELECT id FROM cases WHERE reporter IN ", need.all_of, "",
           [&](std::span<const Value> cells) {
             cases.emplace(cells[0].integer());
             histories.emplace(cells[0].integer());
           });
  load_cases(cases, set);
  load_history(histories, set);
  load_codes(need.codes, set);
  load_near(need.near, closed_since - kNearBefore, set);
  if (need.owners) load_owners(set);
  set.mark_asked(need);
}

void SqlBatch::load_persons(const std::set<PersonId>& ids, WorkingSet& set) {
  std::set<PersonId> absent;  // from the set, that is
  for (const auto id : ids)
    if (!set.persons().contains(id)) absent.insert(id);
  const auto width = column_names<Person>().size();
  query_in(connection_,
           "SELECT " + select_list<Person>("p.") + "," + select_list<Conversation>("c.") +
               " FROM persons p" + connection_.dialect().by_primary() +
               " LEFT JOIN conversations c ON c.person=p.id WHERE p.id IN ",
           absent, " ORDER BY p.id" + connection_.dialect().for_update(),
           [&](std::span<const Value> cells) {
             set.put_loaded(read_row<Person>(cells.first(width)));
             const auto conversation = cells.subspan(width);
             if (!conversation[0].is_null()) set.put_loaded(read_row<Conversation>(conversation));
           });
  query_in(connection_, "SELECT " + select_list<Account>() + " FROM accounts WHERE person IN ",
           absent, " ORDER BY id",
           [&](std::span<const Value> cells) { set.put_loaded(read_row<Account>(cells)); });
}

std::set<CaseId> SqlBatch::case_ids(const Need& need, Instant closed_since) {
  std::set<CaseId> out = need.cases;
  const auto take = [&](std::span<const Value> cells) { out.emplace(cells[0].integer()); };
  query_in(connection_, "SELECT id FROM cases WHERE number IN ", need.numbers, "", take);
  query_in(connection_, "SELECT case_id FROM case_queue WHERE unit IN ", need.queues, "", take);
  ids_of_people(need.cases_of, closed_since, out);
  return out;
}

// One statement for all three, since nearly every message asks it.
void SqlBatch::ids_of_people(const std::set<PersonId>& people, Instant closed_since,
                             std::set<CaseId>& out) {
  const Value since{microseconds(closed_since)};
  in_lists(people, {}, {since}, [&](const std::string& list, const Params& once) {
    Params params = once;
    for (int more = 0; more < 2; ++more) params.insert(params.end(), once.begin(), once.end());
    const Rows rows = connection_.query(
        "SELECT id FROM cases WHERE reporter IN " + list +
            " AND over_at>=? UNION ALL SELECT id FROM cases WHERE owner IN " + list +
            " AND over_at>=? UNION ALL SELECT c.id FROM case_parties p JOIN cases c ON"
            " c.id=p.case_id WHERE p.person_id IN " +
            list + " AND c.over_at>=?",
        params);
    for (std::size_t i = 0; i < rows.size(); ++i) out.emplace(rows[i][0].integer());
  });
}

// Not locked: they are there to compare with. A draft has no registration yet.
void SqlBatch::load_near(const std::set<Near>& wanted, Instant since, WorkingSet& set) {
  std::vector<Near> absent;
  for (const auto& near : wanted)
    if (near.unit && !set.asked_near(near)) absent.push_back(near);
  const Value from{std::max<std::int64_t>(microseconds(since), 1)};
  // The index alone says which are the newest.
  const std::string newest_of_one =
      "SELECT * FROM (SELECT id FROM cases WHERE unit=? AND registered_at>=? AND (?='' OR topic IN"
      " (?,'')) ORDER BY registered_at DESC LIMIT " +
      std::to_string(kNearMost) + ") AS one_unit";
  constexpr std::size_t kMost = 64;  // of units in a statement
  for (std::size_t done = 0; done < absent.size();) {
    const auto n = std::bit_floor(std::min(absent.size() - done, kMost));
    std::map<UnitCode, std::vector<Case>> found;
    std::string newest;
    Params params;
    for (const auto& near : std::span{absent}.subspan(done, n)) {
      newest += (newest.empty() ? "" : " UNION ALL ") + newest_of_one;
      params.insert(params.end(), {to_value(near.unit), from, near.topic, near.topic});
    }
    done += n;
    const Rows rows = connection_.query("SELECT " + select_list<CaseOutline>("c.") + " FROM (" +
                                            newest + ") AS newest JOIN cases c ON c.id=newest.id",
                                        params);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto row = read_row<CaseOutline>(rows[i]).row;
      if (row.stage != Stage::draft) found[row.unit].push_back(std::move(row));
    }
    for (auto& [unit, cases] : found) set.put_near(unit, std::move(cases));
  }
}

// Who owns any comes from the index alone; only their open cases are read.
void SqlBatch::load_owners(WorkingSet& set) {
  const Params open{kNotOver};
  const Rows rows =
      connection_.query("SELECT owner FROM cases WHERE over_at=? GROUP BY owner", open);
  std::set<PersonId> people;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const PersonId owner{rows[i][0].integer()}) people.insert(owner);
  std::set<OwnerOf> owners;
  query_in(
      connection_, "SELECT DISTINCT owner,owner_unit FROM cases WHERE owner IN ", people,
      " AND over_at=? AND stage<>'draft'",
      [&](std::span<const Value> cells) {
        owners.insert({PersonId{cells[0].integer()}, UnitCode{cells[1].text()}});
      },
      {}, open);
  set.put_owners(std::move(owners));
}

void SqlBatch::load_cases(const std::set<CaseId>& ids, WorkingSet& set) {
  std::set<CaseId> absent;
  for (const auto id : ids)
    if (!set.cases().contains(id)) absent.insert(id);
  std::vector<CaseId> found;
  const auto& dialect = connection_.dialect();
  query_in(connection_,
           "SELECT " + select_list<Case>() + " FROM cases" + dialect.by_primary() + " WHERE id IN ",
           absent, " ORDER BY id" + dialect.for_update(), [&](std::span<const Value> cells) {
             auto row = read_row<Case>(cells);
             found.push_back(row.id);
             set.put_loaded(std::move(row));
           });
  load_cards(found, set);
}

void SqlBatch::load_cards(const std::vector<CaseId>& ids, WorkingSet& set) {
  query_in(connection_, "SELECT " + select_list<Card>() + " FROM cards WHERE case_id IN ", ids,
           " ORDER BY notice_id",
           [&](std::span<const Value> cells) { set.put_card(read_row<Card>(cells)); });
}

// Ids come from blocks that several processes lease, so only the time orders events; events of one
// moment were written by one batch, in the order of their ids.
void SqlBatch::load_history(const std::set<CaseId>& ids, WorkingSet& set) {
  std::map<CaseId, std::vector<Event>> histories;
  for (const auto id : ids) histories[id];
  query_in(connection_, "SELECT " + select_list<Event>() + " FROM case_events WHERE case_id IN ",
           ids, " ORDER BY at,id", [&](std::span<const Value> cells) {
             auto event = read_row<Event>(cells);
             histories[event.case_id].push_back(std::move(event));
           });
  for (auto& [id, events] : histories) set.put_history(id, std::move(events));
}

// Not locked: whoever takes one away (save_codes) finds out when somebody else was faster.
void SqlBatch::load_codes(const std::set<std::string>& codes, WorkingSet& set) {
  std::set<std::string> absent;
  for (const auto& code : codes)
    if (!set.asked_code(code)) absent.insert(code);
  query_in(connection_, "SELECT " + select_list<BindCode>() + " FROM bind_codes WHERE code IN ",
           absent, "",
           [&](std::span<const Value> cells) { set.put_code(read_row<BindCode>(cells)); });
}

void SqlBatch::lock_accounts(const std::set<AccountId>& ids, WorkingSet& set) {
  const auto& dialect = connection_.dialect();
  query_in(connection_,
           "SELECT " + select_list<Account>() + " FROM accounts" + dialect.by_primary() +
               " WHERE id IN ",
           ids, " ORDER BY id" + dialect.for_update(),
           [&](std::span<const Value> cells) { set.reload(read_row<Account>(cells)); });
}

}  // namespace huiyin::store
