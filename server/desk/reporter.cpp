// What people say without a command, read in the handbook's order (§3): answer to an open
// question, rating just asked for, something new or more about something known, small talk.
#include <algorithm>

#include "server/desk/candidates.h"
#include "server/desk/erase.h"
#include "server/desk/facts.h"
#include "server/desk/followers.h"
#include "server/desk/hear.h"
#include "server/desk/questions.h"
#include "server/desk/register.h"
#include "server/desk/reporter_moves.h"
#include "server/desk/result.h"
#include "server/desk/same.h"
#include "server/desk/start.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

bool wordy(const Said& said) {
  return said.meaning.substance || !words::media(said.message.kind).empty();
}

// Courtesy is no answer and no news; 是 and 不 may be an answer.
bool only_polite(const Meaning& meaning) {
  return meaning.small_talk && !meaning.yes && !meaning.no && !meaning.digit;
}

bool answer_open_question(Turn& turn, const Said& said) {
  const auto& meaning = said.meaning;
  const std::string question = turn.talk().question;
  if (question.empty() || only_polite(meaning)) return false;
  if (question == questions::kPlace || question == questions::kWhichPlace ||
      question == questions::kProblem)
    return !meaning.small_talk && continue_draft(turn, said);
  if (question == questions::kBind) {
    if (meaning.places.empty() || meaning.substance) return false;
    bind_place(turn, said);
    return true;
  }
  if (question == questions::kWhichBind) {
    if (!meaning.digit) return false;
    bind_choice(turn, *meaning.digit);
    return true;
  }
  if (question == questions::kWhichCase && meaning.digit) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::no_option);
    return true;
  }
  if (question == questions::kErase && (meaning.yes || meaning.no)) {
    turn.close_question();
    answer_erasure(turn, meaning.yes);
    return true;
  }
  if (question == questions::kWithdraw && (meaning.yes || meaning.no)) {
    const Case* c = turn.find(turn.talk().about);
    turn.close_question();
    if (!c) return false;
    answer_withdrawal(turn, *c, meaning.yes);
    return true;
  }
  return false;
}

// The case whose owner asked something last. What is said about the owner is no answer to him.
const Case* awaiting(const Turn& turn, const Meaning& meaning) {
  const Case* latest = nullptr;
  for (const Case* c : turn.set.reported_by(turn.speaker()))
    if (c->stage == Stage::awaiting_reporter && !not_for_its_owner(*c, meaning) &&
        (!latest || c->paused_at > latest->paused_at))
      latest = c;
  return latest;
}

const Case* rating_asked(const Turn& turn) {
  const Case* latest = nullptr;
  for (const Case* c : told_to(turn))
    if (may_rate(turn, *c) && rating_by(*c, turn.speaker()) == 0 &&
        (!latest || c->closed_at > latest->closed_at))
      latest = c;
  return latest;
}

// A case that the message may still belong to: just registered, or just written about.
const Case* recent(const Turn& turn, const Said& said) {
  const std::string text = words_of(said);
  for (const Case* c : told_to(turn)) {
    if (!is_open(c->stage) || c->stage == Stage::draft) continue;
    const Instant last = std::max(c->registered_at, c->last_echo_at);
    if (turn.now - last <= turn.policy.clocks.supplement_window &&
        !different_matter(turn, *c, said.meaning))
      return c;
    // Said twice is said once (§7).
    const bool spoken = !said.meaning.text.empty();  // two pictures are not the same one
    if (spoken && c->reporter == turn.speaker() && said_before(turn, *c, text)) return c;
  }
  return nullptr;
}

// A bare place: the correction of what was just registered, or where the person lives.
bool hear_place(Turn& turn, const Said& said) {
  if (said.meaning.places.empty()) return false;
  const auto cases = turn.set.reported_by(turn.speaker());
  const auto fresh = std::ranges::find_if(cases, [&](const Case* c) {
    return is_open(c->stage) && c->stage != Stage::draft &&
           turn.now - c->registered_at <= turn.policy.clocks.supplement_window;
  });
  if (fresh == cases.end())
    bind_place(turn, said);
  else
    correct_place(turn, **fresh, place_said(turn, said.message, said.meaning), said.meaning.text);
  return true;
}

// A number together with words: more about that case, if it is an open one of theirs.
bool continue_numbered(Turn& turn, const Said& said) {
  if (said.meaning.numbers.size() != 1 || !said.meaning.substance) return false;
  const auto found =
      find_reported(turn, said.meaning.numbers.front(), [](const Case&) { return false; });
  if (found.missing) return true;
  if (!found.one || !is_open(found.one->stage)) return false;
  if (not_for_its_owner(*found.one, said.meaning)) return false;
  more_about(turn, *found.one, said.meaning.text);
  return true;
}

// "我电话13812345678", "8栋302": too little to be a matter, yet part of one. A telephone number is
// meant for the only open case, however long ago it was.
const Case* case_of_detail(const Turn& turn, const Said& said) {
  const auto& meaning = said.meaning;
  if (meaning.small_talk || meaning.yes || meaning.no || meaning.digit || meaning.grade ||
      !meaning.bind_code.empty() || meaningful_characters(meaning.text) < 2)
    return nullptr;
  if (const Case* c = recent(turn, said)) return c;
  if (mask_text(meaning.text) == meaning.text) return nullptr;
  const Case* only = nullptr;
  for (const Case* c : turn.set.reported_by(turn.speaker())) {
    if (!is_open(c->stage) || c->stage == Stage::draft) continue;
    if (only) return nullptr;
    only = c;
  }
  return only;
}

}  // namespace

void hear_reporter(Turn& turn, const Said& said) {
  const auto& meaning = said.meaning;
  // A danger is a case of its own, whatever was talked about before; cries for help are one case.
  if (meaning.danger != Danger::none && meaning.danger_certain && wordy(said)) {
    const Case* c = recent(turn, said);
    if (c && c->urgency == Urgency::emergency) return supplement_case(turn, *c, words_of(said));
    return take_issue(turn, said, words_of(said));
  }
  if (continue_numbered(turn, said) || answer_open_question(turn, said)) return;
  if (const Case* c = awaiting(turn, meaning);
      c && !only_polite(meaning) && !words_of(said).empty())
    return answer_question(turn, *c, words_of(said));
  const int grade = meaning.grade.value_or(meaning.digit.value_or(0));
  if (grade >= 1 && grade <= 5)
    if (const Case* c = rating_asked(turn)) return rate_case(turn, *c, grade);
  if (wordy(said)) {
    if (const Case* c = recent(turn, said)) return supplement_case(turn, *c, words_of(said));
    return take_issue(turn, said, words_of(said));
  }
  if (hear_place(turn, said)) return;
  if (const Case* c = case_of_detail(turn, said)) return supplement_case(turn, *c, words_of(said));
  if (is_bind_code(meaning.bind_code)) return use_bind_code(turn, meaning.bind_code);
  turn.reply(meaning.small_talk ? "thanks" : "help");
}

}  // namespace huiyin
