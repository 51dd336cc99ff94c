#include "server/desk/leave.h"

#include <algorithm>
#include <array>

#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/parties.h"
#include "server/desk/register.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"
#include "server/intake/dates.h"

namespace huiyin {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using words::Why;

void refuse(Turn& turn, Why why) { answer_why(turn, "refused", Audience::owner, why); }

struct Absence {
  Leave leave;       // without the deputy
  std::string name;  // the deputy's
};

std::string strip(std::string text, std::initializer_list<std::string_view> before,
                  std::initializer_list<std::string_view> after) {
  for (const auto word : before)
    if (text.starts_with(word)) text.erase(0, word.size());
  for (const auto word : after)
    if (text.ends_with(word)) text.resize(text.size() - word.size());
  const auto is_gap = [](char c) { return c == ' ' || c == ':' || c == '\t'; };
  while (!text.empty() && is_gap(text.back())) text.pop_back();
  text.erase(text.begin(), std::ranges::find_if_not(text, is_gap));
  return text;
}

Instant midnight(local_days day) { return from_shanghai(day); }

// The day after the last one.
local_days end_of(const Turn& turn, const dates::SaidDate& date, local_days from) {
  switch (date.kind) {
    case dates::SaidDate::day:
      return date.on + days{1};
    case dates::SaidDate::days:
      return from + days{date.count};
    case dates::SaidDate::working_days:
      break;
  }
  const auto& calendar = turn.policy.calendar;
  return dates::today(calendar.add_working_days(midnight(from) - days{1}, date.count)) + days{1};
}

// "12月5日 12月8日 张小燕", "明天 张小燕", "3天 张小燕".
std::optional<Absence> read_absence(const Turn& turn, const std::string& text) {
  const auto first = dates::read(text, turn.now);
  if (!first) return std::nullopt;
  const auto today = dates::today(turn.now);
  const bool span = first->kind != dates::SaidDate::day;
  const local_days from = span ? today : first->on;
  local_days to = end_of(turn, *first, from);
  std::string rest = strip(first->rest, {"到", "至", "起"}, {});
  if (!span) {
    if (auto last = dates::read(rest, turn.now)) {
      // 12月28日到3日: the third after that.
      if (last->kind == dates::SaidDate::day && last->on < from)
        if (auto again = dates::read(rest, midnight(from))) last = std::move(again);
      to = end_of(turn, *last, from);
      rest = std::move(last->rest);
    }
  }
  Absence absence;
  absence.leave.person = turn.speaker();
  absence.leave.from = from <= today ? turn.now : midnight(from);
  absence.leave.to = midnight(to);
  absence.name =
      strip(rest, {"代理人", "代办人", "由", "请", "：", ":"}, {"代理", "代办", "顶班", "代"});
  return absence;
}

bool overlap(const Leave& a, const Leave& b) { return a.from < b.to && b.from < a.to; }

bool serves_with(const Turn& turn, PersonId a, PersonId b) {
  const auto mine = turn.directory.duties_of(a, turn.now);
  return std::ranges::any_of(turn.directory.duties_of(b, turn.now), [&](const Duty& duty) {
    return std::ranges::find(mine, duty.unit, &Duty::unit) != mine.end();
  });
}

// A colleague with that name or code; of several the one of the same unit.
PersonId colleague(const Turn& turn, const std::string& name) {
  auto people = turn.directory.people_named(name);
  std::erase_if(people, [&](PersonId person) {
    return person == turn.speaker() || turn.directory.duties_of(person, turn.now).empty();
  });
  if (people.size() > 1)
    std::erase_if(people, [&](PersonId p) { return !serves_with(turn, turn.speaker(), p); });
  return people.size() == 1 ? people.front() : PersonId{};
}

std::string name_of(const Turn& turn, PersonId id) {
  const Person* person = turn.set.person(id);
  if (!person) person = turn.directory.person(id);
  return person ? person->name : std::string{};
}

// What was recorded for the same time before does not hold any more.
void end_overlapping(Turn& turn, const Leave& fresh) {
  for (Leave old : turn.directory.leaves()) {
    if (old.person != fresh.person || !overlap(old, fresh) || old.from == fresh.from) continue;
    old.to = std::max(old.from, std::min(old.to, fresh.from));
    turn.change_leave(std::move(old));
  }
}

void cancel(Turn& turn) {
  bool any = false;
  for (Leave leave : turn.directory.leaves()) {
    const bool over = leave.to <= turn.now || leave.to <= leave.from;
    if (leave.person != turn.speaker() || over) continue;
    leave.to = std::max(leave.from, turn.now);
    any = true;
    turn.change_leave(std::move(leave));
  }
  if (!any) return refuse(turn, Why::leave_none);
  turn.reply("leave", Audience::owner).facts["cancelled"] = "1";
}

bool is_cancel(std::string_view text) {
  constexpr auto kWords =
      std::to_array<std::string_view>({"取消", "撤销", "销假", "结束", "cancel"});
  return std::ranges::find(kWords, text) != kWords.end();
}

std::vector<Case> open_cases_of(const Turn& turn, PersonId person) {
  std::vector<Case> cases;
  for (const Case* owned : turn.set.owned_by(person)) {
    const Case* c = turn.find(owned->id);
    if (c->owner == person && is_open(c->stage) && c->stage != Stage::draft) cases.push_back(*c);
  }
  return cases;
}

// Who has it at the office when `away` is not there, nor anybody whom it is about.
Assignment clerk_besides(const Turn& turn, const Case& c, PersonId away) {
  const auto& directory = turn.directory;
  for (const Unit* unit = directory.unit(office_unit(turn, c)); unit;
       unit = directory.unit(unit->parent))
    for (const Assignment& clerk : clerks_at(turn, c, unit->code))
      if (clerk.person != away) return clerk;
  return {kDutyDesk, area_of(turn), DutyRole::clerk};
}

void pass_on(Turn& turn, Case c, const Assignment& next, const std::string& words) {
  const bool by_hand =
      turn.speaker() == c.owner && !words.empty() && turn.allowed(c, Move::transfer, Role::owner);
  const std::string unit = next.unit.raw();
  if (by_hand)
    turn.make(c, Move::transfer, Role::owner, words, unit);
  else
    turn.make_by_system(c, Move::transfer, words, unit);
  give_to(turn, c, next);
  turn.echo(c, "dispatched");
  send_card(turn, c, c.owner);
  turn.put(std::move(c));
}

}  // namespace

Assignment next_after(const Turn& turn, const Case& c) {
  const bool waits = c.stage == Stage::registered || c.stage == Stage::pending_triage ||
                     c.stage == Stage::pending_claim;
  const PersonId stands_in = turn.directory.stand_in(c.owner, turn.now);
  if (stands_in && !concerned(turn, c, stands_in))
    return {stands_in, c.owner_unit, duty_of(turn, stands_in, c.owner_unit)};
  if (c.owner == kDutyDesk && !waits) return responsible(turn, c);
  if (!waits) {
    const auto next = turn.directory.owner_for(c.owner_unit, turn.now, c.owner);
    if (next.person != kDutyDesk && !concerned(turn, c, next.person)) return next;
  }
  const auto clerk = office_of(turn, c);
  return clerk.person ? clerk : Assignment{kDutyDesk, area_of(turn), DutyRole::clerk};
}

HandOver hand_over_cases(Turn& turn, PersonId from, const Assignment& to, std::size_t most) {
  HandOver result;
  if (!turn.has_cases_of(from)) return result;
  for (Case& c : open_cases_of(turn, from)) {
    Assignment next = to;
    if (!to.person) {
      const bool last_resort = from == kDutyDesk;  // there may be a person by now
      if (!last_resort && turn.directory.may_own(from, c.owner_unit, turn.now)) continue;
      next = next_after(turn, c);
    } else if (concerned(turn, c, to.person)) {
      next = clerk_besides(turn, c, from);
    } else if (!to.unit) {
      next.unit = c.owner_unit;
    }
    if (!next.person || next.person == from) continue;
    if (result.moved == most) {
      ++result.left;
      continue;
    }
    ++result.moved;
    if (next.person == to.person) ++result.taken;
    pass_on(turn, std::move(c), next, "");
  }
  return result;
}

void take_leave(Turn& turn, const Command& command) {
  if (is_cancel(command.argument)) return cancel(turn);
  auto absence = read_absence(turn, command.argument);
  if (!absence || absence->name.empty()) return refuse(turn, Why::leave_how);
  Leave& leave = absence->leave;
  if (leave.to <= turn.now || leave.to <= leave.from) return refuse(turn, Why::leave_dates);
  leave.deputy = colleague(turn, absence->name);
  if (!leave.deputy) return refuse(turn, Why::leave_deputy);
  for (const Leave& other : turn.directory.leaves())
    if (other.person == leave.deputy && overlap(other, leave))
      return refuse(turn, Why::leave_deputy_away);
  if (!turn.has_cases_of(turn.speaker())) return;

  end_overlapping(turn, leave);
  HandOver moved;
  if (leave.from <= turn.now) {
    Assignment deputy;
    deputy.person = leave.deputy;
    moved = hand_over_cases(turn, turn.speaker(), deputy);
  }
  const auto show = [&](NoticeDraft& draft) {
    const auto locale = turn.locale_of(draft.to);
    draft.facts["from"] = show_date(leave.from, locale);
    draft.facts["to"] = show_date(leave.to - days{1}, locale);
    if (moved.taken > 0) draft.facts["count"] = std::to_string(moved.taken);
  };
  auto& answer = turn.reply("leave", Audience::owner);
  show(answer);
  answer.facts["deputy"] = name_of(turn, leave.deputy);
  if (moved.moved > moved.taken) answer.facts["others"] = std::to_string(moved.moved - moved.taken);
  if (leave.from > turn.now || moved.left > 0) answer.facts["later"] = "1";
  auto& request = turn.tell(leave.deputy, "stand_in", Audience::owner);
  show(request);
  request.facts["who"] = name_of(turn, turn.speaker());
  turn.change_leave(std::move(leave));
}

void hand_over(Turn& turn, const Command& command) {
  const std::string name =
      strip(command.argument, {"全部", "所有", "all", "给", "to", " ", "给"}, {"接手", "接管"});
  if (name.empty()) return refuse(turn, Why::hand_over_how);
  const PersonId next = colleague(turn, name);
  if (!next) return refuse(turn, Why::target_unknown);
  if (!turn.has_cases_of(turn.speaker())) return;
  auto cases = open_cases_of(turn, turn.speaker());
  if (cases.empty()) return refuse(turn, Why::hand_over_none);
  std::erase_if(cases, [&](const Case& c) {
    return !turn.directory.may_own(next, c.owner_unit, turn.now) || concerned(turn, c, next);
  });
  if (cases.empty()) return refuse(turn, Why::hand_over_cannot);
  const auto left = cases.size() - std::min(cases.size(), kHandedOverAtOnce);
  cases.resize(cases.size() - left);
  const auto count = std::to_string(cases.size());
  for (Case& c : cases) {
    const UnitCode unit = c.owner_unit;
    const Assignment who{next, unit, duty_of(turn, next, unit)};
    pass_on(turn, std::move(c), who, std::string{words::verb(Verb::hand_over, "zh")});
  }
  auto& answer = turn.reply("handed_over", Audience::owner);
  answer.facts["mine"] = "1";
  if (left > 0) {
    answer.facts["left"] = std::to_string(left);
    answer.facts["again"] = std::string{words::verb(Verb::hand_over, "zh")} + " " + name;
  }
  answer.facts["count"] = count;
  answer.facts["who"] = name_of(turn, next);
  auto& other = turn.tell(next, "handed_over", Audience::owner);
  other.facts["count"] = count;
  other.facts["who"] = name_of(turn, turn.speaker());
}

}  // namespace huiyin
