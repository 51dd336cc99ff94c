// Several processes on one database, played by threads with a Store each.
#include <atomic>
#include <barrier>
#include <mutex>

#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class Concurrency : public StoreTest {
 protected:
  void store_two_cases() {
    WorkingSet set;
    Decision decision;
    decision.cases = {sample_case(3001, PersonId{1}, PersonId{9}),
                      sample_case(3002, PersonId{2}, PersonId{9})};
    set.fold(decision);
    commit(*store_, set);
  }
};

void change_case(Batch& batch, CaseId id, WorkingSet& set, const std::string& text) {
  Need need;
  need.cases = {id};
  batch.load(need, at(0), set);
  Decision decision;
  decision.cases = {*set.find_case(id)};
  decision.cases[0].text += text;
  set.fold(decision);
}
void save(Batch& batch, const WorkingSet& set) {
  Writes writes;
  writes.batch_id = fresh_batch_id();
  writes.set = &set;
  batch.save(writes);
}

// A and B lock their case and then want the other's. One is told to try again, and then succeeds.
TEST_P(Concurrency, DeadlockEndsInRetry) {
  if (!mysql()) return;  // one writer at a time: there is nothing to cross
  store_two_cases();
  std::barrier both_locked{2};
  std::atomic<int> retries = 0;
  const auto worker = [&](CaseId first, CaseId second) {
    return [&, first, second] {
      const auto store = another();
      for (bool crossing = true, done = false; !done; crossing = false) {
        try {
          auto batch = store->begin();
          WorkingSet set;
          change_case(*batch, first, set, "+");
          if (crossing) both_locked.arrive_and_wait();
          change_case(*batch, second, set, "+");
          save(*batch, set);
          batch->commit();
          done = true;
        } catch (const Error& error) {
          ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
          ++retries;
        }
      }
    };
  };
  const auto before = text("SELECT text FROM cases WHERE id=3001").size();
  in_parallel({worker(CaseId{3001}, CaseId{3002}), worker(CaseId{3002}, CaseId{3001})});
  EXPECT_GE(retries, 1);
  EXPECT_EQ(text("SELECT text FROM cases WHERE id=3001").size(), before + 2);
  EXPECT_EQ(text("SELECT text FROM cases WHERE id=3002").size(), before + 2);
  EXPECT_EQ(number("SELECT version FROM cases WHERE id=3001"), 3);
}

// A lock that is not freed in time is `retry`, on both engines.
TEST_P(Concurrency, LockWaitEndsInRetry) {
  store_two_cases();
  auto holder = store_->begin();
  WorkingSet held;
  change_case(*holder, CaseId{3001}, held, "+");
  const auto store = another();
  EXPECT_EQ(trouble_of([&] {
              auto batch = store->begin();
              WorkingSet set;
              change_case(*batch, CaseId{3001}, set, "+");
            }),
            Trouble::retry);
}

// Two senders about one case, in two processes: one effect each, no update lost.
TEST_P(Concurrency, TwoProcessesOneCase) {
  store_two_cases();
  constexpr int kEach = 25;
  const auto process = [&](const std::string& sender) {
    return [&, sender] {
      const auto store = another();
      for (int i = 0; i < kEach;) {
        try {
          auto batch = store->begin();
          WorkingSet set;
          change_case(*batch, CaseId{3001}, set, sender);
          Writes writes;
          writes.batch_id = sender + std::to_string(i);
          writes.set = &set;
          writes.inbound = {sample_inbound(writes.batch_id)};
          batch->save(writes);
          batch->commit();
          ++i;
        } catch (const Error& error) {
          ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
        }
      }
    };
  };
  const auto before = text("SELECT text FROM cases WHERE id=3001").size();
  in_parallel({process("a"), process("b")});
  EXPECT_EQ(text("SELECT text FROM cases WHERE id=3001").size(), before + 2 * kEach);
  EXPECT_EQ(number("SELECT version FROM cases WHERE id=3001"), 1 + 2 * kEach);
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), 2 * kEach);
}

// P2: the same message on several connections at once. The losers read the winner's answer.
TEST_P(Concurrency, DuplicateMessageHasOneEffectAndOneAnswer) {
  constexpr int kProcesses = 3, kMessages = 20;
  std::mutex mutex;
  std::map<std::string, std::set<std::int64_t>> answers;
  std::barrier round{kProcesses};
  std::vector<std::function<void()>> processes;
  for (int p = 0; p < kProcesses; ++p)
    processes.emplace_back([&, p] {
      const auto store = another();
      for (int m = 0; m < kMessages; ++m) {
        const auto key = "m" + std::to_string(m);
        round.arrive_and_wait();
        for (bool done = false; !done;) {
          try {
            auto batch = store->begin();
            auto row = sample_inbound(key);
            row.reply = NoticeId{1000 * (p + 1) + m};
            const std::vector<InboundKey> keys{row.key};
            const auto before = batch->find_inbound(keys);
            NoticeId answer;
            if (before.empty()) {
              Writes writes;
              writes.batch_id = key + "/" + std::to_string(p);
              writes.inbound = {row};
              batch->save(writes);
              answer = row.reply;
            } else {
              answer = before.begin()->second.reply;
            }
            batch->commit();
            const std::lock_guard lock{mutex};
            answers[key].insert(answer.raw());
            done = true;
          } catch (const Error& error) {
            ASSERT_TRUE(error.trouble() == Trouble::duplicate || error.trouble() == Trouble::retry)
                << error.what();
          }
        }
      }
    });
  in_parallel(processes);
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), kMessages);
  ASSERT_EQ(answers.size(), std::size_t{kMessages});
  for (const auto& [key, given] : answers) EXPECT_EQ(given.size(), 1u) << key;
}

// The same new person writes to two processes at once: one account, the loser finds it.
TEST_P(Concurrency, NewSenderOnTwoProcesses) {
  const std::vector<std::pair<std::string, std::string>> users{{"wx", "oNew"}};
  std::atomic<int> created = 0;
  std::vector<std::function<void()>> processes;
  for (int p = 0; p < 2; ++p)
    processes.emplace_back([&, p] {
      const auto store = another();
      for (bool done = false; !done;) {
        try {
          auto batch = store->begin();
          WorkingSet set;
          batch->load_accounts(users, set);
          const bool is_new = set.account("wx", "oNew") == nullptr;
          if (is_new) {
            set.create(sample_person(2001 + p));
            set.create(sample_account(4001 + p, PersonId{2001 + p}, "oNew"));
            save(*batch, set);
          }
          batch->commit();
          if (is_new) ++created;
          done = true;
        } catch (const Error& error) {
          ASSERT_TRUE(error.trouble() == Trouble::duplicate || error.trouble() == Trouble::retry)
              << error.what();
        }
      }
    });
  in_parallel(processes);
  EXPECT_EQ(created, 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM persons WHERE id>1"), 1);
}

TEST_P(Concurrency, LeasedIdsNeverOverlap) {
  std::mutex mutex;
  std::vector<std::pair<std::int64_t, std::int64_t>> blocks;
  std::vector<std::function<void()>> processes;
  for (int p = 0; p < 4; ++p)
    processes.emplace_back([&, p] {
      const auto store = another();
      for (int i = 0; i < 15; ++i) {
        const std::int64_t n = 1 + (p * 7 + i) % 40;
        const auto first = store->lease("id", n);
        const std::lock_guard lock{mutex};
        blocks.emplace_back(first, first + n);
      }
    });
  in_parallel(processes);
  std::sort(blocks.begin(), blocks.end());
  EXPECT_GE(blocks.front().first, 1000);  // below are rows that the program knows by number
  for (std::size_t i = 1; i < blocks.size(); ++i)
    EXPECT_EQ(blocks[i].first, blocks[i - 1].second);  // no overlap, and no gap either
}

TEST_P(Concurrency, CaseDaysCountFromOneEach) {
  EXPECT_EQ(store_->lease("260326", 20), 1);
  EXPECT_EQ(store_->lease("260326", 5), 21);
  EXPECT_EQ(store_->lease("260327", 1), 1);
}

HUIYIN_ON_BOTH_ENGINES(Concurrency);

}  // namespace
}  // namespace huiyin::store
