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

}  // namespace

std::string show(const Step& step) {
  constexpr std::array<const char*, 5> kKinds{"say", "again", "both", "clock", "restart"};
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
  start(0);
  start(1);
}

World::~World() = default;

void World::start(std::size_t which) {
  processes_.at(which) = std::make_unique<Process>(
      database_.url(), "p" + std::to_string(which) + "-" + std::to_string(++serial_), now_);
}

World::Process& World::other() { return *processes_.at(++turn_ % processes_.size()); }

std::string World::fill(const Step& step) {
  std::string text = step.text;
  if (const auto at = text.find("{n}"); at != std::string::npos)
    text.replace(at, 3, numbers_.empty() ? "260326-0001" : numbers_[step.number % numbers_.size()]);
  if (const auto at = text.find("{m}"); at != std::string::npos)
    text.replace(at, 3,
                 numbers_.empty() ? "260326-0002" : numbers_[(step.number / 7) % numbers_.size()]);
  return text;
}

void World::take(const Step& step) {
  switch (step.kind) {
    case Step::say: {
      auto& rig = other().rig;
      last_ = rig.message(step.who, fill(step), "k" + std::to_string(++serial_));
      const auto receipt = rig.submit(last_);
      if (receipt.status != Receipt::accepted) trouble_ = "not accepted: " + show(step);
      rig.rode(receipt);
      break;
    }
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
  note_new_cases();
}

void World::move_clock(std::chrono::minutes by) {
  const Instant target = now_ + by;
  const auto set = [&](Instant at) {
    now_ = std::max(now_, at);
    for (auto& process : processes_) process->rig.clock.set(now_);
  };
  for (int stop = 0; stop < kMostStops; ++stop) {
    auto& process = other();
    const auto next = process.timers->next();
    if (!next || *next > target) {
      set(target);
      return;
    }
    set(*next);
    process.timers->run_due();
    for (auto& each : processes_) each->rig.settle();
  }
  trouble_ = "the clock does not come to rest";
}

void World::note_new_cases() {
  store_->export_cases({}, [&](const Case& c, const std::vector<Event>&) {
    if (std::ranges::find(numbers_, c.number) == numbers_.end() && c.stage != Stage::draft)
      numbers_.push_back(c.number);
  });
  std::ranges::sort(numbers_);
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
  for (const auto& told : row.notices) {
    if (told.person == c.reporter) continue;
    if (std::ranges::find(c.concerned, told.person) != c.concerned.end())
      return c.number + ": somebody it is about was told (" + told.kind + ")";
  }
  return {};
}

std::string World::broken() {
  if (!trouble_.empty()) return trouble_;
  for (auto& process : processes_)
    if (process->rig.monitor.count("inbox.quarantine") > 0) return "an input was set aside";
  const auto runtime = processes_.front()->rig.current->get();
  const auto directory = store_->load_directory();
  const auto violations =
      check_promises(*store_, *directory, *runtime->policy, now_, kHeardWithin);
  if (!violations.empty()) {
    const auto& one = violations.front();
    return one.promise + " " + one.number + ": " + one.what;
  }
  std::string leak;
  store_->audit_cases([&](const store::Store::AuditRow& row) {
    if (leak.empty()) leak = leaked(row);
  });
  return leak;
}

}  // namespace huiyin::model
