// The table and the desk say the same: whatever a case's stage and level and whoever speaks, a
// command makes a move only where may() allows it, changes nothing else where not, and is always
// answered.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>
#include <utility>

#include "server/desk/roles.h"
#include "tests/fakes/desk_harness.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using fakes::DeskHarness;
namespace people = fakes::people;

constexpr const char* kNumber = "260326-0001";
constexpr CaseId kCase{1};
constexpr PersonId kReporter{500}, kFollower{501}, kStranger{502};

struct Command {
  const char* text;  // # is the case's number
  std::vector<Move> moves;
  // The table alone decides: whoever may make it succeeds. Others depend on more: a unit that was
  // named, a question of the owner that is open.
  bool always = false;
};
const std::vector<Command>& commands() {
  using M = Move;
  static const std::vector<Command> all{
      {"签收 #", {M::accept}, true},
      {"退回 # 这段水渠不归本村管理", {M::return_case}, true},
      {"追问 # 是哪一段水渠断了？", {M::ask}, true},
      {"进展 # 已联系施工单位，明天架抽水机", {M::progress}, true},
      {"办结 # 抽水机已架好，水已经到姜田", {M::close}, true},
      {"上报 # 超出权限，需要多个部门协调", {M::escalate}},
      {"分流 # 水利局", {M::dispatch, M::triage}},
      {"交办 # 水利局", {M::dispatch, M::triage}},
      {"下派 # 请先由村里办理", {M::send_down}},
      {"裁定 # 楼家村", {M::rule}},
      {"提请认领 #", {M::request_claim}, true},
      {"认领 # 水利局", {M::claim}},
      {"挂账 # 2026-05-20 等汛期过后再修", {M::suspend, M::request}},
      {"销账 #", {M::resume}, true},
      {"延期 # 2026-04-08 等配件到货", {M::extend, M::request}},
      {"转办 # 水利局 属于水利局职责", {M::transfer}},
      {"指定 # 水利局", {M::transfer}},
      {"协办 # 水利局", {M::co_handle}},
      {"督办 # 请加快办理", {M::supervise}, true},
      {"批示 # 请尽快解决群众用水", {M::instruct}, true},
      {"批准 #", {M::approve}},
      {"驳回 # 理由不充分", {M::refuse}},
      {"联系 #", {M::contact}, true},
      {"催办 #", {M::urge}},
      {"没解决 #", {M::reopen, M::reopen_above}},
  };
  return all;
}

struct Somebody {
  const char* who;
  PersonId id;
};
const Somebody kPeople[] = {
    {"reporter", kReporter},
    {"follower", kFollower},
    {"stranger", kStranger},
    {"instructor", people::instructor},
    {"deputy", people::deputy},
    {"clerk", people::clerk},
    {"county clerk", people::county_clerk},
    {"county leader", people::county_leader},
    {"city clerk", people::city_clerk},
    {"city leader", people::city_leader},
    {"water", people::water},
    {"city water", people::city_water},
    {"co-handler", people::partner},
    {"officer elsewhere", people::officer},
};

bool waits_for_office(Stage stage) {
  return stage == Stage::registered || stage == Stage::pending_triage ||
         stage == Stage::pending_claim;
}

Assignment owner_at(Stage stage, Level level) {
  const auto of = [](PersonId person, const char* unit, DutyRole role) {
    return Assignment{person, UnitCode{unit}, role};
  };
  if (waits_for_office(stage)) {
    if (level == Level::city) return of(people::city_clerk, "sx", DutyRole::clerk);
    if (level == Level::county) return of(people::county_clerk, "sz", DutyRole::clerk);
    return of(people::clerk, "sh", DutyRole::clerk);
  }
  if (level == Level::city) return of(people::city_water, "sslj", DutyRole::contact);
  if (level == Level::county) return of(people::water, "slj", DutyRole::contact);
  if (level == Level::township) return of(people::second_clerk, "sh", DutyRole::clerk);
  return of(people::instructor, "lj", DutyRole::stationed_cadre);
}

Case case_at(Stage stage, Level level, Instant now) {
  Case c;
  c.id = kCase;
  c.number = kNumber;
  c.stage = stage;
  c.level = level;
  c.topic = "agriculture";
  c.unit = UnitCode{"lj"};
  c.place = "石璜镇楼家村";
  c.text = "水渠断了，生姜地要浇水";
  c.reporter = kReporter;
  c.reporter_account = AccountId{kReporter.raw() + 100};
  const Assignment owner = owner_at(stage, level);
  c.owner = owner.person;
  c.owner_unit = owner.unit;
  c.registered_at = c.stage_at = now - 3h;
  c.last_echo_at = now - 2h;
  c.due_at = now + 72h;
  c.overall_due = now + 720h;
  c.next_due_at = now + 1h;
  c.timer = "due_now";
  c.version = 1;
  if (stage != Stage::registered) c.dispatched_at = now - 2h;
  if (stage == Stage::dispatched) c.accept_due = now + 2h;
  if (stage == Stage::awaiting_reporter || stage == Stage::suspended) c.paused_at = now - 1h;
  if (stage == Stage::suspended) c.review_at = now + 240h;
  if (!is_open(stage)) {
    c.outcome = Outcome::solved;
    c.result = "抽水机已架好，水已经到姜田";
    c.closed_at = now - 1h;
  }
  Party follower;
  follower.person = kFollower;
  follower.account = AccountId{kFollower.raw() + 100};
  follower.since = now - 2h;
  Party helper;
  helper.person = people::partner;
  helper.kind = PartyKind::co_handler;
  helper.unit = UnitCode{"gs"};
  helper.since = now - 2h;
  c.parties = {follower, helper};
  return c;
}

class Cube : public testing::Test {
 protected:
  Cube() {
    desk_.resident("reporter");
    desk_.resident("follower");
    desk_.resident("stranger");
  }

  Decision answer(const WorkingSet& with, PersonId who, const std::string& text) {
    WorkingSet set = with;
    const Account account = *set.accounts_of(who).front();
    Message message;
    message.text = text;
    message.channel = account.channel;
    message.sender = account.user;
    message.sent_at = desk_.now;
    const Meaning meaning = desk_.understanding->understand(message);
    const Input input{desk_.now, Said{message, meaning, who, account.id}};
    for (int round = 0; round < 4; ++round) {
      auto result = decide(input, set, *desk_.directory, desk_.policy, desk_.supply);
      if (auto* decision = std::get_if<Decision>(&result)) return std::move(*decision);
      set.mark_asked(std::get<Need>(result));
    }
    ADD_FAILURE() << "still in need";
    return {};
  }

  DeskHarness desk_;
};

// The case as it was, but for what every input may touch (its timer, its queues).
bool moved(const Case& before, const Decision& decision) {
  for (const Case& after : decision.cases)
    if (after.id == before.id)
      return after.stage != before.stage || after.level != before.level ||
             after.owner != before.owner || after.owner_unit != before.owner_unit ||
             after.outcome != before.outcome || after.due_at != before.due_at ||
             after.leader != before.leader || after.request != before.request;
  return false;
}

TEST_F(Cube, ACommandMovesACaseExactlyWhereTheTableAllowsIt) {
  int allowed = 0, refused = 0;
  std::map<std::string, int> made;
  for (std::size_t s = 1; s < EnumNames<Stage>::kNames.size(); ++s)
    for (int l = 1; l <= 4; ++l) {
      const Case c = case_at(static_cast<Stage>(s), static_cast<Level>(l), desk_.now);
      WorkingSet set = desk_.set;
      set.put_loaded(c);
      const Turn turn{desk_.now, set, *desk_.directory, desk_.policy, desk_.supply};
      for (const auto& [who, id] : kPeople)
        for (const Command& command : commands()) {
          std::string text = command.text;
          text.replace(text.find('#'), 1, kNumber);
          SCOPED_TRACE(std::string{who} + ": " + text + " [" + std::string{name(c.stage)} +
                       ", level " + std::to_string(l) + "]");
          const Decision decision = answer(set, id, text);
          EXPECT_FALSE(decision.notices.empty()) << "not answered";
          std::set<Move> moves;
          for (const Event& event : decision.events)
            if (event.case_id == c.id && event.actor == id) {
              moves.insert(event.move);
              // From the stage it was made in: who writes 进展 before 签收 accepts by that.
              EXPECT_TRUE(find_rule(event.from, event.move, roles_in(turn, c, id), c.level))
                  << "made " << name(event.move);
            }
          bool may_now = moves.contains(Move::accept), did = false;
          for (const Move move : command.moves) {
            may_now = may_now || may(turn, c, id, move);
            did = did || moves.contains(move);
          }
          if (!may_now) {
            ++refused;
            EXPECT_FALSE(did);
            for (const Event& event : decision.events)
              EXPECT_TRUE(event.case_id != c.id || event.actor == id) << name(event.move);
          }
          if (moves.empty()) EXPECT_FALSE(moved(c, decision)) << "changed without a move";
          if (did) ++made[command.text];
          if (may_now && command.always) {
            ++allowed;
            EXPECT_TRUE(did) << "allowed by the table";
          }
        }
    }
  for (const Command& command : commands())
    std::cout << made[command.text] << " times: " << command.text << "\n";
  std::cout << allowed << " allowed and done, " << refused << " refused\n";
  EXPECT_GT(allowed, 50);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace huiyin
