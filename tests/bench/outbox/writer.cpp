#include "tests/bench/outbox/writer.h"

#include <algorithm>
#include <set>

namespace huiyin::bench {
namespace {

constexpr std::size_t kPeopleACommit = 500;
// As long as a template for a move of a case.
constexpr const char* kText =
    "260326-0042 东浦村村口的路灯坏了，晚上老人走路看不见\n"
    "干部楼某已签收，计划三月三十日前办结\n进展：电工已经到现场查看线路，换灯泡的材料明天送到";

Instant system_now() {
  return std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
}

}  // namespace

Writer::Writer(store::Store& store, std::size_t people) : store_{store}, people_{people} {
  first_ = store.lease("id", static_cast<std::int64_t>(people) * 2);
  for (std::size_t done = 0; done < people;) {
    WorkingSet set;
    const auto end = std::min(people, done + kPeopleACommit);
    for (; done < end; ++done) {
      const auto id = first_ + static_cast<std::int64_t>(done) * 2;
      Person person;
      person.id = PersonId{id};
      set.create(person);
      Account account;
      account.id = AccountId{id + 1};
      account.person = person.id;
      account.channel = "bench";
      account.user = "oBenchReader" + std::to_string(id);
      set.create(account);
    }
    store::Writes writes;
    writes.batch_id = "people " + std::to_string(first_) + " " + std::to_string(done);
    writes.set = &set;
    const auto tx = store.begin();
    tx->save(writes);
    tx->commit();
  }
}

void Writer::write(Outbox& outbox, std::size_t n, bool left_due) {
  auto id = store_.lease("id", static_cast<std::int64_t>(n));
  std::set<AccountId> lanes;
  std::vector<AccountId> order;
  for (std::size_t i = 0; i < n; ++i, next_ = (next_ + 1) % people_) {
    order.emplace_back(first_ + static_cast<std::int64_t>(next_) * 2 + 1);
    lanes.insert(order.back());
  }
  WorkingSet set;
  const auto tx = store_.begin();
  const auto now = tx->database_now();
  tx->lock_accounts(lanes, set);
  store::Writes writes;
  writes.batch_id = "notices " + std::to_string(id);
  writes.set = &set;
  bool more = false;
  for (const auto account : order) {
    Account lane = *set.account(account);
    store::NoticeRow row;
    row.notice.id = NoticeId{id++};
    row.notice.channel = lane.channel;
    row.notice.recipient = lane.user;
    row.notice.kind = "progress";
    row.notice.text = kText;
    row.account = lane.id;
    row.person = lane.person;
    row.echo = true;
    row.created_at = system_now();
    row.next_at = now;
    row.seq = ++lane.lane_seq;
    const bool ours = lane.lane_owner == outbox.process() && lane.lane_until > now;
    const bool fresh = lane.lane_owner.empty() && lane.lane_seq == 1;
    const auto token = fresh ? lane.lane_token + 1 : lane.lane_token;
    if (!left_due && (ours || fresh) && outbox.reserve(lane.id, token, row.seq)) {
      lane.lane_owner = outbox.process();
      lane.lane_token = token;
      lane.lane_until = now + outbox.lease();
      row.state = store::NoticeState::sending;
      row.next_at = lane.lane_until;
      row.lane_token = token;
    } else {
      outbox.behind(lane.id);
      more = true;
    }
    set.change(std::move(lane));
    writes.notices.push_back(std::move(row));
  }
  tx->save(writes);
  tx->commit();
  const auto committed = Steady::now();
  std::vector<std::pair<store::NoticeRow, Account>> rows;
  for (auto& row : writes.notices) {
    committed_.emplace(row.notice.id.raw(), committed);
    if (row.state == store::NoticeState::sending) {
      const Account account = *set.account(row.account);
      rows.emplace_back(std::move(row), account);
    }
  }
  outbox.fill(std::move(rows), more);
}

}  // namespace huiyin::bench
