// What comes with its hour rather than with a message: the morning brief, tasks that come again,
// what the daily audit found; and what a decision changes besides cases. On both engines.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "tests/pipeline/saved_test.h"

namespace huiyin {
namespace {

using store::NoticeState;
using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";
const Instant kNight = *parse_rfc3339("2026-03-26T22:10:00+08:00");
const Instant kMorning = *parse_rfc3339("2026-03-27T08:30:00+08:00");

// Speaks for the desk where a test says so.
using Rules = std::function<std::optional<Decision>(const Input&, const Directory&, Supply&)>;

NoticeDraft note(PersonId to, std::string kind, Audience audience) {
  NoticeDraft draft;
  draft.kind = std::move(kind);
  draft.to = to;
  draft.audience = audience;
  return draft;
}

// One notice for all that waited.
std::optional<Decision> brief_for(const Input& input) {
  const auto* brief = std::get_if<Brief>(&input.what);
  if (!brief) return std::nullopt;
  Decision decision;
  decision.notices.push_back(note(brief->person, "brief", Audience::owner));
  decision.notices.back().account = brief->account;
  decision.notices.back().facts["count"] = std::to_string(brief->lines.size());
  for (const auto& line : brief->lines) decision.briefed.push_back(line.notice);
  return decision;
}

class TasksTest : public SavedTest {
 protected:
  std::unique_ptr<Rig> rig(Rules rules, const std::string& process = "p1",
                           Instant start = *parse_rfc3339("2026-03-26T09:10:00+08:00"),
                           FakeChannel::Traits traits = {}) {
    Rig::Options options;
    options.process = process;
    options.start = start;
    options.traits = traits;
    options.open = [this] { return opened(); };
    options.rules = [rules = std::move(rules)](const Input& input, const WorkingSet& set,
                                               const Directory& directory, const Policy& policy,
                                               Supply& supply) -> std::variant<Decision, Need> {
      if (auto own = rules(input, directory, supply)) return std::move(*own);
      return decide(input, set, directory, policy, supply);
    };
    return std::make_unique<Rig>(database_.url(), std::move(options));
  }
  static Receipt::Status perform(Rig& rig, Task task) {
    std::promise<Receipt::Status> status;
    rig.inbox->perform(std::move(task),
                       [&](const Receipt& receipt) { status.set_value(receipt.status); });
    return status.get_future().get();
  }
  PersonId person(const std::string& code) {
    for (const auto& listed : store::open(database_.url())->list_people())
      if (listed.person.code == code) return listed.person.id;
    return {};
  }
  // In the database, by now.
  NoticeState state_of(NoticeId id) {
    const auto store = store::open(database_.url());
    return store->begin()->find_notices({{id}}).at(id).state;
  }
  void farmers_write(Rig& rig, int count) {
    // Seven problems, none of them urgent.
    constexpr std::array<const char*, 7> kProblems{"东浦村村口的路灯坏了，晚上老人走路看不见",
                                                   "东浦村三组的健身器材生锈了没人管",
                                                   "东浦村河边堆满建筑垃圾，臭味很大",
                                                   "东浦村公告栏的玻璃脏了看不清字",
                                                   "东浦村文化礼堂的椅子少了好几把",
                                                   "东浦村公交站牌的字迹看不清楚",
                                                   "东浦村图书室很久没有新书了"};
    for (int i = 0; i < count; ++i)
      rig.say("farmer" + std::to_string(i), kProblems.at(static_cast<std::size_t>(i)));
    ASSERT_TRUE(rig.settle());
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, TasksTest, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

std::optional<Decision> brief_only(const Input& input, const Directory&, Supply&) {
  return brief_for(input);
}

// ---- the morning brief --------------------------------------------------------------------------

TEST_P(TasksTest, SevenThatWaitedAreOneMessage) {
  auto r = rig(brief_only, "p1", kNight);
  auto t = timers(*r);
  farmers_write(*r, 7);
  EXPECT_THAT(r->kinds_to("cadre"), IsEmpty()) << "at night";
  t->run_due();
  EXPECT_EQ(t->next(), kMorning);
  r->clock.set(kMorning);
  t->run_due();
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("brief"));
  const auto cards = rows("card");
  ASSERT_THAT(cards, SizeIs(7));
  for (const auto& card : cards) {
    EXPECT_TRUE(card.brief);
    EXPECT_EQ(state_of(card.notice.id), NoticeState::skipped);
  }
  t->run_due();
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), SizeIs(1)) << "nothing is left of it";
}

TEST_P(TasksTest, LinesTellWhatWaitedInTheOrderOfWriting) {
  std::vector<Brief::Line> lines;
  auto r = rig(
      [&](const Input& input, const Directory&, Supply&) {
        if (const auto* brief = std::get_if<Brief>(&input.what)) lines = brief->lines;
        return brief_for(input);
      },
      "p1", kNight);
  auto t = timers(*r);
  farmers_write(*r, 3);
  r->clock.set(kMorning);
  t->run_due();
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_TRUE(std::ranges::is_sorted(lines, {}, &Brief::Line::number));
  for (const auto& line : lines) {
    EXPECT_EQ(line.kind, "card");
    EXPECT_TRUE(line.about);
    EXPECT_TRUE(line.number.starts_with("260326-")) << line.number;
    EXPECT_FALSE(line.title.empty());
  }
}

TEST_P(TasksTest, ASingleOneIsSentAsItIs) {
  auto r = rig(brief_only, "p1", kNight);
  auto t = timers(*r);
  farmers_write(*r, 1);
  r->clock.set(kMorning);
  t->run_due();
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("card"));
}

TEST_P(TasksTest, TwoProcessesGiveOneBrief) {
  auto p1 = rig(brief_only, "p1", kNight), p2 = rig(brief_only, "p2", kNight);
  auto t1 = timers(*p1), t2 = timers(*p2);
  farmers_write(*p1, 7);
  p1->clock.set(kMorning);
  p2->clock.set(kMorning);
  std::thread other{[&] { t2->run_due(); }};
  t1->run_due();
  other.join();
  ASSERT_TRUE(p1->settle() && p2->settle());
  auto sent = p1->kinds_to("cadre");
  for (auto& kind : p2->kinds_to("cadre")) sent.push_back(kind);
  EXPECT_THAT(sent, ElementsAre("brief"));
  EXPECT_EQ(p1->monitor.count("inbox.unavailable") + p2->monitor.count("inbox.unavailable"), 0);
}

TEST_P(TasksTest, AProcessThatComesAWeekLaterGivesOneBrief) {
  {
    auto r = rig(brief_only, "p1", kNight);
    farmers_write(*r, 7);
  }
  auto r = rig(brief_only, "p2", kMorning + std::chrono::days{7});
  auto t = timers(*r);
  t->run_due();
  ASSERT_TRUE(r->settle());
  EXPECT_EQ(std::ranges::count(r->kinds_to("cadre"), "brief"), 1);
  EXPECT_EQ(std::ranges::count(r->kinds_to("cadre"), "card"), 0);
  EXPECT_EQ(r->kinds_to("cadre").front(), "brief") << "before what is decided now";
}

TEST_P(TasksTest, CommitOfABriefWhoseAnswerIsMissing) {
  auto r = rig(brief_only, "p1", kNight);
  auto t = timers(*r);
  farmers_write(*r, 7);
  r->clock.set(kMorning);
  faults_.lost_after_commit = 1;
  t->run_due();
  ASSERT_TRUE(r->settle());
  EXPECT_EQ(std::ranges::count(r->kinds_to("cadre"), "brief"), 1);
  EXPECT_EQ(r->monitor.count("inbox.commit_unknown"), 1);
}

TEST_P(TasksTest, ABriefThatCannotBeDecidedIsSetAside) {
  auto r = rig(
      [](const Input& input, const Directory&, Supply&) -> std::optional<Decision> {
        if (std::holds_alternative<Brief>(input.what)) return Decision{};
        return std::nullopt;
      },
      "p1", kNight);
  auto t = timers(*r);
  farmers_write(*r, 2);
  r->clock.set(kMorning);
  t->run_due();
  EXPECT_EQ(r->monitor.count("inbox.quarantine"), 1);
  EXPECT_EQ(r->open()->counts().quarantined, 1);
  EXPECT_EQ(r->say("farmer9", kLamp).status, Receipt::accepted) << "nobody else is in trouble";
}

// ---- tasks that come again ----------------------------------------------------------------------

// Tells the clerk, once each time.
Rules round_rules(PersonId clerk, std::atomic<int>& decided) {
  return
      [clerk, &decided](const Input& input, const Directory&, Supply&) -> std::optional<Decision> {
        const auto* round = std::get_if<Round>(&input.what);
        if (!round) return std::nullopt;
        ++decided;
        Decision decision;
        decision.notices.push_back(note(clerk, "gaps", Audience::office));
        decision.round = RoundDone{round->last.name, input.now, 7};
        return decision;
      };
}

TEST_P(TasksTest, ARoundIsDoneByOneOfTwoProcesses) {
  std::atomic<int> decided{0};
  const auto rules = round_rules(person("clerk"), decided);
  auto p1 = rig(rules, "p1"), p2 = rig(rules, "p2");
  const auto last = p1->open()->round("daily");
  EXPECT_EQ(last.at, Instant{});
  auto other = std::async(std::launch::async, [&] { return perform(*p2, {Round{last}}); });
  const auto here = perform(*p1, {Round{last}});
  const auto there = other.get();
  EXPECT_EQ((here == Receipt::accepted) + (there == Receipt::accepted), 1);
  EXPECT_EQ((here == Receipt::duplicate) + (there == Receipt::duplicate), 1);
  ASSERT_TRUE(p1->settle() && p2->settle());
  EXPECT_EQ(p1->kinds_to("clerk").size() + p2->kinds_to("clerk").size(), 1u);
  const auto done = p1->open()->round("daily");
  EXPECT_EQ(done.at, p1->clock.now());
  EXPECT_EQ(done.directory, 7);
  EXPECT_EQ(perform(*p1, {Round{last}}), Receipt::duplicate) << "read before";
  EXPECT_EQ(perform(*p1, {Round{done}}), Receipt::accepted);
}

TEST_P(TasksTest, ARoundThatDoesNothingAndIsNotOverIsSetAside) {
  auto r = rig([](const Input& input, const Directory&, Supply&) -> std::optional<Decision> {
    if (std::holds_alternative<Round>(input.what)) return Decision{};
    return std::nullopt;
  });
  EXPECT_EQ(perform(*r, {Round{{"daily", {}, 0}}}), Receipt::quarantined);
}

TEST_P(TasksTest, FindingsReachTheAdminOnce) {
  const auto clerk = person("clerk");
  const auto rules = [&](const Input& input, const Directory&, Supply&) -> std::optional<Decision> {
    const auto* findings = std::get_if<Findings>(&input.what);
    if (!findings) return std::nullopt;
    Decision decision;
    decision.notices.push_back(note(clerk, "audit", Audience::office));
    decision.notices.back().facts["count"] = std::to_string(findings->count);
    return decision;
  };
  auto p1 = rig(rules, "p1"), p2 = rig(rules, "p2");
  const Findings findings{{"P1 260326-0001 nobody has it"}, 1};
  const store::Writes::RoundStep step{{"audit", {}, 0}, {"audit", p1->clock.now(), 0}};
  EXPECT_EQ(perform(*p1, {findings, step}), Receipt::accepted);
  EXPECT_EQ(perform(*p2, {findings, step}), Receipt::duplicate);
  ASSERT_TRUE(p1->settle() && p2->settle());
  EXPECT_THAT(p1->kinds_to("clerk"), ElementsAre("audit"));
  EXPECT_THAT(p2->kinds_to("clerk"), IsEmpty());
  EXPECT_EQ(p1->open()->round("audit").at, p1->clock.now());
}

// ---- the directory ------------------------------------------------------------------------------

TEST_P(TasksTest, ALeaveSaidInChatHoldsForTheNextMessageInEveryProcess) {
  const auto cadre = person("cadre"), deputy = person("deputy");
  std::mutex mutex;
  std::map<std::string, std::vector<Leave>> seen;  // by what was said
  const auto rules = [&](const Input& input, const Directory& directory,
                         Supply&) -> std::optional<Decision> {
    const auto* said = std::get_if<Said>(&input.what);
    if (!said) return std::nullopt;
    const std::lock_guard lock{mutex};
    seen[said->message.text] = directory.leaves();
    Decision decision;
    if (said->message.text == "请假")
      decision.leaves.push_back({cadre, input.now, input.now + std::chrono::days{3}, deputy});
    if (said->message.text == "回来了")
      decision.leaves.push_back({cadre, seen["here"].at(0).from, input.now, deputy});
    return decision;
  };
  auto p1 = rig(rules, "p1"), p2 = rig(rules, "p2");
  p1->say("cadre", "请假");
  p1->say("x", "here");
  p2->say("x", "there");
  EXPECT_THAT(seen.at("请假"), IsEmpty());
  ASSERT_THAT(seen.at("here"), SizeIs(1));
  EXPECT_EQ(seen.at("here")[0],
            (Leave{cadre, p1->clock.now(), p1->clock.now() + std::chrono::days{3}, deputy}));
  EXPECT_EQ(seen.at("there"), seen.at("here"));
  p2->clock.advance(1h);
  p2->say("cadre", "回来了");
  p1->say("x", "again");
  ASSERT_THAT(seen.at("again"), SizeIs(1)) << "the same leave with another end";
  EXPECT_EQ(seen.at("again")[0].to, p2->clock.now());
}

TEST_P(TasksTest, ADutySaidInChatHoldsForTheNextMessage) {
  const auto deputy = person("deputy");
  std::size_t before = 0, after = 0;
  auto r = rig([&](const Input& input, const Directory& directory,
                   Supply&) -> std::optional<Decision> {
    const auto* said = std::get_if<Said>(&input.what);
    if (!said) return std::nullopt;
    Decision decision;
    if (said->message.text == "支援") {
      before = directory.duties().size();
      decision.duties.push_back({UnitCode{"v2"}, deputy, 1, DutyRole::helper, input.now, {}, ""});
    } else {
      after = directory.duties().size();
    }
    return decision;
  });
  r->say("clerk", "支援");
  r->say("clerk", "?");
  EXPECT_EQ(after, before + 1);
}

// An import while nobody writes: the timers of a quiet process see it.
TEST_P(TasksTest, TimersLookAtTheDirectoryOfToday) {
  auto r = rig(brief_only);
  auto t = timers(*r);
  const auto before = r->current->get()->directory->version();
  Unit unit;
  unit.code = UnitCode{"v3"};
  unit.name = "南浦村";
  unit.kind = UnitKind::village;
  unit.parent = UnitCode{"t"};
  r->open()->import_units({{unit}});
  t->run_due();
  EXPECT_GT(r->current->get()->directory->version(), before);
}

// ---- what a batch writes besides ----------------------------------------------------------------

TEST_P(TasksTest, WhoAskedForQuietIsToldOnPaper) {
  const auto mute = [](const Input& input, const WorkingSet& set, const Directory& directory,
                       const Policy& policy, Supply& supply) {
    auto answer = decide(input, set, directory, policy, supply);
    if (auto* decision = std::get_if<Decision>(&answer))
      for (auto& draft : decision->notices)
        draft.muted = draft.audience == Audience::reporter && !draft.answers_input;
    return answer;
  };
  Rig::Options options;
  options.rules = mute;
  options.open = [this] { return opened(); };
  Rig r{database_.url(), std::move(options)};
  r.say("farmer", kLamp);
  ASSERT_TRUE(r.settle());
  const auto owed = r.monitor.owed("test");
  const auto number = rows("registered").at(0).notice.case_number;
  r.say("cadre", "签收 " + number);
  ASSERT_TRUE(r.settle());
  const auto told = rows("accepted");
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].state, NoticeState::skipped);
  EXPECT_EQ(told[0].code, store::kMuted);
  EXPECT_EQ(told[0].seq, 0) << "takes no place in the lane";
  EXPECT_THAT(told[0].events, SizeIs(1)) << "counts as told";
  EXPECT_TRUE(told[0].echo);
  EXPECT_EQ(state_of(told[0].notice.id), NoticeState::skipped);
  EXPECT_EQ(r.monitor.owed("test"), owed) << "nothing that could leave";
  EXPECT_THAT(r.kinds_to("farmer"), IsEmpty());
  EXPECT_THAT(r.open()->unheard(r.clock.now() + std::chrono::days{9}, 10), IsEmpty());
}

TEST_P(TasksTest, SeveralRepliesToOneMessageAndTheFirstRides) {
  auto r = rig([](const Input& input, const Directory&, Supply&) -> std::optional<Decision> {
    const auto* said = std::get_if<Said>(&input.what);
    if (!said) return std::nullopt;
    Decision decision;
    for (const char* kind : {"done", "refused", "moves"}) {
      decision.notices.push_back(note(said->person, kind, Audience::owner));
      decision.notices.back().answers_input = true;
      decision.notices.back().account = said->account;
    }
    return decision;
  });
  const auto receipt = r->say("cadre", "分流 1\n分流 2\n分流 3");
  ASSERT_TRUE(receipt.reply);
  EXPECT_EQ(receipt.reply->kind, "done");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("refused", "moves"));
}

TEST_P(TasksTest, InboundTellsWhetherItWasWorthSomethingAndAnswered) {
  auto r = rig([](const Input& input, const Directory&, Supply&) -> std::optional<Decision> {
    const auto* said = std::get_if<Said>(&input.what);
    if (said && said->message.sender == "unlucky") return Decision{};
    return std::nullopt;
  });
  r->say("farmer", kLamp, "a");
  r->say("unlucky", kLamp, "b");
  auto photo = r->message("unlucky", "", "c");
  photo.kind = MessageKind::image;
  r->submit(photo);
  r->say("unlucky", "好的", "d");
  std::map<std::string, std::pair<bool, bool>> seen;
  for (const auto& writes : saved())
    for (const auto& row : writes.inbound) seen[row.key.dedupe_key] = {row.substance, row.answered};
  EXPECT_EQ(seen.at("a"), (std::pair{true, true}));
  EXPECT_EQ(seen.at("b"), (std::pair{true, false}));
  EXPECT_EQ(seen.at("c"), (std::pair{true, false}));
  EXPECT_FALSE(seen.at("d").first);
}

TEST_P(TasksTest, ViewsAndErasuresAreWritten) {
  const auto cadre = person("cadre");
  auto r = rig([&](const Input& input, const Directory&, Supply&) -> std::optional<Decision> {
    const auto* said = std::get_if<Said>(&input.what);
    if (!said || said->message.text != "删除我的信息") return std::nullopt;
    Decision decision;
    decision.views.push_back({cadre, said->person, {}});
    decision.erasure = Erasure{said->person, {}, {}};
    return decision;
  });
  r->say("farmer", kLamp);
  EXPECT_EQ(r->say("farmer", "删除我的信息").status, Receipt::accepted);
  const auto all = saved();
  EXPECT_TRUE(std::ranges::any_of(all, [](const auto& one) { return one.views.size() == 1; }));
  EXPECT_TRUE(std::ranges::any_of(all, [](const auto& one) { return one.erasures.size() == 1; }));
}

// What was short once is reserved from then on.
TEST_P(TasksTest, ManyIdsAreDrawnAndRemembered) {
  auto r = rig([](const Input& input, const Directory&, Supply& supply) -> std::optional<Decision> {
    if (!std::holds_alternative<Said>(input.what)) return std::nullopt;
    // More than whole blocks hold, so that what is left of one cannot do.
    for (int i = 0; i < 200; ++i) supply.next_id();
    return Decision{};
  });
  const auto begun = [&] { return faults_.begun.load(); };
  for (int i = 0; i < 5; ++i) r->say("farmer", "x" + std::to_string(i));
  const int before = begun();
  for (int i = 0; i < 20; ++i) r->say("farmer", "y" + std::to_string(i));
  EXPECT_EQ(begun() - before, 20) << "each in its first attempt";
}

}  // namespace
}  // namespace huiyin
