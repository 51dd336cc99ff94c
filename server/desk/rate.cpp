// What the answer was worth: everybody who reported or follows a case rates it alone.
#include "server/desk/followers.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/reporter_moves.h"
#include "server/desk/tell.h"
#include "server/desk/timers.h"

namespace huiyin {
namespace {

constexpr int kMiddling = 3;  // satisfied enough not to be called, not enough to be done with

void add_grade(const Turn& turn, NoticeDraft& draft, int grade) {
  draft.facts["rating"] = std::to_string(grade);
  draft.facts["grade"] = words::grade(grade, turn.locale_of(draft.to));
}

// The identity on the notice is that of the reporter: a follower is found by his own number.
void add_rater(const Turn& turn, const Case& c, NoticeDraft& draft) {
  if (c.reporter == turn.speaker()) return;
  draft.facts.erase("reporter");
  draft.facts["by_follower"] = "1";
  const Party* row = following(c, turn.speaker());
  if (row && !row->own.empty()) draft.facts["own_number"] = row->own;
}

}  // namespace

bool may_rate(const Turn& turn, const Case& c) {
  return c.stage == Stage::closed && answered(c) && in_time(turn, c);
}

void rate_case(Turn& turn, Case c, int grade) {
  const Roles roles = reporting_roles(c, turn.speaker());
  if (!turn.make(c, Move::rate, roles, std::to_string(grade), std::to_string(grade))) return;
  turn.close_question();
  if (roles.has(Role::reporter))
    c.rating = grade;
  else
    following(c, turn.speaker())->rating = grade;
  const bool low = grade <= 2;
  auto& draft = answer_reporter(turn, c, low ? "rated_low" : "rated");
  add_grade(turn, draft, grade);
  if (grade == kMiddling) draft.facts["middling"] = "1";
  if (low) {
    const auto by = timers::call_back_by(turn.policy, turn.now);
    timers::call_back(c, turn.policy, turn.now);
    const auto office = office_of(turn, c);
    draft.facts["by"] = show_date(by, turn.me().locale);
    const auto caller =
        office.person ? office : Assignment{c.owner, c.owner_unit, DutyRole::stationed_cadre};
    draft.facts["caller"] = owner_name(turn, caller.person, caller.unit, turn.me().locale);
    if (auto* told = tell_office(turn, c, "rating")) {
      add_grade(turn, *told, grade);
      add_rater(turn, c, *told);
      told->facts["by"] = show_date(by, turn.locale_of(told->to));
    }
  }
  if (auto* told = tell_owner(turn, c, "rating")) {
    add_grade(turn, *told, grade);
    add_rater(turn, c, *told);
    if (low) told->facts["low"] = "1";
  }
  turn.put(std::move(c));
}

bool rate(Turn& turn, const Said& said, Command command) {
  // The grade goes with the command, so that "1" for "the first one" is not taken for it.
  const auto& words = command.argument;
  int grade = said.meaning.grade.value_or(said.meaning.digit.value_or(0));
  if (words.size() == 1 && words[0] >= '1' && words[0] <= '5') grade = words[0] - '0';
  if (grade >= 1 && grade <= 5) command.argument = std::to_string(grade);
  const Case* c = pick(turn, command, [&](const Case& x) {
    return may_rate(turn, x) && !rating_by(x, turn.speaker());
  });
  if (!c) return true;
  if (is_open(c->stage))
    answer_not_now(turn, *c, words::Why::not_your_move);
  else if (!may_rate(turn, *c))
    answer_not_now(turn, *c, words::Why::archived_already);
  else if (rating_by(*c, turn.speaker()) != 0)
    answer_not_now(turn, *c, words::Why::rated_already);
  else if (grade < 1 || grade > 5)
    answer_not_now(turn, *c, words::Why::rating_missing);
  else
    rate_case(turn, *c, grade);
  return true;
}

}  // namespace huiyin
