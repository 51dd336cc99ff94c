// 没解决, 重办 (T16): the same people first, then one level up each time; after the days allowed a
// new case that is linked to the old one.
#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
#include "server/desk/followers.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/parties.h"
#include "server/desk/reporter_moves.h"
#include "server/desk/result.h"
#include "server/desk/roles.h"
#include "server/desk/same.h"
#include "server/desk/start.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

constexpr std::size_t kReason = 2;  // characters that tell something

bool reopens(const Turn& turn, const Case& c) {
  return c.stage == Stage::closed && in_time(turn, c);
}

// Who had it takes it again while he may have it; else his successor at a department, else the
// owner rule.
Assignment again(const Turn& turn, const Case& c) {
  const auto& directory = turn.directory;
  const bool may_have = directory.may_own(c.owner, c.owner_unit, turn.now) &&
                        !concerned(turn, c, c.owner) && c.owner != kDutyDesk;
  if (may_have) return {c.owner, c.owner_unit, duty_of(turn, c.owner, c.owner_unit)};
  const Unit* unit = directory.unit(c.owner_unit);
  if (unit && (unit->kind == UnitKind::department || unit->kind == UnitKind::partner)) {
    const Assignment next = directory.owner_for(c.owner_unit, turn.now);
    if (next.unit == c.owner_unit && !concerned(turn, c, next.person)) return next;
  }
  return responsible(turn, c);
}

void put_reason(NoticeDraft* draft, const std::string& words) {
  if (draft && !words.empty()) draft->facts["reason"] = without_stop(words);
}

// `blamed`: what start_level() makes of a complaint about those who had it: the case moves up and
// away from them. Frontline: nobody is.
// False: the table does not allow it.
bool reopen_case(Turn& turn, Case c, Roles by, const std::string& text, Level blamed) {
  const bool away = blamed > Level::frontline;
  const bool above = (c.round > 0 || away) && c.level < Level::city;
  if (!turn.has_person(c.reporter)) return true;
  const PersonId before = c.owner;
  if (away) set_concerned(turn, c, blamed);
  if (!turn.make(c, above ? Move::reopen_above : Move::reopen, by, text)) return false;
  const bool told_by_people = by.has(Role::reporter) || by.has(Role::follower);
  if (told_by_people) add_line(c, text);
  give_to(turn, c, above ? responsible(turn, c) : again(turn, c));
  turn.echo(c, "reopened");

  const std::string read = as_owner_reads(turn, c, text);
  if (above && duty_of(turn, c.owner, c.owner_unit) == DutyRole::clerk)
    put_reason(tell_person(turn, c, c.owner, "reopened", Audience::office), as_told(text));
  else
    put_reason(tell_owner(turn, c, "reopened"), read);
  if (above && before != c.owner && !concerned(turn, c, before))
    tell_person(turn, c, before, "taken_over", Audience::owner);
  put_reason(tell_office(turn, c, "reopened", turn.speaker()), as_told(text));
  turn.put(std::move(c));
  return true;
}

const Case* reported_again(const Turn& turn, const Case& old) {
  for (const Case* c : turn.set.reported_by(turn.speaker()))
    if (past_draft(*c) && c->previous == old.id) return c;
  return nullptr;
}

// The words of the new case: the speaker's own. What others wrote stays with them.
std::string told_before(Turn& turn, const Case& old) {
  if (old.reporter == turn.speaker()) return old.text;
  const Party* row = following(old, turn.speaker());
  if (row && !row->own.empty() && turn.has_number(row->own))
    if (const Case* own = turn.set.find_case(row->own)) return own->text;
  return {};
}

void report_again(Turn& turn, const Case& old, const std::string& text) {
  std::string before = told_before(turn, old);
  if (!turn.need().empty()) return;
  Case c;
  c.id = turn.new_case_id();
  c.number = turn.new_number();
  c.urgency = old.urgency == Urgency::emergency ? Urgency::urgent : old.urgency;
  c.type = old.type;
  c.level = old.level;
  c.topic = old.topic;
  c.unit = old.unit;
  c.place = old.place;
  c.text = std::move(before);
  add_line(c, text);
  if (c.text.empty()) c.text = as_told(old.text);
  c.reporter = turn.speaker();
  c.reporter_account = turn.account();
  c.reporter_kind = old.reporter_kind;
  c.privacy = std::max(old.privacy, turn.me().privacy);
  c.concerned_unit = old.concerned_unit;
  c.concerned = old.concerned;
  c.enforcement = old.enforcement;
  c.previous = old.id;
  if (joint(turn, c, alike(turn, c))) c.level = std::max(c.level, Level::township);
  if (auto* draft = register_and_dispatch(turn, c, "too_late"))
    draft->facts["previous"] = old.number;
  turn.put(std::move(c));
}

// 没解决 speaks of something answered before; only another place makes it something else. What can
// still be reopened, or is open, is nearer than what was filed long ago. Of several, the one of the
// same subject.
Found find_answered(Turn& turn, const Said& said, const Command& command) {
  const auto& meaning = said.meaning;
  const auto fits = [&](const Case& c) {
    return answered(c) && !different_place(turn, c, meaning);
  };
  auto found = find_reported(turn, command.number,
                             [&](const Case& c) { return fits(c) && reopens(turn, c); });
  const auto in_hand = [&](const Case* c) {
    return past_draft(*c) && !different_matter(turn, *c, meaning);
  };
  if (!found.one && found.several.empty() && command.number.empty() &&
      std::ranges::none_of(told_to(turn), in_hand)) {
    // What was answered long ago is filed; who says 没解决 still means it.
    found.missing = !turn.has_all_of(turn.speaker());
    if (found.missing) return found;
    found = find_reported(turn, "", fits);
  }
  if (found.several.size() < 2 || !command.number.empty() || meaning.topic.empty()) return found;
  const auto same = [&](const Case* c) { return c->topic == meaning.topic; };
  if (std::ranges::count_if(found.several, same) == 1) {
    found.one = *std::ranges::find_if(found.several, same);
    found.several.clear();
  }
  return found;
}

bool rated_low(const Case& c) {
  const auto low = [](int grade) { return grade == 1 || grade == 2; };
  return low(c.rating) || std::ranges::any_of(c.parties, [&](const Party& party) {
           return party.kind == PartyKind::follower && low(party.rating);
         });
}

// 重办 编号 by the office, after a bad rating or with a reason. False: not theirs.
bool reopen_by_office(Turn& turn, const Command& command) {
  constexpr std::size_t kFullNumber = 11;
  if (command.number.size() < kFullNumber) return false;
  if (!turn.has_number(command.number)) return true;
  const Case* c = turn.set.find_case(command.number);
  if (!c || !reporting_roles(*c, turn.speaker()).empty()) return false;
  const Roles roles = roles_in(turn, *c, turn.speaker());
  if (!roles.has(Role::office)) return false;
  if (is_open(c->stage))
    refuse_about(turn, *c, words::Why::not_your_move);
  else if (!rated_low(*c) && meaningful_characters(command.argument) < kReason)
    ask_words(turn, *c, command, words::Why::reason_office);
  else if (!answered(*c) || !reopens(turn, *c) ||
           !reopen_case(turn, *c, Role::office, command.argument, Level::frontline))
    refuse_about(turn, *c, words::Why::closed_for_owner);
  else if (turn.need().empty())
    confirm_given(turn, *turn.find(c->id), Verb::reopen, true);
  return true;
}

}  // namespace

bool reopen(Turn& turn, const Said& said, const Command& command) {
  if (reopen_by_office(turn, command)) return true;
  const bool tells_more = said.meaning.substance && !command.argument.empty();
  const auto found = find_answered(turn, said, command);
  if (found.missing) return true;
  if (found.unknown_number) {
    turn.reply("not_found").facts["number"] = command.number;
    return true;
  }
  if (found.several.size() > 1) {
    ask_which_case(turn, found.several, command, Audience::reporter);
    return true;
  }
  if (!found.one && tells_more) {
    const auto open = find_reported(turn, "", [&](const Case& c) {
      return past_draft(c) && !different_matter(turn, c, said.meaning);
    });
    if (!open.one) return false;  // 又坏了 of something never reported: new
    more_about(turn, *open.one, said.meaning.text);
    return true;
  }
  // Nothing is closed: who says "still not solved" asks how it goes.
  if (!found.one) return status(turn, Command{});
  const Case* linked = is_open(found.one->stage) ? nullptr : reported_again(turn, *found.one);
  const Case& c = linked ? *linked : *found.one;
  if (is_open(c.stage) && (command.argument.empty() || not_for_its_owner(c, said.meaning)))
    show_status(turn, c);
  else if (is_open(c.stage))
    more_about(turn, c, linked ? command.argument : said.meaning.text);
  else if (!answered(c))
    answer_not_now(turn, c, words::Why::withdrawn_already);
  else if (reopens(turn, c))
    reopen_case(turn, c, reporting_roles(c, turn.speaker()), command.argument,
                not_for_its_owner(c, said.meaning) ? start_level(said.meaning) : Level::frontline);
  else
    report_again(turn, c, command.argument);
  return true;
}

}  // namespace huiyin
