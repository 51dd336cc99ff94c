#include "tests/model/world.h"

#include <algorithm>
#include <future>

#include "tests/fakes/desk_harness.h"

namespace huiyin::model {
namespace {

using namespace std::chrono_literals;

constexpr const char* kStart = "2026-03-26T09:10:00+08:00";
// Everything is delivered at once here; what waits for the morning is out after a long weekend.
constexpr std::chrono::hours kHeardWithin{24 * 12};
constexpr int kMostStops = 5000;  // of the clock on one way

void import_county(store::Store& store) {
  const auto county = fakes::small_county();
  store.import_units(county->units());
  std::vector<std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people;
  for (const auto& [id, person] : county->people()) {
    if (id == kDutyDesk) continue;
    Person row = person;
    row.id = {};
    people.push_back({row, {{"test", person.code}}});
  }
  store.import_people(people, std::vector<std::vector<std::string>>(people.size()));
  std::vector<store::Store::DutyImport> duties;
  for (const Duty& duty : county->duties())
    duties.push_back({duty.unit, county->person(duty.person)->code, duty.priority, duty.role,
                      duty.from, duty.to, duty.hours});
  store.import_duties(duties);
}

// For whoever has to find out why: what was done, by ids only.
std::string history(const store::Store::AuditRow& row) {
  std::string text;
  for (const Event& event : row.events)
    text += "\n    " + format_rfc3339(event.at) + " " + std::string{name(event.move)} + " by " +
            std::to_string(event.actor.raw()) + " as " + std::string{name(event.role)} + " -> " +
            std::string{name(event.to)} + " " + event.detail;
  for (const auto& told : row.notices)
    text += "\n    " + format_rfc3339(told.created_at) + " " + told.kind + " to " +
            std::to_string(told.person.raw());
  return text;
}

}  // namespace

std::string show(const Step& step) {
  constexpr std::array<const char*, 6> kKinds{"say", "again", "both", "clock", "restart", "act"};
  return std::string{"{Step::"} + kKinds.at(step.kind) + ", \"" + step.who + "\", \"" + step.text +
         "\", " + std::to_string(step.number) + "},";
}

struct World::Process {
  Process(const std::string& url, const std::string& name, Instant now)
      : rig{url, options(name, now)},
        timers{Timers::start(0ms, rig.open(), *rig.inbox, *rig.outbox, *rig.current, rig.clock,
                             rig.monitor)} {}

  static Rig::Options options(const std::string& name, Instant now) {
    Rig::Options options;
    options.process = name;
    options.start = now;
    options.traits.edits = true;
    return options;
  }

  Rig rig;
  std::unique_ptr<Timers> timers;
};

World::World(const fakes::Engine& engine) : database_{engine}, now_{fakes::at(kStart)} {
  store_ = store::open(database_.url());
  store_->migrate();
  import_county(*store_);
  for (const auto& listed : store_->list_people())
    if (!listed.accounts.empty()) users_[listed.person.id] = listed.accounts.front().second;
  start(0);
  start(1);
}

World::~World() = default;

void World::start(std::size_t which) {
  processes_.at(which) = std::make_unique<Process>(
      database_.url(), "p" + std::to_string(which) + "-" + std::to_string(++serial_), now_);
}

World::Process& World::other() { return *processes_.at(++turn_ % processes_.size()); }

std::string World::fill(const Step& step) const {
  const auto number = [&](std::size_t which) {
    return cases_.empty() ? std::string{"260326-0001"} : cases_[which % cases_.size()].number;
  };
  std::string text = step.text;
  for (const auto& [mark, which] : {std::pair{"{n}", step.number}, {"{m}", step.number / 7}})
    while (text.find(mark) != std::string::npos) text.replace(text.find(mark), 3, number(which));
  return text;
}

std::string World::user_of(PersonId person) const {
  const auto found = users_.find(person);
  return found == users_.end() ? "竺文" : found->second;
}

// Who may do something with the case as it stands, and one of the things that he may do.
Step World::acted(const Step& step) const {
  using List = std::vector<const char*>;
  if (cases_.empty()) return {Step::say, "楼建平", "待办", 0};
  const Case& c = cases_[step.number % cases_.size()];
  const std::string owner = user_of(c.owner), reporter = user_of(c.reporter);
  const auto at_level = [&](std::array<const char*, 4> people) {
    return std::string{people.at(static_cast<std::size_t>(c.level) - 1)};
  };
  const std::string upper = at_level({"竺文", "陈静", "吴市办", "吴市办"});
  const std::string leader = at_level({"周县长", "周县长", "周县长", "郑市长"});
  const auto one_of = [&](const std::string& who, const List& texts) {
    return Step{Step::say, who, texts[(step.number / 11) % texts.size()], step.number};
  };
  if (c.request.kind != RequestKind::none)
    return one_of(upper, {"批准 {n}", "批准 {n} 请抓紧", "驳回 {n} 请再想想办法"});
  switch (c.stage) {
    case Stage::registered:
      return one_of(owner, {"分流 {n} 楼家村", "裁定 {n} 楼家村", "分流 {n} 张小燕",
                            "无效 {n} 内容重复且无法核实"});
    case Stage::dispatched:
      return one_of(owner,
                    {"签收 {n}", "签收 {n}", "签收 {n}", "签收 {n}", "退回 {n} 不在本村范围",
                     "联系 {n}", "转办 {n} 张小燕 她熟悉情况", "协办 {n} 供水站 请帮忙抽水"});
    case Stage::in_progress:
      if (c.level >= Level::county && step.number % 3 == 0)
        return one_of(leader, {"批示 {n} 请水利局尽快办好", "指定 {n} 水利局", "督办 {n} 请抓紧",
                               "办结 {n} 已解决 三家一起修好了水渠，水已到田"});
      return one_of(
          owner,
          {"进展 {n} 已请电工明天来看", "进展 {n} 协调未果，施工方不同意", "追问 {n} 是哪一盏灯？",
           "办结 {n} 换了新灯泡，已经亮了", "办结 {n} 已解决 水已抽到田里，浇上了",
           "上报 {n} 要几个部门一起办，协调未果", "上报 {n} 超出权限", "0", "0",
           "上报 {n} 要几个部门一起办", "延期 {n} 5个工作日 等材料到货",
           "挂账 {n} 30个工作日 等汛期过后施工", "办结 {n} 已列入计划 明年统一更换线路",
           "办结 {n} 不予受理 已由法院判决，请按判决执行", "并件 {n} {m}", "联系 {n}",
           "转办 {n} 楼家村 请接着办"});
    case Stage::awaiting_reporter:
      return one_of(reporter, {"是村口靠桥的那一盏", "就是祠堂门口", "查询 {n}", "催办 {n}"});
    case Stage::pending_triage:
      return one_of(owner,
                    {"分流 {n} 水利局", "分流 {n} 楼家村", "交办 {n} 人社局", "下派 {n} 村里能办",
                     "上报 {n} 超出权限", "上报 {n} 超出权限", "提请认领 {n}", "提请认领 {n}",
                     "并件 {n} {m}", "办结 {n} 已解释 按规定由供电所更换，已说明"});
    case Stage::pending_claim:
      return one_of(leader, {"认领 {n} 水利局", "认领 {n} 市水利局", "认领 {n} 水利局 人社局"});
    case Stage::suspended:
      return one_of(owner, {"销账 {n}", "补充 {n} 已经到现场看过"});
    case Stage::closed:
      if (step.number % 3 == 0)
        return one_of(upper, {"拆件 {n}", "重办 {n} 请再核实一遍", "并件 {n} {m}"});
      return one_of(reporter, {"评价 {n} 5", "评价 {n} 1", "没解决 {n} 还是老样子",
                               "没解决 {n}，投诉指导员不作为", "查询 {n}"});
    default:
      return one_of(reporter, {"查询 {n}", "没解决 {n}"});
  }
}

void World::say(const Step& step) {
  auto& rig = other().rig;
  last_ = rig.message(step.who, fill(step), "k" + std::to_string(++serial_));
  const auto receipt = rig.submit(last_);
  if (receipt.status != Receipt::accepted) trouble_ = "not accepted: " + last_.text;
  rig.rode(receipt);
}

void World::take(const Step& step) {
  // No two steps at one moment, so that what came first can be told afterwards.
  set_clocks(now_ + 1s);
  switch (step.kind) {
    case Step::say:
      say(step);
      break;
    case Step::act:
      say(acted(step));
      break;
    case Step::again:
      if (!last_.sender.empty()) {
        auto& rig = other().rig;
        const auto receipt = rig.submit(last_);
        if (receipt.status != Receipt::duplicate) trouble_ = "taken twice: " + last_.text;
        rig.rode(receipt);
      }
      break;
    case Step::both: {
      // The platform asks both processes at once.
      auto& here = other().rig;
      auto& there = other().rig;
      last_ = here.message(step.who, fill(step), "k" + std::to_string(++serial_));
      auto second = std::async(std::launch::async, [&] { return there.submit(last_); });
      const auto first = here.submit(last_);
      here.rode(first);
      there.rode(second.get());
      break;
    }
    case Step::clock:
      move_clock(std::chrono::minutes{std::stoi(step.text)});
      break;
    case Step::restart:
      start(step.number % processes_.size());
      break;
  }
  for (auto& process : processes_) process->rig.settle();
  look();
}

void World::set_clocks(Instant at) {
  now_ = std::max(now_, at);
  for (auto& process : processes_) process->rig.clock.set(now_);
}

void World::move_clock(std::chrono::minutes by) {
  const Instant target = now_ + by;
  for (int stop = 0; stop < kMostStops; ++stop) {
    auto& process = other();
    const auto next = process.timers->next();
    if (!next || *next > target) {
      set_clocks(target);
      return;
    }
    set_clocks(*next);
    process.timers->run_due();
    for (auto& each : processes_) each->rig.settle();
  }
  trouble_ = "the clock does not come to rest";
}

void World::look() {
  cases_.clear();
  store_->export_cases({}, [&](const Case& c, const std::vector<Event>&) {
    if (c.stage != Stage::draft) cases_.push_back(c);
  });
  std::ranges::sort(cases_, {}, &Case::number);
  // Only who may act is asked for: reporters by the accounts they wrote from.
  if (last_.sender.empty() || cases_.empty()) return;
  const auto tx = store_->begin();
  WorkingSet set;
  const std::vector<std::pair<std::string, std::string>> users{{"test", last_.sender}};
  tx->load_accounts(users, set);
  if (const Account* account = set.account("test", last_.sender))
    users_[account->person] = last_.sender;
}

std::map<Move, int> World::moves() {
  std::map<Move, int> moves;
  store_->audit_cases([&](const store::Store::AuditRow& row) {
    for (const Event& event : row.events) ++moves[event.move];
  });
  return moves;
}

// A complaint about those who serve is not for their eyes.
std::string World::leaked(const store::Store::AuditRow& row) const {
  const Case& c = row.the_case;
  // It may have become one when it was opened again: what they heard before, they knew.
  Instant since = c.registered_at;
  for (const Event& event : row.events)
    if (event.move == Move::reopen || event.move == Move::reopen_above) since = event.at;
  for (const auto& told : row.notices) {
    if (told.person == c.reporter || told.created_at < since) continue;
    if (std::ranges::find(c.concerned, told.person) != c.concerned.end())
      return c.number + ": somebody it is about was told (" + told.kind + ")" + history(row);
  }
  return {};
}

std::string World::broken() {
  if (!trouble_.empty()) return trouble_;
  for (auto& process : processes_)
    if (process->rig.monitor.count("inbox.quarantine") > 0) return "an input was set aside";
  const auto runtime = processes_.front()->rig.current->get();
  const auto directory = store_->load_directory();
  const auto violations = check_promises(*store_, *directory, *runtime->policy, now_, kHeardWithin);
  std::string leak;
  store_->audit_cases([&](const store::Store::AuditRow& row) {
    if (leak.empty()) leak = leaked(row);
    if (!violations.empty() && leak.empty() && violations.front().about == row.the_case.id)
      leak = show(violations.front()) + history(row);
  });
  if (leak.empty() && !violations.empty()) return show(violations.front());
  return leak;
}

}  // namespace huiyin::model
