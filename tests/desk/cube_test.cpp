// The table and the desk say the same: whatever a case's stage and level and whoever speaks, a
// command makes a move only where may() allows it, changes nothing else where not, and is always
// answered.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "server/cases/transitions_table.h"
#include "server/desk/roles.h"
#include "tests/fakes/desk_harness.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using fakes::DeskHarness;
namespace people = fakes::people;

constexpr const char* kNumber = "260326-0001";
constexpr CaseId kCase{1}, kOther{2};
constexpr PersonId kReporter{500}, kFollower{501}, kStranger{502};

// What a case is like beside its stage and level: some moves want more than that.
enum class Variant {
  plain,
  asked,     // its owner asked for more time
  returned,  // twice
  merged,    // closed by joining another one
  reopened,  // once before
};
constexpr const char* kVariants[] = {"plain", "asked", "returned", "merged", "reopened"};
constexpr Roles kStaff{Role::owner, Role::co_handler, Role::office, Role::upper, Role::leader};
constexpr Roles kAny = kStaff | Roles{Role::reporter, Role::follower};

struct Command {
  const char* text;  // # is the case's number, @ somebody else who may have it at that level
  std::vector<Move> moves;
  // In these variants the table alone decides: who may make it, as one of these roles, succeeds.
  std::vector<Variant> always;
  Roles as = kAny;
};
const std::vector<Command>& commands() {
  using M = Move;
  using R = Role;
  using V = Variant;
  static const std::vector<V> any{V::plain, V::asked, V::returned, V::merged, V::reopened};
  static const std::vector<V> unasked{V::plain, V::returned};
  static const std::vector<V> unreturned{V::plain, V::asked};
  static const std::vector<V> unmerged{V::plain, V::reopened};
  static const std::vector<Command> all{
      {"签收 #", {M::accept}, any},
      {"退回 # 这段水渠不归本村管理", {M::return_case}, unreturned},
      {"追问 # 是哪一段水渠断了？", {M::ask}, any},
      {"进展 # 已联系施工单位，明天架抽水机", {M::progress}, any},
      {"办结 # 抽水机已架好，水已经到姜田", {M::close}, any},
      {"上报 # 超出权限，需要多个部门协调", {M::escalate}, any},
      {"分流 # @", {M::dispatch, M::triage, M::transfer}, any, R::office},
      {"交办 # @", {M::dispatch, M::triage, M::transfer}, any, R::office},
      {"下派 # 请先由村里办理", {M::send_down}, any},
      {"裁定 # @", {M::rule}, {V::returned}},
      {"提请认领 #", {M::request_claim}, any},
      {"认领 # 人社局", {M::claim}, any},
      {"挂账 # 2026-05-20 等汛期过后再修", {M::suspend, M::request}, unasked},
      {"销账 #", {M::resume}, any},
      {"延期 # 2026-04-08 等配件到货", {M::extend, M::request}, unasked},
      {"转办 # @ 由那里办理更合适", {M::transfer}, any, {R::owner, R::office}},
      {"指定 # @", {M::transfer}, any, R::leader},
      {"协办 # 人社局", {M::co_handle}, any},
      {"督办 # 请加快办理", {M::supervise}, any},
      {"批示 # 请尽快解决群众用水", {M::instruct}, any},
      {"批准 #", {M::approve}, {V::asked}},
      {"驳回 # 理由不充分", {M::refuse}, {V::asked}},
      {"联系 #", {M::contact}, any},
      {"无效 # 是一条广告", {M::invalidate}, any},
      {"并件 # 260326-0002", {M::merge}, any},
      {"拆件 #", {M::unmerge}, {V::merged}},
      {"催办 #", {M::urge}, any, {R::reporter, R::follower}},
      {"补充 # 水渠断了有三十米长", {M::supplement, M::answer}, any, {R::reporter, R::follower}},
      {"补充 # 已经到现场看过水渠", {M::note}, any},
      {"评价 # 4", {M::rate}, unmerged, {R::reporter, R::follower}},
      {"没解决 # 水还是没有到姜田", {M::reopen, M::reopen_above}, unmerged},
  };
  return all;
}

bool holds(const std::vector<Variant>& variants, Variant variant) {
  return std::ranges::find(variants, variant) != variants.end();
}

Roles both(Roles a, Roles b) {
  Roles common;
  for (const Role role : {Role::reporter, Role::follower, Role::owner, Role::co_handler,
                          Role::office, Role::upper, Role::leader})
    if (a.has(role) && b.has(role)) common.add(role);
  return common;
}

// Who may have it at that level, and has it in no stage of kPeople's cases.
std::string somebody_else(Level level) {
  const char* const names[] = {"张小燕", "竺文", "人社局", "吴市办"};
  return names[static_cast<int>(level) - 1];
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

bool makes_sense(Variant variant, Stage stage) {
  switch (variant) {
    case Variant::plain:
      return true;
    case Variant::asked:
      return stage == Stage::dispatched || stage == Stage::in_progress;
    case Variant::returned:
      return stage == Stage::registered || stage == Stage::dispatched;
    case Variant::merged:
    case Variant::reopened:
      return stage == Stage::closed;
  }
  return false;
}

Case case_at(Stage stage, Level level, Variant variant, Instant now) {
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
  if (variant == Variant::returned) c.returns = 2;
  if (variant == Variant::reopened) c.round = 1;
  if (variant == Variant::asked) {
    c.request.kind = RequestKind::extend;
    c.request.by = c.owner;
    c.request.at = now - 1h;
    c.request.until = now + 144h;
    c.request.text = "等配件到货";
  }
  if (variant == Variant::merged) {
    c.outcome = Outcome::merged;
    c.parent = kOther;
    c.result.clear();
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

// Another report of the same.
Case other_case(Instant now) {
  Case c = case_at(Stage::in_progress, Level::frontline, Variant::plain, now);
  c.id = kOther;
  c.number = "260326-0002";
  c.reporter = kStranger;
  c.reporter_account = AccountId{kStranger.raw() + 100};
  c.parties.clear();
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

std::string said(const Command& command, Level level) {
  std::string text = command.text;
  text.replace(text.find('#'), 1, kNumber);
  if (const auto at = text.find('@'); at != std::string::npos)
    text.replace(at, 1, somebody_else(level));
  return text;
}

// Rows that no single command makes: what we ask about first, what the office agrees to first, what
// a signature goes before; and drafts.
bool takes_more(const Rule& rule) {
  const bool approved = rule.move == Move::extend || rule.move == Move::suspend;
  const bool signed_first = rule.move == Move::request && rule.from == Stage::dispatched;
  return rule.from == Stage::draft || rule.move == Move::withdraw || rule.move == Move::follow ||
         approved || signed_first;
}

TEST_F(Cube, ACommandMovesACaseExactlyWhereTheTableAllowsIt) {
  int allowed = 0, refused = 0;
  std::map<std::string, int> made;
  std::set<std::tuple<Stage, Move, Role, Level>> rows;
  const auto walk = [&](Stage stage, Level level, Variant variant) {
    const Case c = case_at(stage, level, variant, desk_.now);
    WorkingSet set = desk_.set;
    set.put_loaded(c);
    set.put_loaded(other_case(desk_.now));
    const Turn turn{desk_.now, set, *desk_.directory, desk_.policy, desk_.supply};
    for (const auto& [who, id] : kPeople)
      for (const Command& command : commands()) {
        const std::string text = said(command, level);
        SCOPED_TRACE(std::string{who} + ": " + text + " [" + std::string{name(c.stage)} +
                     ", level " + std::to_string(static_cast<int>(level)) + ", " +
                     kVariants[static_cast<int>(variant)] + "]");
        const Decision decision = answer(set, id, text);
        EXPECT_FALSE(decision.notices.empty()) << "not answered";
        const Roles roles = roles_in(turn, c, id);
        std::set<Move> moves;
        for (const Event& event : decision.events)
          if (event.case_id == c.id && event.actor == id) {
            moves.insert(event.move);
            rows.emplace(event.from, event.move, event.role, level);
            // From the stage it was made in: who writes 进展 before 签收 accepts by that.
            EXPECT_TRUE(find_rule(event.from, event.move, roles, c.level))
                << "made " << name(event.move);
          }
        bool may_now = moves.contains(Move::accept), did = false, must = false;
        for (const Move move : command.moves) {
          may_now = may_now || may(turn, c, id, move);
          must = must || find_rule(c.stage, move, both(roles, command.as), c.level);
          did = did || moves.contains(move);
        }
        if (!may_now) {
          ++refused;
          EXPECT_FALSE(did);
          for (const Event& event : decision.events)
            EXPECT_TRUE(event.case_id != c.id || event.actor == id) << name(event.move);
        }
        if (moves.empty()) {
          EXPECT_FALSE(moved(c, decision)) << "changed without a move";
        }
        if (did) ++made[command.text];
        if (must && holds(command.always, variant)) {
          ++allowed;
          EXPECT_TRUE(did) << "allowed by the table";
        }
      }
  };
  for (std::size_t s = 1; s < EnumNames<Stage>::kNames.size(); ++s)
    for (int level = 1; level <= 4; ++level)
      for (std::size_t v = 0; v < std::size(kVariants); ++v)
        if (makes_sense(static_cast<Variant>(v), static_cast<Stage>(s)))
          walk(static_cast<Stage>(s), static_cast<Level>(level), static_cast<Variant>(v));

  for (const Command& command : commands()) {
    std::cout << made[command.text] << " times: " << command.text << "\n";
    EXPECT_GT(made[command.text], 0) << command.text;
  }
  // Every row that people make was made.
  std::set<std::pair<Stage, Move>> cells;
  for (const auto& [from, move, by, level] : rows) cells.emplace(from, move);
  for (const Rule& rule : table::kRules)
    if (rule.by != Role::system && !takes_more(rule)) {
      EXPECT_TRUE(cells.contains({rule.from, rule.move}))
          << name(rule.from) << " " << name(rule.move);
    }
  std::cout << allowed << " allowed and done, " << refused << " refused, " << rows.size()
            << " cells of stage, move, role and level\n";
  EXPECT_GT(allowed, 300);
  EXPECT_GT(refused, 5000);
}

}  // namespace
}  // namespace huiyin
