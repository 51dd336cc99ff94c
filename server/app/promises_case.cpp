// What one case with its history and its notices shows of the five promises.
#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>

#include "server/app/promises.h"
#include "server/app/promises_heard.h"
#include "server/desk/result.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

using store::NoticeState;
using Row = store::Store::AuditRow;
using Told = Row::Told;
using std::chrono::days;

// Hand-overs and timers happen when the clock of the server comes by, not at the very instant.
constexpr std::chrono::minutes kGrace{10};
// Event::detail: before the ids of people.
constexpr std::string_view kReporter = "reporter ", kFollowers = " followers";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void remove_all(std::string& text, std::string_view part) {
  if (part.empty()) return;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
}

class CaseCheck {
 public:
  CaseCheck(const Row& row, const Directory& directory, const Policy& policy, Instant now)
      : c_{row.the_case},
        events_{row.events},
        notices_{row.notices},
        directory_{directory},
        policy_{policy},
        now_{now},
        hearing_{row} {}

  std::vector<Violation> run() {
    one_owner();
    one_echo_per_move();
    no_silence();
    nothing_lost();
    whole_history();
    honest_words();
    return std::move(found_);
  }

 private:
  void add(const char* promise, std::string what, EventId event = {}, PersonId person = {}) {
    found_.push_back({promise, c_.id, c_.number, event, person, std::move(what)});
  }

  bool open_and_registered() const { return is_open(c_.stage) && c_.stage != Stage::draft; }

  bool redacted() const {
    return std::ranges::any_of(events_, [](const Event& e) { return e.move == Move::redact; });
  }

  // ---- P1: one owner ---------------------------------------------------------------------------

  bool concerned(PersonId person) const {
    if (std::ranges::find(c_.concerned, person) != c_.concerned.end()) return true;
    if (!c_.concerned_unit) return false;
    return std::ranges::any_of(directory_.duties_of(person, now_), [this](const Duty& duty) {
      return directory_.within(duty.unit, c_.concerned_unit);
    });
  }

  // Whom the case could have instead of the desk of last resort.
  bool somebody_else_could() const {
    const UnitCode seat = directory_.unit(c_.unit) ? c_.unit : policy_.area;
    const auto could = [this](const Assignment& one) {
      return one.person != kDutyDesk && !concerned(one.person);
    };
    if (c_.level == Level::frontline && could(directory_.owner_for(seat, now_))) return true;
    const Unit* unit = directory_.unit(directory_.office_at(seat, c_.level));
    for (; unit; unit = directory_.unit(unit->parent))
      if (std::ranges::any_of(directory_.holders_at(unit->code, DutyRole::clerk, now_), could))
        return true;
    return false;
  }

  void one_owner() {
    if (!open_and_registered()) return;
    if (!c_.owner) return add("P1", "an open case without an owner");
    if (!c_.owner_unit && c_.owner != kDutyDesk)
      add("P1", "an open case without an owning unit", {}, c_.owner);
    if (concerned(c_.owner))
      add("P1", "the owner is among those whom the case is about", {}, c_.owner);
    if (c_.owner == kDutyDesk) {
      if (somebody_else_could())
        add("P1", "the desk of last resort has the case although somebody serves there", {},
            c_.owner);
      return;
    }
    if (!directory_.may_own(c_.owner, c_.owner_unit, now_) &&
        !directory_.may_own(c_.owner, c_.owner_unit, now_ - kGrace))
      add("P1", "the owner does not serve in the owning unit, or is on leave", {}, c_.owner);
  }

  // ---- P2: one echo per move -------------------------------------------------------------------

  void one_echo_per_move() {
    for (const Misheard& one : hearing_.misheard())
      add("P2", "'" + std::string{name(one.event->move)} + "' " + one.what, one.event->id,
          one.person);
  }

  // ---- P3: no silence --------------------------------------------------------------------------

  void no_silence() {
    if (!open_and_registered() || c_.type == CaseType::praise) return;
    // The reporter has the word; P4 sees to it that the wait has an end.
    if (c_.stage == Stage::awaiting_reporter) return;
    Instant last = c_.registered_at;
    for (const Told& told : notices_)
      if (hearing_.reporters().contains(told.person)) last = std::max(last, told.created_at);
    // He was told the date of the review, and heard the answer's silence run out.
    if (c_.stage == Stage::suspended) last = std::max(last, c_.review_at);
    const int n = policy_.clocks.silence_working_days;
    if (now_ > policy_.calendar.add_working_days(last, n) + kGrace)
      add("P3", "the reporter has heard nothing since " + format_rfc3339(last), {}, c_.reporter);
  }

  // ---- P4: nothing lost ------------------------------------------------------------------------

  Instant begun() const {
    if (c_.stage_at != Instant{}) return c_.stage_at;
    Instant first = c_.next_due_at;
    for (const Told& told : notices_)
      if (first == Instant{} || told.created_at < first) first = told.created_at;
    return first;
  }

  void nothing_lost() {
    if (c_.stage == Stage::draft && begun() != Instant{} && now_ > begun() + days{1})
      add("P4", "a draft since " + format_rfc3339(begun()));
    // Praise is passed on and nothing is due.
    const bool timed = c_.stage == Stage::draft || c_.type != CaseType::praise;
    if (is_open(c_.stage) && timed && c_.next_due_at == Instant{})
      add("P4", "an open case with no timer: nothing would remind anybody");
    if (c_.next_due_at != Instant{} && now_ > c_.next_due_at + kGrace)
      add("P4",
          "the timer '" + c_.timer + "' of " + format_rfc3339(c_.next_due_at) + " was not served");
  }

  // Events of one instant may come from processes whose ids do not grow together: among those, one
  // that fits goes first, and one that stays where it is before one that leads on.
  const Event* next_of(std::vector<const Event*>& rest, Stage at) const {
    const Instant first = rest.front()->at;
    auto found = rest.begin();
    for (auto it = rest.begin(); it != rest.end() && (*it)->at == first; ++it) {
      if ((*it)->from != at) continue;
      const bool better = (*found)->from != at || ((*found)->to != at && (*it)->to == at);
      if (better) found = it;
    }
    const Event* next = *found;
    rest.erase(found);
    return next;
  }

  void whole_history() {
    std::vector<const Event*> rest;
    for (const Event& event : events_) rest.push_back(&event);
    std::ranges::stable_sort(rest, {}, [](const Event* e) { return std::pair{e->at, e->id}; });
    if (c_.stage == Stage::draft && rest.empty()) return;
    const bool registered =
        std::ranges::any_of(events_, [](const Event& e) { return e.move == Move::register_case; });
    const bool ended_as_draft = std::ranges::any_of(
        events_, [](const Event& e) { return e.from == Stage::draft && !is_open(e.to); });
    if (c_.stage != Stage::draft && !registered && !ended_as_draft)
      return add("P4", "a case that was never registered: its history has no beginning");
    Stage at = Stage::draft;
    while (!rest.empty()) {
      const Event* event = next_of(rest, at);
      if (event->from != at)
        add("P4",
            "the history has a gap: '" + std::string{name(event->move)} + "' leaves '" +
                std::string{name(event->from)} + "', before it was '" + std::string{name(at)} + "'",
            event->id);
      at = event->to;
      last_ = event;
    }
    if (at != c_.stage)
      add("P4", "the case is '" + std::string{name(c_.stage)} + "', its history ends at '" +
                    std::string{name(at)} + "'");
    else if (last_ && last_->level != c_.level)
      add("P4",
          "the case is at level " + std::to_string(static_cast<int>(c_.level)) +
              ", its history ends at level " + std::to_string(static_cast<int>(last_->level)),
          last_->id);
  }

  // ---- P5: honest words ------------------------------------------------------------------------

  // What the move made of the case, which has `outcome` now. Empty: it did not end it.
  static std::optional<Outcome> outcome_of(const Event& event, Outcome outcome) {
    switch (event.move) {
      case Move::close:
        // Before version 4 it was not written down.
        return event.detail.empty() ? outcome : from_name<Outcome>(event.detail);
      case Move::withdraw:
        return Outcome::withdrawn;
      case Move::merge:
        return Outcome::merged;
      case Move::invalidate:
        return Outcome::invalid;
      default:
        return std::nullopt;
    }
  }

  static bool ends(const Event& event) { return is_open(event.from) && !is_open(event.to); }

  void honest_words() {
    const Event* last = nullptr;
    for (const Event& event : events_) {
      if (!ends(event)) continue;
      if (!last || std::pair{last->at, last->id} < std::pair{event.at, event.id}) last = &event;
      if (event.move == Move::close && !event.detail.empty()) honest_echo(event);
    }
    if (is_open(c_.stage)) {
      if (c_.outcome != Outcome::none)
        add("P5", "an open case with the outcome '" + std::string{name(c_.outcome)} + "'");
    } else if (last) {
      honest_end(*last);
    }
    honest_ratings(last);
  }

  void honest_end(const Event& last) {
    const auto outcome = outcome_of(last, c_.outcome);
    if (!outcome || *outcome != c_.outcome || *outcome == Outcome::none)
      add("P5",
          "the outcome is '" + std::string{name(c_.outcome)} + "', the case was closed as '" +
              (last.move == Move::close ? last.detail : std::string{name(last.move)}) + "'",
          last.id);
    if (last.move == Move::close && !redacted() &&
        !is_fact(c_.result, policy_.result_min_characters))
      add("P5", "closed with a result that states no fact", last.id);
  }

  void honest_echo(const Event& close) {
    const bool solved = close.detail == name(Outcome::solved);
    for (const Told& told : notices_) {
      if (!told.echo || told.kind != "closed" || !tells_of(told, close.id)) continue;
      const std::string zh = words::outcome(Outcome::solved, "zh");
      const std::string en = words::outcome(Outcome::solved, "en");
      // The owner's own words, the reporter's, and the way to object are not the verdict.
      std::string text = told.text;
      remove_all(text, close.text);
      for (auto from = text.find("“"); from != std::string::npos; from = text.find("“", from)) {
        const auto to = text.find("”", from);
        if (to == std::string::npos) break;
        text.erase(from, to - from);
      }
      remove_all(text, "not " + en);
      const bool says = contains(text, zh) || contains(text, en);
      if (solved && !says && !redacted())
        add("P5", "solved, but the closing echo does not say so", close.id, told.person);
      if (!solved && says)
        add("P5", "the closing echo says solved, the outcome was '" + close.detail + "'", close.id,
            told.person);
    }
  }

  // A grade is somebody's own word, said after the end that it is about.
  bool rated_by(const std::function<bool(const Event&)>& mine, int grade, const Event* end) const {
    const Event* rate = nullptr;
    for (const Event& event : events_) {
      if (event.move != Move::rate || !mine(event) || (end && event.at < end->at)) continue;
      if (!rate || std::pair{rate->at, rate->id} < std::pair{event.at, event.id}) rate = &event;
    }
    return rate && (rate->detail.empty() || rate->detail == std::to_string(grade));
  }

  void honest_ratings(const Event* end) {
    const auto by_reporter = [](const Event& e) { return e.role == Role::reporter; };
    if (c_.rating != 0 && !rated_by(by_reporter, c_.rating, end))
      add("P5", "a grade that the reporter did not give", {}, c_.reporter);
    for (const Party& party : c_.parties) {
      const PersonId person = party.person;
      const auto by_him = [person](const Event& e) { return e.actor == person; };
      if (party.rating != 0 && !rated_by(by_him, party.rating, nullptr))
        add("P5", "a grade that the follower did not give", {}, person);
    }
  }

  const Case& c_;
  const std::vector<Event>& events_;
  const std::vector<Told>& notices_;
  const Directory& directory_;
  const Policy& policy_;
  const Instant now_;
  const Hearing hearing_;
  const Event* last_ = nullptr;
  std::vector<Violation> found_;
};

}  // namespace

std::vector<Violation> check_case(const Row& row, const Directory& directory, const Policy& policy,
                                  Instant now) {
  return CaseCheck{row, directory, policy, now}.run();
}

}  // namespace huiyin
