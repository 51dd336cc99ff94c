// What reporters may do with their own cases.
#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/candidates.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/questions.h"
#include "server/desk/register.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using std::chrono::days;

bool past_draft(const Case& c) { return is_open(c.stage) && c.stage != Stage::draft; }
bool open_case(const Case& c) { return is_open(c.stage); }

// Closed by somebody's answer, so that the reporter may say what it was worth.
bool answered(const Case& c) {
  switch (c.outcome) {
    case Outcome::solved:
    case Outcome::explained:
    case Outcome::planned:
    case Outcome::referred:
    case Outcome::rejected:
      return !is_open(c.stage);
    default:
      return false;
  }
}

bool in_time(const Turn& turn, const Case& c) {
  return turn.now <= c.closed_at + days{turn.policy.clocks.reopen_days};
}

bool different_place(const Turn& turn, const Case& c, const Meaning& meaning) {
  const auto& directory = turn.directory;
  const auto near = [&](const PlaceMention& place) {
    return directory.within(place.unit, c.unit) || directory.within(c.unit, place.unit);
  };
  return !meaning.places.empty() && c.unit && std::ranges::none_of(meaning.places, near);
}

bool reopens(const Turn& turn, const Case& c) {
  return c.stage == Stage::closed && in_time(turn, c);
}

void answer_not_now(Turn& turn, const Case& c, words::Why why) {
  answer_about(turn, c, "not_now").facts["reason"] = words::why(why, turn.me().locale);
}

constexpr int kMiddling = 3;  // satisfied enough not to be called, not enough to be done with

void add_grade(const Turn& turn, NoticeDraft& draft, int grade) {
  draft.facts["rating"] = std::to_string(grade);
  draft.facts["grade"] = words::grade(grade, turn.locale_of(draft.to));
}

bool status(Turn& turn, const Command& command);

// Finds the case for a command and says so when there is none or more than one. Null: answered.
const Case* pick(Turn& turn, const Command& command, const Fits& fits) {
  const auto found = find_reported(turn, command.number, fits);
  if (found.missing || found.one) return found.one;
  if (found.unknown_number)
    turn.reply("not_found").facts["number"] = command.number;
  else if (found.several.empty())
    status(turn, Command{});  // nothing fits: how things stand tells why
  else
    ask_which_case(turn, found.several, command, Audience::reporter);
  return nullptr;
}

void show_status(Turn& turn, const Case& c) {
  if (!turn.has_history(c.id)) return;
  auto& draft = answer_about(turn, c, "status");
  const auto& history = turn.set.history(c.id);
  // A question that was answered is no news.
  const auto told = c.stage == Stage::awaiting_reporter ? Move::ask : Move::progress;
  const auto latest = std::find_if(history.rbegin(), history.rend(),
                                   [&](const Event& event) { return event.move == told; });
  if (is_open(c.stage) && latest != history.rend()) {
    const auto key = told == Move::ask ? "question" : "latest";
    draft.facts[key] = without_stop(as_told(latest->text));
  }
}

bool status(Turn& turn, const Command& command) {
  if (!command.number.empty()) {
    if (const Case* c = pick(turn, command, open_case)) show_status(turn, *c);
    return true;
  }
  const auto all = turn.set.reported_by(turn.speaker());
  std::vector<const Case*> open;
  std::ranges::copy_if(all, std::back_inserter(open), [](const Case* c) { return open_case(*c); });
  if (open.size() == 1) {
    show_status(turn, *open.front());
  } else if (!open.empty()) {
    auto& draft = turn.reply("status_list");
    draft.facts["count"] = std::to_string(open.size());
    draft.lists["cases"] = case_rows(turn, open, Audience::reporter);
  } else if (!all.empty()) {
    show_status(turn,
                **std::ranges::max_element(all, {}, [](const Case* c) { return c->closed_at; }));
  } else {
    turn.reply("no_cases");
  }
  return true;
}

bool urge(Turn& turn, const Said& said, const Command& command) {
  // 没人管，路灯坏了三天: words that fit no case of theirs are a matter not told before.
  const auto fits = [&](const Case& c) {
    return past_draft(c) && !(said.meaning.substance && different_matter(turn, c, said.meaning));
  };
  if (said.meaning.substance && command.number.empty() &&
      std::ranges::none_of(turn.set.reported_by(turn.speaker()),
                           [&](const Case* c) { return fits(*c); }))
    return false;
  const Case* found = pick(turn, command, fits);
  if (!found) return true;
  Case c = *found;
  if (!turn.make(c, Move::urge, Role::reporter, command.argument)) {
    answer_not_now(turn, c,
                   is_open(c.stage) ? words::Why::not_your_move : words::Why::closed_already);
    return true;
  }
  ++c.urges;
  replace_gone_owner(turn, c);  // who left cannot be reminded
  turn.echo(c, "urged");
  const auto count = std::to_string(c.urges);
  if (auto* draft = tell_owner(turn, c, "urge")) draft->facts["count"] = count;
  if (c.urges % turn.policy.urges_before_office == 0)
    if (auto* draft = tell_office(turn, c, "urge")) draft->facts["count"] = count;
  turn.put(std::move(c));
  return true;
}

bool withdraw(Turn& turn, const Command& command) {
  const Case* c = pick(turn, command, open_case);
  if (!c) return true;
  if (!turn.allowed(*c, Move::withdraw, Role::reporter)) {
    answer_not_now(turn, *c,
                   c->outcome == Outcome::withdrawn ? words::Why::withdrawn_already
                                                    : words::Why::closed_already);
  } else if (c->urgency == Urgency::emergency) {
    answer_not_now(turn, *c, words::Why::safety);
  } else {
    answer_about(turn, *c, "confirm_withdraw");
    turn.ask(std::string{questions::kWithdraw}, c->id, {});
  }
  return true;
}

// `kept_from_owner`: what is said about the owner goes to the office and into the history only.
void reopen_case(Turn& turn, Case c, const std::string& text, bool kept_from_owner) {
  turn.make(c, Move::reopen, Role::reporter, text);
  if (!kept_from_owner) add_line(c, text);
  // Who had it takes it again, as long as he is still there.
  const auto duties = turn.directory.duties_of(c.owner, turn.now);
  const bool still =
      std::ranges::any_of(duties, [&](const Duty& duty) { return duty.unit == c.owner_unit; });
  if (!still) {
    const auto owner = responsible(turn, c);
    c.owner = owner.person;
    c.owner_unit = owner.unit;
  }
  turn.echo(c, "reopened");
  if (auto* draft = tell_owner(turn, c, "reopened"); draft && !text.empty() && !kept_from_owner)
    draft->facts["reason"] = without_stop(as_owner_reads(turn, c, text));
  if (auto* draft = tell_office(turn, c, "reopened"); draft && !text.empty())
    draft->facts["reason"] = without_stop(as_told(text));
  turn.put(std::move(c));
}

// What a case holds that was reported again after the time for reopening the old one.
std::string link_to(const Case& old) { return "[" + old.number + "]"; }

const Case* reported_again(const Turn& turn, const Case& old) {
  for (const Case* c : turn.set.reported_by(turn.speaker()))
    if (past_draft(*c) && c->text.find("\n" + link_to(old)) != std::string::npos) return c;
  return nullptr;
}

void report_again(Turn& turn, const Case& old, const std::string& text) {
  Case c;
  c.id = turn.new_case_id();
  c.number = turn.new_number();
  c.urgency = old.urgency == Urgency::emergency ? Urgency::urgent : old.urgency;
  c.type = old.type;
  c.level = old.level;
  c.topic = old.topic;
  c.unit = old.unit;
  c.place = old.place;
  c.text = old.text;
  add_line(c, text);
  c.text += "\n" + link_to(old);
  c.reporter = turn.speaker();
  c.reporter_account = turn.account();
  c.reporter_kind = old.reporter_kind;
  if (auto* draft = register_and_dispatch(turn, c, "too_late"))
    draft->facts["previous"] = old.number;
  turn.put(std::move(c));
}

// What is said about an open case answers its owner's question, if there is one.
void more_about(Turn& turn, const Case& c, const std::string& text) {
  if (c.stage == Stage::awaiting_reporter)
    answer_question(turn, c, text);
  else
    supplement_case(turn, c, text);
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
      std::ranges::none_of(turn.set.reported_by(turn.speaker()), in_hand))
    found = find_reported(turn, "", fits);
  if (found.several.size() < 2 || !command.number.empty() || meaning.topic.empty()) return found;
  const auto same = [&](const Case* c) { return c->topic == meaning.topic; };
  if (std::ranges::count_if(found.several, same) == 1) {
    found.one = *std::ranges::find_if(found.several, same);
    found.several.clear();
  }
  return found;
}

bool reopen(Turn& turn, const Said& said, const Command& command) {
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
  if (!found.one) {
    // Nothing is closed: who says "still not solved" asks how it goes.
    return status(turn, Command{});
  }
  const Case* again = is_open(found.one->stage) ? nullptr : reported_again(turn, *found.one);
  const Case& c = again ? *again : *found.one;
  if (is_open(c.stage) && (command.argument.empty() || c.level < start_level(said.meaning)))
    show_status(turn, c);
  else if (is_open(c.stage))
    more_about(turn, c, again ? command.argument : said.meaning.text);
  else if (!answered(c))
    answer_not_now(turn, c, words::Why::withdrawn_already);
  else if (reopens(turn, c))
    reopen_case(turn, c, command.argument, c.level < start_level(said.meaning));
  else
    report_again(turn, c, command.argument);
  return true;
}

bool rate(Turn& turn, const Said& said, Command command) {
  // The grade goes with the command, so that "1" for "the first one" is not taken for it.
  const auto& words = command.argument;
  int grade = said.meaning.grade.value_or(said.meaning.digit.value_or(0));
  if (words.size() == 1 && words[0] >= '1' && words[0] <= '5') grade = words[0] - '0';
  if (grade >= 1 && grade <= 5) command.argument = std::to_string(grade);
  const Case* c =
      pick(turn, command, [&](const Case& x) { return may_rate(turn, x) && !x.rating; });
  if (!c) return true;
  if (is_open(c->stage))
    answer_not_now(turn, *c, words::Why::not_your_move);
  else if (!may_rate(turn, *c))
    answer_not_now(turn, *c, words::Why::archived_already);
  else if (c->rating != 0)
    answer_not_now(turn, *c, words::Why::rated_already);
  else if (grade < 1 || grade > 5)
    answer_not_now(turn, *c, words::Why::rating_missing);
  else
    rate_case(turn, *c, grade);
  return true;
}

bool supplement(Turn& turn, const Said& said, const Command& command) {
  if (command.argument.empty() && command.number.empty()) {
    turn.reply("help");
    return true;
  }
  const auto found = find_reported(turn, command.number, past_draft);
  if (found.missing) return true;
  if (!found.one && !found.unknown_number && found.several.empty()) return false;  // then it is new
  const Case* c = pick(turn, command, past_draft);
  if (!c) return true;
  if (!is_open(c->stage))
    answer_not_now(turn, *c, words::Why::closed_already);
  else if (c->level < start_level(said.meaning))
    return false;  // about those who have the case: not for their eyes
  else if (command.argument.empty())
    show_status(turn, *c);
  else
    more_about(turn, *c, command.argument);
  return true;
}

}  // namespace

bool may_rate(const Turn& turn, const Case& c) {
  return c.stage == Stage::closed && answered(c) && in_time(turn, c);
}

bool different_matter(const Turn& turn, const Case& c, const Meaning& meaning) {
  return different_place(turn, c, meaning) || c.level < start_level(meaning) ||
         (meaning.type_said && meaning.type != c.type) ||
         (!meaning.topic.empty() && !c.topic.empty() && meaning.topic != c.topic);
}

void rate_case(Turn& turn, Case c, int grade) {
  if (!turn.make(c, Move::rate, Role::reporter, std::to_string(grade))) return;
  turn.close_question();
  c.rating = grade;
  const bool low = grade <= 2;
  auto& draft = answer_about(turn, c, low ? "rated_low" : "rated");
  add_grade(turn, draft, grade);
  if (grade == kMiddling) draft.facts["middling"] = "1";
  if (low) {
    const auto by = turn.policy.calendar.add_working_days(turn.now, 1);
    const auto office = office_of(turn, c);
    draft.facts["by"] = show_date(by, turn.me().locale);
    const auto caller =
        office.person ? office : Assignment{c.owner, c.owner_unit, DutyRole::stationed_cadre};
    draft.facts["caller"] = owner_name(turn, caller.person, caller.unit, turn.me().locale);
    if (auto* told = tell_office(turn, c, "rating")) {
      add_grade(turn, *told, grade);
      told->facts["by"] = show_date(by, turn.locale_of(told->to));
    }
  }
  if (auto* told = tell_owner(turn, c, "rating")) {
    add_grade(turn, *told, grade);
    if (low) told->facts["low"] = "1";
  }
  turn.put(std::move(c));
}

void answer_withdrawal(Turn& turn, const Case& found, bool yes) {
  Case c = found;
  if (!yes) {
    answer_about(turn, c, "kept");
    return;
  }
  const bool had_owner = c.stage != Stage::draft;
  if (!turn.make(c, Move::withdraw, Role::reporter, "")) {
    answer_not_now(turn, c, words::Why::closed_already);
    return;
  }
  c.outcome = Outcome::withdrawn;
  turn.echo(c, "withdrawn");
  if (had_owner) tell_owner(turn, c, "withdrawn");
  turn.put(std::move(c));
}

void supplement_case(Turn& turn, Case c, const std::string& text) {
  if (!turn.make(c, Move::supplement, Role::reporter, text)) return;
  add_line(c, text);
  if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  answer_about(turn, c, "supplemented");
  if (c.stage != Stage::draft)
    if (auto* draft = tell_owner(turn, c, "supplement"))
      draft->facts["supplement"] = as_owner_reads(turn, c, text);
  turn.put(std::move(c));
}

void answer_question(Turn& turn, Case c, const std::string& text) {
  if (!turn.make(c, Move::answer, Role::reporter, text)) return;
  add_line(c, text);
  if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  answer_about(turn, c, "answered");
  if (auto* draft = tell_owner(turn, c, "answer"))
    draft->facts["answer"] = as_owner_reads(turn, c, text);
  turn.put(std::move(c));
}

bool hear_reporter_command(Turn& turn, const Said& said, const Command& command) {
  switch (command.verb) {
    case Verb::status:
      return status(turn, command);
    case Verb::urge:
      return urge(turn, said, command);
    case Verb::withdraw:
      return withdraw(turn, command);
    case Verb::reopen:
      return reopen(turn, said, command);
    case Verb::rate:
      return rate(turn, said, command);
    case Verb::supplement:
      return supplement(turn, said, command);
    default:
      return false;
  }
}

}  // namespace huiyin
