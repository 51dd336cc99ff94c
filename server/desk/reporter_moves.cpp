#include "server/desk/reporter_moves.h"

#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
#include "server/desk/followers.h"
#include "server/desk/hear.h"
#include "server/desk/start.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using std::chrono::days;

// The last words that a move came with; empty when there are none.
std::string last_words(const std::vector<Event>& history, Move move) {
  const auto latest = std::find_if(history.rbegin(), history.rend(),
                                   [&](const Event& event) { return event.move == move; });
  return latest == history.rend() ? std::string{} : without_stop(as_told(latest->text));
}

bool urge(Turn& turn, const Said& said, const Command& command) {
  // 没人管，路灯坏了三天: words that fit no case of theirs are a matter not told before.
  const auto fits = [&](const Case& c) {
    return past_draft(c) && !(said.meaning.substance && different_matter(turn, c, said.meaning));
  };
  if (said.meaning.substance && command.number.empty() &&
      std::ranges::none_of(told_to(turn), [&](const Case* c) { return fits(*c); }))
    return false;
  const Case* found = pick(turn, command, fits);
  if (!found) return true;
  Case c = *found;
  if (!turn.make(c, Move::urge, reporting_roles(c, turn.speaker()), command.argument)) {
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
  else if (not_for_its_owner(*c, said.meaning))
    return false;  // about those who have the case: not for their eyes
  else if (command.argument.empty())
    show_status(turn, *c);
  else
    more_about(turn, *c, command.argument);
  return true;
}

}  // namespace

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

bool different_matter(const Turn& turn, const Case& c, const Meaning& meaning) {
  return different_place(turn, c, meaning) || not_for_its_owner(c, meaning) ||
         (meaning.type_said && meaning.type != c.type) ||
         (!meaning.topic.empty() && !c.topic.empty() && meaning.topic != c.topic);
}

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

void answer_not_now(Turn& turn, const Case& c, words::Why why) {
  answer_reporter(turn, c, "not_now").facts["reason"] = words::why(why, turn.me().locale);
}

void show_status(Turn& turn, const Case& c) {
  if (!turn.has_history(c.id)) return;
  auto& draft = answer_reporter(turn, c, "status");
  const auto& history = turn.set.history(c.id);
  const auto add = [&](const char* key, Move move) {
    if (auto words = last_words(history, move); !words.empty()) draft.facts[key] = words;
  };
  if (!is_open(c.stage)) return;
  // A question that was answered is no news.
  if (c.stage == Stage::awaiting_reporter)
    add("question", Move::ask);
  else
    add("latest", Move::progress);
  if (c.stage == Stage::suspended) add("reason", Move::suspend);
}

bool status(Turn& turn, const Command& command) {
  if (!command.number.empty()) {
    if (const Case* c = pick(turn, command, open_case)) show_status(turn, *c);
    return true;
  }
  const auto all = told_to(turn);
  std::vector<const Case*> open;
  std::ranges::copy_if(all, std::back_inserter(open), [](const Case* c) { return open_case(*c); });
  if (open.size() == 1) {
    show_status(turn, *open.front());
  } else if (!open.empty()) {
    auto& draft = turn.reply("status_list");
    draft.facts["count"] = std::to_string(open.size());
    draft.lists["cases"] = case_rows(turn, open, Audience::reporter);
  } else if (!all.empty()) {
    const auto last = std::ranges::max_element(all, {}, [](const Case* c) { return c->closed_at; });
    if (const Case* c = where_it_goes_on(turn, **last)) show_status(turn, *c);
  } else {
    turn.reply("no_cases");
  }
  return true;
}

void more_about(Turn& turn, const Case& c, const std::string& text) {
  if (c.stage == Stage::awaiting_reporter && c.reporter == turn.speaker())
    answer_question(turn, c, text);
  else
    supplement_case(turn, c, text);
}

void supplement_case(Turn& turn, Case c, const std::string& text) {
  if (!turn.make(c, Move::supplement, reporting_roles(c, turn.speaker()), text)) return;
  add_line(c, text);
  if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  answer_reporter(turn, c, "supplemented");
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
    case Verb::follow:
      follow(turn, command);
      return true;
    case Verb::unfollow:
      unfollow(turn, command);
      return true;
    default:
      return false;
  }
}

}  // namespace huiyin
