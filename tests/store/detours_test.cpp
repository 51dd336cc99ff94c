// Results that send a notice to another lane, cards and their edits, reports and questions.
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

using namespace std::chrono_literals;

class Detours : public StoreTest {
 protected:
  // One person with four accounts; only the first has something in its lane.
  void SetUp() override {
    StoreTest::SetUp();
    Person person;
    person.id = PersonId{2001};
    WorkingSet set;
    set.create(person);
    const std::pair<const char*, const char*> kAccounts[] = {
        {"wecom", "w"}, {"ding", "d"}, {"tg", "t"}, {"ding", "d2"}};
    std::int64_t id = 4001;
    for (const auto& [channel, user] : kAccounts) {
      Account account;
      account.id = AccountId{id++};
      account.channel = channel;
      account.user = user;
      account.person = person.id;
      account.lane_seq = 10;
      set.create(account);
      if (id == 4002) account_ = account;
    }
    commit(*store_, set);
  }
  void store_rows(int count) { store_notices(*store_, account_, 6001, count); }
  LaneClaim claim(const std::string& owner = "p1") {
    auto claims = store_->claim(owner, 30s, 100);
    return claims.empty() ? LaneClaim{} : claims[0];
  }
  static SendResult result(const LaneClaim& lane, std::int64_t id,
                           NoticeState state = NoticeState::held) {
    SendResult out;
    out.id = NoticeId{id};
    out.account = lane.account;
    out.lane_token = lane.token;
    out.state = state;
    out.attempts = 3;
    out.code = "60111";
    return out;
  }
  std::vector<NoticeId> finish(std::vector<SendResult> results) { return store_->finish(results); }
  std::string notice(std::int64_t id, const std::string& column) {
    return text("SELECT " + column + " FROM notices WHERE id=" + std::to_string(id));
  }
  std::int64_t notice_number(std::int64_t id, const std::string& column) {
    return number("SELECT " + column + " FROM notices WHERE id=" + std::to_string(id));
  }
  void set(std::int64_t id, const std::string& what) {
    raw()->execute("UPDATE notices SET " + what + " WHERE id=" + std::to_string(id));
  }
  void make_card(std::int64_t id, const std::string& handle) {
    set(id, "card=1");
    const std::vector<Value> row{id, account_.id.raw(), handle};
    raw()->execute("INSERT INTO cards (notice_id,account_id,handle) VALUES (?,?,?)", row);
  }
  std::string handle(std::int64_t id) {
    return text("SELECT handle FROM cards WHERE notice_id=" + std::to_string(id));
  }
  std::int64_t now() { return store_->begin()->database_now().time_since_epoch().count(); }

  Account account_;
};

TEST_P(Detours, NextAccountIsChosen) {
  struct Row {
    const char* label;
    std::vector<std::string> elsewhere;
    const char* prepare;  // SQL
    std::int64_t expected;
  };
  const Row kRows[] = {
      {"lowest id", {"tg", "ding"}, "", 4002},
      {"of the channels given", {"tg"}, "", 4003},
      {"preferred first", {"tg", "ding"}, "UPDATE persons SET preferred=4003", 4003},
      {"preferred is the present one",
       {"wecom", "ding"},
       "UPDATE persons SET preferred=4001",
       4002},
      {"preferred was tried",
       {"tg", "ding"},
       "UPDATE notices SET tried='4003';UPDATE persons SET preferred=4003",
       4002},
      {"preferred on another channel", {"ding"}, "UPDATE persons SET preferred=4003", 4002},
      {"not who left", {"tg", "ding"}, "UPDATE accounts SET following=0 WHERE id=4002", 4003},
      {"not those tried", {"tg", "ding"}, "UPDATE notices SET tried='4002|4003'", 4004},
      {"nobody left", {"tg", "ding"}, "UPDATE notices SET tried='4002|4003|4004'", 0},
      {"bound to somebody else", {"tg"}, "UPDATE accounts SET person=9 WHERE id=4003", 0},
      {"no such channel", {"feishu"}, "", 0},
      {"never the same lane", {"wecom"}, "", 0},
      {"stays when told so", {}, "", 0},
      {"without a person", {"tg", "ding"}, "UPDATE notices SET person_id=0", 0},
  };
  for (const auto& row : kRows) {
    raw()->execute("DELETE FROM notices");
    raw()->execute("UPDATE persons SET preferred=0");
    raw()->execute("UPDATE accounts SET following=1,person=2001,held=0,lane_seq=10,lane_owner=''");
    store_rows(1);
    std::string statements = row.prepare;
    while (!statements.empty()) {
      const auto end = std::min(statements.find(';'), statements.size());
      raw()->execute(statements.substr(0, end));
      statements.erase(0, end + 1);
    }
    const auto tried = notice(6001, "tried");
    const auto lane = claim();
    auto failed = result(lane, 6001);
    failed.elsewhere = row.elsewhere;
    failed.platform_id = "old";
    failed.unfollowed = true;
    EXPECT_TRUE(finish({failed}).empty()) << row.label;
    EXPECT_EQ(number("SELECT following FROM accounts WHERE id=4001"), 0) << row.label;
    EXPECT_EQ(notice(6001, "code"), "60111") << row.label;
    if (row.expected == 0) {
      EXPECT_EQ(notice(6001, "state"), "held") << row.label;
      EXPECT_EQ(notice_number(6001, "account_id"), 4001) << row.label;
      EXPECT_EQ(number("SELECT held FROM accounts WHERE id=4001"), 1) << row.label;
      continue;
    }
    EXPECT_EQ(notice(6001, "state"), "due") << row.label;
    EXPECT_EQ(notice_number(6001, "account_id"), row.expected) << row.label;
    EXPECT_EQ(notice_number(6001, "seq"), 11) << row.label;
    EXPECT_EQ(notice_number(6001, "attempts"), 0) << row.label;
    EXPECT_EQ(notice(6001, "platform_id"), "") << row.label;
    EXPECT_EQ(notice(6001, "tried"), tried.empty() ? "4001" : tried + "|4001") << row.label;
    EXPECT_EQ(number("SELECT SUM(held) FROM accounts"), 0) << row.label;
    const auto id = std::to_string(row.expected);
    EXPECT_EQ(number("SELECT lane_seq FROM accounts WHERE id=" + id), 11) << row.label;
    const auto next = claim("p2");
    EXPECT_EQ(next.account.raw(), row.expected) << row.label;
    ASSERT_EQ(next.notices.size(), 1u) << row.label;
    EXPECT_EQ(next.notices[0].notice.channel, next.channel) << row.label;
    EXPECT_EQ(next.notices[0].notice.recipient, next.user) << row.label;
  }
}

TEST_P(Detours, AllGoOnInOrderAndTheStaleOnesDoNot) {
  store_rows(3);
  const auto lane = claim();
  std::vector<SendResult> results;
  for (const int id : {6001, 6002, 6003}) {
    results.push_back(result(lane, id));
    results.back().elsewhere = {"tg"};
  }
  results[1].lane_token += 1;
  EXPECT_EQ(finish(results), (std::vector<NoticeId>{NoticeId{6002}}));
  EXPECT_EQ(notice_number(6001, "seq"), 11);
  EXPECT_EQ(notice_number(6003, "seq"), 12);
  EXPECT_EQ(notice_number(6002, "account_id"), 4001);
  EXPECT_EQ(notice(6002, "state"), "sending");
  EXPECT_EQ(number("SELECT lane_seq FROM accounts WHERE id=4003"), 12);
}

// It ends: every account once, then the state that the last one gave.
TEST_P(Detours, EveryAccountOnceThenItStays) {
  store_rows(1);
  std::vector<std::int64_t> visited;
  for (auto lane = claim(); lane.account; lane = claim()) {
    ASSERT_LT(visited.size(), 5u);
    visited.push_back(lane.account.raw());
    auto failed = result(lane, 6001, NoticeState::dead);
    failed.elsewhere = {"wecom", "ding", "tg"};
    failed.call_at = at(60);
    finish({failed});
  }
  EXPECT_EQ(visited, (std::vector<std::int64_t>{4001, 4002, 4003, 4004}));
  EXPECT_EQ(notice(6001, "state"), "dead");
  EXPECT_EQ(notice_number(6001, "next_at"), at(60).time_since_epoch().count());
}

TEST_P(Detours, TelephoneHourOnlyForEchoes) {
  store_rows(4);
  set(6002, "echo=0");
  set(6004, "echo=0");
  const auto lane = claim();
  std::vector<SendResult> results;
  for (const int id : {6001, 6002}) results.push_back(result(lane, id, NoticeState::held));
  for (const int id : {6003, 6004}) results.push_back(result(lane, id, NoticeState::dead));
  for (auto& one : results) one.call_at = at(60);
  finish(results);
  const auto hour = at(60).time_since_epoch().count();
  EXPECT_EQ(notice_number(6001, "next_at"), hour);
  EXPECT_EQ(notice_number(6002, "next_at"), 0);
  EXPECT_EQ(notice_number(6003, "next_at"), hour);
  EXPECT_EQ(notice_number(6004, "next_at"), 0);
}

TEST_P(Detours, CardsAreFoundByTheirHandle) {
  store_rows(4);
  make_card(6001, "");
  make_card(6003, "");
  set(6002, "edits=6001");
  set(6004, "edits=6003");
  const auto lane = claim();
  ASSERT_EQ(lane.notices.size(), 4u);
  EXPECT_EQ(lane.notices[1].edits, NoticeId{6001});
  EXPECT_EQ(lane.notices[1].notice.replaces, "");  // not sent yet
  auto sent = result(lane, 6001, NoticeState::sent);
  sent.card = NoticeId{6001};
  sent.platform_id = std::string(200, 'r');  // longer than notices.platform_id
  auto refused = result(lane, 6003, NoticeState::sent);
  refused.card = NoticeId{6003};
  refused.platform_id = "x";
  refused.lane_token += 1;
  EXPECT_EQ(finish({sent, refused}).size(), 1u);
  EXPECT_EQ(handle(6001), std::string(200, 'r'));
  EXPECT_EQ(handle(6003), "");
  EXPECT_EQ(notice(6001, "platform_id"), std::string(128, 'r'));
  finish({result(lane, 6002, NoticeState::due), result(lane, 6003, NoticeState::dead)});
  const auto again = claim();
  ASSERT_EQ(again.notices.size(), 1u);
  EXPECT_EQ(again.notices[0].notice.replaces, std::string(200, 'r'));
  // The edit gives the next handle, or none when the platform allows only one.
  auto edited = result(again, 6002, NoticeState::sent);
  edited.card = NoticeId{6001};
  edited.platform_id = "";
  finish({edited});
  EXPECT_EQ(handle(6001), "");
  // Both in one flush: the later one counts.
  set(6001, "state='sending'");
  set(6002, "state='sending'");
  sent.lane_token = edited.lane_token = again.token;
  raw()->execute("UPDATE notices SET lane_token=" + std::to_string(again.token));
  edited.platform_id = "second";
  finish({sent, edited});
  EXPECT_EQ(handle(6001), "second");
}

TEST_P(Detours, OnlyTheNewestEditOfACardLeaves) {
  store_rows(6);
  make_card(6001, "h1");
  make_card(6002, "h2");
  set(6001, "state='sent'");
  set(6002, "state='sent'");
  set(6003, "edits=6001");
  set(6004, "edits=6002");
  set(6006, "edits=6001");
  const auto lane = claim();
  std::vector<std::int64_t> ids;
  for (const auto& row : lane.notices) ids.push_back(row.notice.id.raw());
  EXPECT_EQ(ids, (std::vector<std::int64_t>{6004, 6005, 6006}));
  EXPECT_EQ(lane.notices[0].notice.replaces, "h2");
  EXPECT_EQ(lane.notices[1].notice.replaces, "");
  EXPECT_EQ(lane.notices[2].notice.replaces, "h1");
  EXPECT_EQ(notice(6003, "state"), "skipped");
  EXPECT_EQ(notice_number(6003, "next_at"), 0);
  EXPECT_FALSE(lane.more);
}

// The card could not be shown here and goes to another account: its edits go with it, others never
// leave their lane.
TEST_P(Detours, EditsFollowTheirCard) {
  store_rows(4);
  make_card(6001, "");
  raw()->execute("INSERT INTO cards (notice_id,account_id,handle) VALUES (5000,4001,'h')");
  set(6002, "edits=6001");
  set(6003, "edits=5000");
  set(6004, "edits=6001");
  const auto lane = claim();  // 6002 is old already
  auto card = result(lane, 6001), needless = result(lane, 6004, NoticeState::skipped),
       stuck = result(lane, 6003, NoticeState::dead);
  card.card = NoticeId{6001};
  card.platform_id = "never";
  card.elsewhere = stuck.elsewhere = {"tg"};
  EXPECT_TRUE(finish({card, stuck, needless}).empty());
  EXPECT_EQ(notice(6003, "state"), "dead");
  EXPECT_EQ(number("SELECT account_id FROM cards WHERE notice_id=6001"), 4003);
  EXPECT_EQ(handle(6001), "");
  EXPECT_EQ(notice(6002, "state"), "skipped");
  const auto there = claim("p2");
  EXPECT_EQ(there.account.raw(), 4003);
  ASSERT_EQ(there.notices.size(), 2u);
  EXPECT_EQ(there.notices[0].notice.id, NoticeId{6001});
  EXPECT_EQ(there.notices[1].notice.id, NoticeId{6004});
  // Here the card is in the same lane: needless means needless.
  finish({result(there, 6004, NoticeState::skipped)});
  EXPECT_EQ(notice(6004, "state"), "skipped");
}

TEST_P(Detours, Questions) {
  store_rows(3);
  const auto lane = claim();
  auto one = result(lane, 6001, NoticeState::sent), two = result(lane, 6002, NoticeState::sent),
       three = result(lane, 6003, NoticeState::sent);
  one.platform_id = "task-1";
  two.platform_id = "task-2";
  one.ask_in = 1ms;
  two.ask_in = 1h;
  finish({one, two, three});
  EXPECT_EQ(notice_number(6003, "next_at"), 0);
  set(6001, "next_at=1");
  const auto sent_at = notice_number(6001, "sent_at");
  auto fates = store_->fates(10, 60s);
  ASSERT_EQ(fates.size(), 1u);
  EXPECT_EQ(fates[0].id, NoticeId{6001});
  EXPECT_EQ(fates[0].channel, "wecom");
  EXPECT_EQ(fates[0].platform_id, "task-1");
  EXPECT_EQ(fates[0].sent_at.time_since_epoch().count(), sent_at);
  EXPECT_TRUE(store_->fates(10, 60s).empty());  // put off
  EXPECT_GT(notice_number(6001, "next_at"), now() + 50'000'000);
  set(6001, "next_at=2");
  set(6002, "next_at=1");
  fates = store_->fates(1, 60s);  // the longest waiting first
  ASSERT_EQ(fates.size(), 1u);
  EXPECT_EQ(fates[0].id, NoticeId{6002});
  set(6002, "next_at=1");
  store_->settled(std::vector<NoticeId>{NoticeId{6001}, NoticeId{6002}, NoticeId{6003}});
  store_->settled({});
  EXPECT_TRUE(store_->fates(10, 60s).empty());
}

TEST_P(Detours, WhatRodeIsNotAsked) {
  store_notices(*store_, account_, 6001, 1, NoticeState::riding);
  set(6001, "next_at=1");
  store_->rode(std::vector<NoticeId>{NoticeId{6001}}, {}, 20s);
  EXPECT_TRUE(store_->fates(10, 60s).empty());
  EXPECT_EQ(notice_number(6001, "next_at"), 0);
}

TEST_P(Detours, Reports) {
  const auto day = at(21) + 24h;
  struct Row {
    const char* label;
    bool delivered;
    std::vector<std::string> elsewhere;
    const char* prepare;
    const char* state;
    std::int64_t account, next_at;
  };
  const Row kRows[] = {
      {"delivered", true, {"tg"}, "next_at=77", "sent", 4001, 0},
      {"failed, nowhere else",
       false,
       {},
       "next_at=77",
       "dead",
       4001,
       day.time_since_epoch().count()},
      {"failed, no echo", false, {}, "echo=0", "dead", 4001, 0},
      {"failed, goes on", false, {"tg"}, "next_at=77", "due", 4003, -1},
      {"failed, all tried",
       false,
       {"tg"},
       "tried='4003'",
       "dead",
       4001,
       day.time_since_epoch().count()},
      {"delivered, but sent anew", true, {}, "state='due',next_at=55", "due", 4001, 55},
      {"failed, but sent anew", false, {"tg"}, "state='due',next_at=55", "due", 4001, 55},
      {"failed, but told", false, {"tg"}, "state='told',next_at=0", "told", 4001, 0},
  };
  for (const auto& row : kRows) {
    raw()->execute("DELETE FROM notices");
    raw()->execute("DELETE FROM cards");
    store_notices(*store_, account_, 6001, 2, NoticeState::sent);
    make_card(6001, "h");
    set(6001, "platform_id='A1',attempts=2");
    set(6002, "platform_id='A1',edits=6001");  // an edit answers with its card's id
    set(6001, row.prepare);
    EXPECT_TRUE(store_->report("wecom", "A1", row.delivered, "failed", row.elsewhere)) << row.label;
    EXPECT_EQ(notice(6001, "state"), row.state) << row.label;
    EXPECT_EQ(notice_number(6001, "account_id"), row.account) << row.label;
    if (row.next_at >= 0) {
      EXPECT_EQ(notice_number(6001, "next_at"), row.next_at) << row.label;
    }
    EXPECT_EQ(number("SELECT account_id FROM cards"), row.account) << row.label;
    EXPECT_EQ(handle(6001), row.account == 4003 ? "" : "h") << row.label;
    EXPECT_EQ(notice(6002, "state"), "sent") << row.label;
  }
  EXPECT_FALSE(store_->report("ding", "A1", false, "x"));
}

// Both sides fail at once: each notice ends in exactly one lane, once.
TEST_P(Detours, TwoProcessesSendNoticesToEachOthersLanes) {
  constexpr int kEach = 20;
  Account other;
  other.id = AccountId{4003};
  other.channel = "tg";
  other.user = "t";
  other.person = PersonId{2001};
  store_notices(*store_, account_, 6001, kEach);
  store_notices(*store_, other, 7001, kEach);
  const auto process = [&](const std::string& name, AccountId own, const std::string& elsewhere) {
    return [&, name, own, elsewhere] {
      const auto store = another();
      for (const auto& lane : store->claim(name, 30s, 100)) {
        for (const auto& row : lane.notices) {
          auto failed = result(lane, row.notice.id.raw());
          failed.elsewhere = {lane.account == own ? elsewhere : "nowhere"};
          for (bool done = false; !done;) {
            try {
              EXPECT_TRUE(store->finish(std::vector<SendResult>{failed}).empty());
              done = true;
            } catch (const Error& error) {
              ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
            }
          }
        }
      }
    };
  };
  in_parallel({process("p1", account_.id, "tg"), process("p2", other.id, "wecom")});
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state='sending'"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices"), 2 * kEach);
  EXPECT_EQ(number("SELECT COUNT(*) FROM (SELECT account_id,seq FROM notices WHERE state='due'"
                   " GROUP BY account_id,seq) x"),
            number("SELECT COUNT(*) FROM notices WHERE state='due'"));
  EXPECT_EQ(number("SELECT SUM(held) FROM accounts"),
            number("SELECT COUNT(*) FROM notices WHERE state='held'"));
}

// The platform's report that the first one failed comes while results of the same lane are written,
// and comes twice.
TEST_P(Detours, ReportsRaceWithResults) {
  constexpr int kCount = 20;
  store_rows(kCount);
  const auto lane = claim();
  std::vector<SendResult> first;
  for (int i = 0; i < kCount; i += 2) {
    first.push_back(result(lane, 6001 + i, NoticeState::sent));
    first.back().platform_id = "id-" + std::to_string(i);
  }
  finish(first);
  const std::vector<std::string> elsewhere{"tg"};
  const auto reporter = [&] {
    const auto store = another();
    for (int i = 0; i < kCount; i += 2)
      for (bool done = false; !done;) {
        try {
          store->report("wecom", "id-" + std::to_string(i), false, "failed", elsewhere);
          done = true;
        } catch (const Error& error) {
          ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
        }
      }
  };
  const auto sender = [&] {
    const auto store = another();
    for (int i = 1; i < kCount; i += 2)
      for (bool done = false; !done;) {
        try {
          auto one = result(lane, 6001 + i);
          one.elsewhere = elsewhere;
          EXPECT_TRUE(store->finish(std::vector<SendResult>{one}).empty());
          done = true;
        } catch (const Error& error) {
          ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
        }
      }
  };
  in_parallel({reporter, reporter, sender});
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state='due' AND account_id=4003"), kCount);
  EXPECT_EQ(number("SELECT COUNT(DISTINCT seq) FROM notices WHERE account_id=4003"), kCount);
  EXPECT_EQ(number("SELECT lane_seq FROM accounts WHERE id=4003"), 10 + kCount);
}

HUIYIN_ON_BOTH_ENGINES(Detours);

}  // namespace
}  // namespace huiyin::store
