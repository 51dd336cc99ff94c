// The audit on a database: a long story is clean, and what is planted in the tables is found.
#include <gmock/gmock.h>

#include <functional>

#include "server/app/audit.h"
#include "tests/app/promises_story.h"
#include "tests/fakes/test_database.h"

namespace huiyin {
namespace {

using namespace promises_test;
using namespace std::chrono_literals;
using testing::IsEmpty;

class PromisesStored : public Story, public testing::WithParamInterface<fakes::Engine> {
 protected:
  void SetUp() override {
    closed_ = long_story();
    open_ = followed_story();
    database_.emplace(GetParam());
    store_ = store::open(database_->url());
    store_->migrate();
    fresh();
  }

  // The story in the database, and nothing else.
  void fresh() {
    for (const char* table :
         {"cases", "case_events", "notices", "notice_events", "case_parties", "case_queue"})
      fakes::run_sql(*database_, std::string{"DELETE FROM "} + table);
    Decision all;
    store::Writes writes;
    for (const auto& [id, tracked] : desk_.set.cases()) {
      const Row row = row_of(desk_, tracked.row.number);
      Case c = row.the_case;
      c.version = 0;
      all.cases.push_back(std::move(c));
      all.events.insert(all.events.end(), row.events.begin(), row.events.end());
      for (const Row::Told& told : row.notices) writes.notices.push_back(notice_of(told, id));
    }
    WorkingSet set;
    set.fold(all);
    writes.batch_id = "story-" + std::to_string(++written_);
    writes.set = &set;
    const auto batch = store_->begin();
    batch->save(writes);
    batch->commit();
  }

  store::NoticeRow notice_of(const Row::Told& told, CaseId about) const {
    store::NoticeRow row;
    row.notice.id = told.id;
    row.notice.channel = "wechat";
    row.notice.recipient = "someone";
    row.notice.kind = told.kind;
    row.notice.text = told.text;
    row.notice.case_number = desk_.set.find_case(about)->number;
    row.about = about;
    row.account = AccountId{1};
    row.person = told.person;
    row.events = told.events;
    row.echo = told.echo;
    row.state = store::NoticeState::sent;
    row.seq = told.id.raw();
    row.created_at = told.created_at;
    return row;
  }

  std::vector<std::string> violations() {
    return shown(check_promises(*store_, *desk_.directory, desk_.policy, desk_.now, 24h));
  }
  const Case& case_named(const std::string& number) { return desk_.case_of(number); }
  std::string id_of(const std::string& number) {
    return std::to_string(case_named(number).id.raw());
  }
  // The last event of that move.
  std::string event_of(const std::string& number, Move move) {
    std::int64_t found = 0;
    for (const Event& event : row_of(desk_, number).events)
      if (event.move == move) found = event.id.raw();
    return std::to_string(found);
  }
  std::string follower() {
    for (const Party& party : case_named(open_).parties)
      if (party.kind == PartyKind::follower) return std::to_string(party.person.raw());
    return "0";
  }

  std::string closed_, open_;
  int written_ = 0;
  std::optional<fakes::TestDatabase> database_;
  std::unique_ptr<store::Store> store_;
};

TEST_P(PromisesStored, NothingIsWrongAfterALongStory) {
  ASSERT_NE(follower(), "0");
  EXPECT_THAT(violations(), IsEmpty());
}

TEST_P(PromisesStored, WhatIsPlantedIsFound) {
  const auto on_open = [this](const std::string& set) {
    return "UPDATE cases SET " + set + " WHERE id=" + id_of(open_);
  };
  const auto on_closed = [this](const std::string& set) {
    return "UPDATE cases SET " + set + " WHERE id=" + id_of(closed_);
  };
  const std::string progress = event_of(open_, Move::progress);
  const std::string close = event_of(closed_, Move::close);
  const std::string told_progress = " WHERE event_id=" + progress + " AND echo=1 AND person_id";
  const std::string long_ago = "1000000";  // a second after the epoch
  const struct {
    const char* promise;
    std::vector<std::string> sql;
    const char* what;
  } plants[] = {
      {"P1", {on_open("owner=0")}, "without an owner"},
      {"P1", {on_open("owner_unit=''")}, "owning unit"},
      {"P1", {on_open("owner=15")}, "does not serve"},
      {"P1", {on_open("owner=1")}, "last resort"},
      {"P1", {on_open("concerned_unit='lj'")}, "whom the case is about"},
      {"P2",
       {"DELETE FROM notices" + told_progress + "<>" + follower()},
       "not told to the reporter"},
      {"P2", {"DELETE FROM notices" + told_progress + "=" + follower()}, "not told to a follower"},
      {"P2",
       {"UPDATE notices SET person_id=" + follower() + told_progress + "<>" + follower()},
       "told to a follower 2 times"},
      {"P2",
       {"UPDATE notices SET person_id=15" + told_progress + "=" + follower()},
       "not party to the case"},
      {"P2",
       {"UPDATE notices SET state='dead',code='45015',created_at=" + long_ago + told_progress +
        "=" + follower()},
       "dead (45015), telephone call"},
      {"P3",
       {"UPDATE notices SET created_at=" + long_ago, on_open("registered_at=" + long_ago)},
       "heard nothing since"},
      {"P4", {on_open("next_due_at=0")}, "no timer"},
      {"P4", {on_open("next_due_at=" + long_ago)}, "was not served"},
      {"P4", {"DELETE FROM case_events WHERE id=" + event_of(open_, Move::accept)}, "has a gap"},
      {"P4",
       {"DELETE FROM case_events WHERE id=" + event_of(open_, Move::register_case)},
       "never registered"},
      {"P4", {on_open("stage='suspended'")}, "its history ends at 'in_progress'"},
      {"P4", {on_open("level=3")}, "its history ends at level 1"},
      {"P5", {on_open("outcome='solved'")}, "an open case with the outcome"},
      {"P5", {on_closed("outcome='solved'")}, "was closed as 'explained'"},
      {"P5", {on_closed("result='好了'")}, "states no fact"},
      {"P5",
       {"UPDATE notices SET text='答复：已解决。' WHERE event_id=" + close + " AND echo=1"},
       "says solved"},
      {"P5",
       {"DELETE FROM case_events WHERE id=" + event_of(closed_, Move::rate)},
       "the reporter did not give"},
  };
  for (const auto& plant : plants) {
    SCOPED_TRACE(plant.sql.front());
    fresh();
    for (const std::string& sql : plant.sql) fakes::run_sql(*database_, sql);
    const auto found = violations();
    EXPECT_TRUE(std::ranges::any_of(found, [&](const std::string& line) {
      return line.starts_with(plant.promise) && line.find(plant.what) != std::string::npos;
    })) << testing::PrintToString(found);
  }
}

TEST_P(PromisesStored, AMessageThatCameToNothingIsFound) {
  WorkingSet set;
  store::Writes writes;
  writes.batch_id = "lost";
  writes.set = &set;
  store::Inbound message;
  message.key = {"wechat", "oAbC-openid-1700000000"};  // as for events without a number
  message.sender = "someone";
  message.kind = "text";
  message.received_at = desk_.now - 25h;
  message.substance = true;
  writes.inbound.push_back(message);
  const auto batch = store_->begin();
  batch->save(writes);
  batch->commit();
  const auto found = violations();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front(), "P4: message lost: wechat, text, at " +
                               format_rfc3339(message.received_at) + ": unanswered");
}

INSTANTIATE_TEST_SUITE_P(Engines, PromisesStored, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

}  // namespace
}  // namespace huiyin
