// The writing half of a batch: multi-row statements, every update conditional on the version.
#include <algorithm>
#include <tuple>

#include "server/store/batch.h"
#include "server/store/bulk.h"
#include "server/store/erase.h"

namespace huiyin::store {
namespace {

// Stored rows count from version 1; a created one has none yet.
template <class T>
void write_created(Params& out, const T& row) {
  const auto start = out.size();
  write_row(out, row);
  out[start + 1] = Value{1};  // columns() has id and version first
}

template <class T>
struct Changes {
  Params created, changed;
  void add(const T& row, bool is_new) {
    if (is_new) {
      write_created(created, row);
    } else {
      write_row(changed, row);
    }
  }
  void save(Connection& connection, std::string_view table) const {
    if (!created.empty()) insert_rows(connection, table, column_names<T>(), created);
    if (!changed.empty()) update_rows(connection, table, column_names<T>(), true, changed);
  }
};

template <class Key, class T>
Changes<T> changes_of(const std::map<Key, Tracked<T>>& rows) {
  Changes<T> out;
  for (const auto& [key, tracked] : rows)
    if (tracked.state != tracked.loaded) out.add(tracked.row, tracked.row.version == 0);
  return out;
}

// A look-up table of cases by `Key`: what is to be written in it.
template <class Key>
class LinkChanges {
 public:
  LinkChanges(std::string table, std::string column)
      : table_{std::move(table)}, column_{std::move(column)} {}

  void add(CaseId about, const std::set<Key>& before, const std::set<Key>& now) {
    for (const auto& key : before)
      if (!now.contains(key)) gone_[key].push_back(about);
    for (const auto& key : now)
      if (!before.contains(key)) fresh_.insert(fresh_.end(), {to_value(key), to_value(about)});
  }
  void save(Connection& connection) const {
    for (const auto& [key, cases] : gone_)
      execute_in(connection, "DELETE FROM " + table_ + " WHERE " + column_ + "=? AND case_id IN ",
                 cases, "", {to_value(key)});
    insert_rows(connection, table_, {column_, "case_id"}, fresh_);
  }

 private:
  std::string table_, column_;
  std::map<Key, std::vector<CaseId>> gone_;
  Params fresh_;
};

}  // namespace

void SqlBatch::save(const Writes& writes) {
  for (const auto& inbound : writes.inbound) check_key(inbound.key.dedupe_key, "a dedupe key");
  const Params id{writes.batch_id};
  connection_.execute("INSERT INTO batches (id,at) VALUES (?," + connection_.dialect().now() + ")",
                      id);
  if (writes.set != nullptr) save_set(*writes.set, writes.release_held);
  rebind(writes.rebound);
  save_notices(writes.notices, writes.set);
  save_cards(writes.cards, writes.handles);
  save_told(writes.told);
  execute_in(connection_, "UPDATE notices SET next_at=0 WHERE id IN ", writes.asked,
             " AND state IN ('held','dead')");
  save_briefed(writes.briefed);
  save_media(writes.media);
  save_codes(writes.codes, writes.used_codes);
  save_cursors(writes.cursors);
  save_inbound(writes);
  save_nonces(writes.nonces);
  save_views(writes.views);
  save_rounds(writes.rounds);
  save_erasures(writes);
  save_service(writes.duties, writes.leaves);
  if (writes.directory_changed || !writes.duties.empty() || !writes.leaves.empty())
    connection_.execute("UPDATE meta SET value=value+1 WHERE name='directory_version'");
}

void SqlBatch::save_set(const WorkingSet& set, const std::vector<Release>& release_held) {
  changes_of(set.persons()).save(connection_, "persons");
  changes_of(set.conversations()).save(connection_, "conversations");
  changes_of(set.cases()).save(connection_, "cases");
  save_links(set);
  save_accounts(set, release_held);
  std::vector<const Event*> events;
  for (const auto& event : set.new_events()) events.push_back(&event);
  insert_all<Event>(connection_, "case_events", events);
}

// Under the cases' locks. Most cases have no parties and wait for no office: nothing to write.
void SqlBatch::save_links(const WorkingSet& set) {
  LinkChanges<PersonId> parties{"case_parties", "person_id"};
  LinkChanges<UnitCode> queues{"case_queue", "unit"};
  for (const auto& [id, tracked] : set.cases()) {
    if (tracked.state == tracked.loaded) continue;
    const auto& before = set.links_before(id);
    const auto now = WorkingSet::links_of(tracked.row);
    parties.add(id, before.parties, now.parties);
    queues.add(id, before.queues, now.queues);
  }
  parties.save(connection_);
  queues.save(connection_);
}

void SqlBatch::save_accounts(const WorkingSet& set, const std::vector<Release>& release_held) {
  std::set<AccountId> released;
  for (const auto& release : release_held) released.insert(release.from);
  std::set<AccountId> untouched = released;
  Changes<Account> changes;
  for (const auto& [id, tracked] : set.accounts()) {
    if (tracked.state == tracked.loaded) continue;
    check_key(tracked.row.user, "an account's user id");
    untouched.erase(id);
    if (released.contains(id)) {
      auto row = tracked.row;
      row.held = 0;
      changes.add(row, row.version == 0);
    } else {
      changes.add(tracked.row, tracked.row.version == 0);
    }
  }
  changes.save(connection_, "accounts");
  execute_in(connection_, "UPDATE accounts SET held=0,version=version+1 WHERE id IN ", untouched,
             "");
  release(set, release_held);
}

// Under the accounts' locks.
void SqlBatch::rebind(const std::vector<Writes::Rebinding>& rebound) {
  for (const auto& one : rebound) {
    const Params params{to_value(one.to), to_value(one.account), to_value(one.from)};
    connection_.execute("UPDATE notices SET person_id=? WHERE account_id=? AND person_id=?",
                        params);
    std::set<NoticeId> cards;
    const Rows rows = connection_.query("SELECT id FROM notices WHERE account_id=? AND card=1",
                                        Params{to_value(one.account)});
    for (std::size_t i = 0; i < rows.size(); ++i) cards.emplace(rows[i][0].integer());
    execute_in(connection_, "UPDATE cards SET person_id=? WHERE notice_id IN ", cards, "",
               {to_value(one.to)});
  }
}

// Sorted by key, so that two batches with the same messages meet at the first and do not deadlock.
void SqlBatch::save_inbound(const Writes& writes) {
  std::vector<const Inbound*> rows;
  for (const auto& inbound : writes.inbound) rows.push_back(&inbound);
  std::sort(rows.begin(), rows.end(),
            [](const Inbound* a, const Inbound* b) { return a->key < b->key; });
  auto columns = column_names<Inbound>();
  columns.push_back("batch_id");
  Params values;
  values.reserve(rows.size() * columns.size());
  for (const auto* row : rows) {
    write_row(values, *row);
    values.push_back(Value{writes.batch_id});
  }
  insert_rows(connection_, "inbound", columns, values);
}

void SqlBatch::save_nonces(const std::vector<Nonce>& nonces) {
  if (nonces.empty()) return;
  const auto now = microseconds(database_now());
  Params values;
  std::set<std::tuple<std::string, std::string, std::string>> seen;  // one request, two messages
  for (const auto& nonce : nonces) {
    if (!seen.emplace(nonce.channel, nonce.nonce, nonce.body_hash).second) continue;
    values.push_back(Value{nonce.channel});
    values.push_back(Value{nonce.nonce});
    values.push_back(Value{nonce.body_hash});
    values.push_back(Value{now});
  }
  insert_rows(connection_, "nonces", {"channel", "nonce", "body_hash", "at"}, values);
}

// A code serves once: when somebody else took it away since it was read, all is decided again.
void SqlBatch::save_codes(const std::vector<BindCode>& codes,
                          const std::vector<std::string>& used) {
  std::vector<const BindCode*> rows;
  for (const auto& code : codes) {
    check_key(code.code, "a one-time code");
    rows.push_back(&code);
  }
  insert_all<BindCode>(connection_, "bind_codes", rows);
  const std::set<std::string> over{used.begin(), used.end()};
  const auto gone = execute_in(connection_, "DELETE FROM bind_codes WHERE code IN ", over, "");
  if (gone != static_cast<std::int64_t>(over.size()))
    throw Error{Trouble::retry, 0, "a one-time code was used meanwhile"};
}

void SqlBatch::save_service(const std::vector<Duty>& duties, const std::vector<Leave>& leaves) {
  Params served, away;
  for (const auto& duty : duties) {
    check_key(duty.unit.raw(), "a unit's code");
    write_row(served, duty);
  }
  for (const auto& leave : leaves) write_row(away, leave);
  upsert_rows(connection_, "duties", column_names<Duty>(), key_of_duty(), served);
  upsert_rows(connection_, "leaves", column_names<Leave>(), key_of_leave(), away);
}

// The same twice at one moment is one view.
void SqlBatch::save_views(const std::vector<View>& views) {
  if (views.empty()) return;
  const Names columns{"viewer", "seen", "case_id", "at"};
  const auto now = to_value(database_now());
  Params rows;
  for (const auto& view : views)
    rows.insert(rows.end(),
                {to_value(view.viewer), to_value(view.seen), to_value(view.about), now});
  insert_new_rows(connection_, "views", columns, columns, rows);
}

// Whoever comes second finds the round done already, and decides again.
void SqlBatch::save_rounds(const std::vector<Writes::RoundStep>& rounds) {
  for (const auto& [last, done] : rounds) {
    check_key(done.name, "a round's name");
    const Params which{done.name};
    connection_.execute(connection_.dialect().insert_new("rounds", {"name"}, {"name"}, 1), which);
    const Rows stored = connection_.query(
        "SELECT at,directory FROM rounds WHERE name=?" + connection_.dialect().for_update(), which);
    if (stored.empty() || stored[0][0].integer() != microseconds(last.at) ||
        stored[0][1].integer() != last.directory)
      throw Error{Trouble::retry, 0, "a round was done meanwhile"};
    const Params next{to_value(done.at), Value{done.directory}, Value{done.name}};
    connection_.execute("UPDATE rounds SET at=?,directory=? WHERE name=?", next);
  }
}

void SqlBatch::save_erasures(const Writes& writes) {
  if (writes.erasures.empty()) return;
  std::set<NoticeId> fresh;
  for (const auto& notice : writes.notices) fresh.insert(notice.notice.id);
  for (const auto& erasure : writes.erasures) erase(connection_, erasure, fresh);
}

void SqlBatch::save_media(const std::vector<MediaOrder>& orders) {
  if (orders.empty()) return;
  auto columns = column_names<MediaOrder>();
  columns.insert(columns.end(), {"state", "next_at", "created_at"});
  const auto now = to_value(database_now());
  Params values;
  for (const auto& order : orders) {
    write_row(values, order);
    values.insert(values.end(), {to_value(MediaRow::due), now, now});
  }
  insert_rows(connection_, "media", columns, values);
}

void SqlBatch::save_cursors(const std::vector<Cursor>& cursors) {
  if (cursors.empty()) return;
  std::map<std::pair<std::string, std::string>, std::string> last;
  for (const auto& cursor : cursors) {
    check_key(cursor.stream, "a stream's name");
    auto& value = last[{cursor.channel, cursor.stream}];
    if (!cursor.value.empty()) value = cursor.value;
  }
  const Names key{"channel", "stream"}, columns{"channel", "stream", "value", "read_at"};
  Params read;
  for (const auto& [stream, value] : last) {
    if (value.empty()) {
      const Params created{stream.first, stream.second};
      connection_.execute(connection_.dialect().insert_new("cursors", key, key, 1), created);
    } else {
      read.insert(read.end(), {Value{stream.first}, Value{stream.second}, Value{value},
                               to_value(database_now())});
    }
  }
  upsert_rows(connection_, "cursors", columns, key, read);
}

}  // namespace huiyin::store
