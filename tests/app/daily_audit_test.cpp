// Once a day, by one of several processes, and who is named hears of what was found.
#include "server/app/daily_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/app/test_clock.h"
#include "tests/fakes/test_database.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Instant at(const char* text) { return *parse_rfc3339(text); }

// Does at once what the batch does: the step, and takes note of the findings.
class FakeInbox : public Inbox {
 public:
  explicit FakeInbox(std::unique_ptr<store::Store> store) : store_{std::move(store)} {}
  void submit(Message, Meaning, Done done) override { done({}); }
  void perform(Task task, Done done) override {
    Receipt receipt;
    receipt.status = status;
    if (status == Receipt::accepted) {
      store::Writes writes;
      writes.batch_id = "batch " + std::to_string(found.size());
      writes.rounds.push_back(*task.step);
      const auto tx = store_->begin();
      tx->save(writes);
      tx->commit();
      found.push_back(std::get<Findings>(task.what));
    }
    done(std::move(receipt));
  }
  void quarantine(store::Quarantined, std::optional<NonceClaim>, Done done) override { done({}); }
  std::size_t waiting() const override { return 0; }
  void stop() override {}

  Receipt::Status status = Receipt::accepted;
  std::vector<Findings> found;

 private:
  std::unique_ptr<store::Store> store_;
};

class DailyAuditTest : public testing::TestWithParam<fakes::Engine> {
 protected:
  DailyAuditTest() : database_{GetParam()} {
    open()->migrate();
    inbox_ = std::make_unique<FakeInbox>(open());
    current_.adopt(open()->load_directory());
  }
  std::unique_ptr<store::Store> open() const { return store::open(database_.url()); }
  std::unique_ptr<DailyAudit> audit(std::optional<std::chrono::minutes> daily = 6h) {
    DailyAudit::Parts parts{open(),
                            *inbox_,
                            current_,
                            clock_,
                            monitor_,
                            [this](store::Store&, const Runtime&, Instant) {
                              ++checked_;
                              if (away_) throw store::Error{store::Trouble::lost, 0, "lost"};
                              return lines_;
                            }};
    return std::make_unique<DailyAudit>(DailyAudit::Options{daily, 0ms}, std::move(parts));
  }

  fakes::TestDatabase database_;
  TestClock clock_{at("2026-03-26T09:10:00+08:00")};
  Monitor monitor_;
  Current current_{[](DirectoryPtr directory) {
    auto runtime = std::make_shared<Runtime>();
    runtime->directory = std::move(directory);
    return runtime;
  }};
  std::unique_ptr<FakeInbox> inbox_;
  std::vector<std::string> lines_{"P1 260326-0001 nobody has it"};
  int checked_ = 0;
  bool away_ = false;
};
INSTANTIATE_TEST_SUITE_P(Engines, DailyAuditTest, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

TEST_P(DailyAuditTest, IsDoneOnceADay) {
  const auto one = audit();
  EXPECT_EQ(one->next(), clock_.now()) << "it was never done";
  one->run_due();
  one->run_due();
  EXPECT_EQ(checked_, 1);
  EXPECT_EQ(one->next(), at("2026-03-27T06:00:00+08:00"));
  clock_.set(at("2026-03-27T05:59:59+08:00"));
  one->run_due();
  EXPECT_EQ(checked_, 1);
  clock_.set(at("2026-03-27T06:00:00+08:00"));
  one->run_due();
  EXPECT_EQ(checked_, 2);
  ASSERT_EQ(inbox_->found.size(), 2u);
  EXPECT_THAT(inbox_->found[1].lines, ElementsAre("P1 260326-0001 nobody has it"));
  EXPECT_EQ(inbox_->found[1].count, 1u);
}

TEST_P(DailyAuditTest, AfterAWeekItIsDoneOnce) {
  const auto one = audit();
  one->run_due();
  clock_.set(at("2026-04-03T11:00:00+08:00"));
  one->run_due();
  one->run_due();
  EXPECT_EQ(checked_, 2);
  EXPECT_EQ(one->next(), at("2026-04-04T06:00:00+08:00"));
}

TEST_P(DailyAuditTest, OfTwoProcessesOneDoesIt) {
  const auto one = audit(), other = audit();
  one->run_due();
  other->run_due();
  EXPECT_EQ(checked_, 1);
  EXPECT_EQ(other->next(), one->next());
}

TEST_P(DailyAuditTest, NothingFoundIsNotTold) {
  lines_.clear();
  const auto one = audit();
  one->run_due();
  EXPECT_EQ(checked_, 1);
  EXPECT_THAT(inbox_->found, IsEmpty());
  EXPECT_EQ(one->next(), at("2026-03-27T06:00:00+08:00"));
}

TEST_P(DailyAuditTest, ManyAreCountedAndTheFirstTold) {
  lines_.assign(500, "P3 silence");
  const auto one = audit();
  one->run_due();
  ASSERT_EQ(inbox_->found.size(), 1u);
  EXPECT_EQ(inbox_->found[0].lines.size(), 20u);
  EXPECT_EQ(inbox_->found[0].count, 500u);
}

// Another process may go on after an hour; until then nobody looks through everything each second.
TEST_P(DailyAuditTest, OneThatFailedIsTriedAgainAfterAnHour) {
  const auto one = audit(), other = audit();
  away_ = true;
  EXPECT_THROW(one->run_due(), store::Error);
  one->run_due();
  other->run_due();
  EXPECT_EQ(checked_, 1);
  EXPECT_EQ(other->next(), clock_.now() + 1h);
  away_ = false;
  inbox_->status = Receipt::quarantined;
  clock_.set(clock_.now() + 1h);
  other->run_due();
  one->run_due();
  EXPECT_EQ(checked_, 2);
  inbox_->status = Receipt::accepted;
  clock_.set(clock_.now() + 1h);
  one->run_due();
  EXPECT_EQ(checked_, 3);
  EXPECT_EQ(inbox_->found.size(), 1u);
  EXPECT_EQ(one->next(), at("2026-03-27T06:00:00+08:00"));
}

TEST_P(DailyAuditTest, CanBeSwitchedOff) {
  const auto one = audit(std::nullopt);
  EXPECT_EQ(one->next(), std::nullopt);
  one->run_due();
  EXPECT_EQ(checked_, 0);
}

}  // namespace
}  // namespace huiyin
