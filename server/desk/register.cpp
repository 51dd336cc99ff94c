#include "server/desk/register.h"

#include <algorithm>

#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/place.h"
#include "server/desk/questions.h"
#include "server/desk/tell.h"
#include "server/desk/timers.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

constexpr int kMostQuestions = 2;                 // chat is not a form (P4)
constexpr std::size_t kMostChoices = 9;           // one digit must do
constexpr std::string_view kEntered = "entered";  // detail: reported by somebody who serves there

// Words are still to come. A voice message holds them, even when nobody has written them down.
bool wordless(const Said& said) {
  return said.meaning.text.empty() && said.message.kind != MessageKind::voice &&
         !words::media(said.message.kind).empty();
}

Urgency urgency_of(const Meaning& meaning) {
  return meaning.danger != Danger::none && meaning.danger_certain ? Urgency::emergency
                                                                  : meaning.urgency;
}

void set_place(const Turn& turn, Case& c, const Where& where) {
  c.unit = where.unit;
  c.place = where.place;
  const Unit* unit = turn.directory.unit(where.unit);
  if (unit && unit->kind == UnitKind::enterprise && c.reporter_kind == ReporterKind::resident)
    c.reporter_kind = ReporterKind::enterprise;
}

void keep_draft(Turn& turn, Case& c, const Span& wait, std::string_view timer) {
  c.next_due_at = add(turn.policy.calendar, turn.now, wait);
  c.timer = timer;
  turn.put(c);
}

void ask_place(Turn& turn, Case c, const Where& where) {
  auto& draft = answer_about(turn, c, where.choices.empty() ? "ask_place" : "which_place");
  std::vector<std::string> options;
  if (!where.choices.empty()) {
    auto units = where.choices;
    if (units.size() > kMostChoices) units.resize(kMostChoices);
    draft.lists["options"] = place_rows(turn, units);
    for (const auto& unit : units) options.push_back(unit.raw());
  }
  const auto question = options.empty() ? questions::kPlace : questions::kWhichPlace;
  turn.ask(std::string{question}, c.id, std::move(options));
  keep_draft(turn, c, turn.policy.clocks.draft_place, timers::kDraftPlace);
}

bool entered_now(const Turn& turn, const Case& c) {
  return std::ranges::any_of(turn.new_events(), [&](const Event& event) {
    return event.case_id == c.id && event.detail == kEntered;
  });
}

void finish_draft(Turn& turn, Case c, const Where& where) {
  set_place(turn, c, where);
  if (!settle_start(turn, c, where.spans)) return;
  turn.close_question();
  if (auto* draft = register_and_dispatch(turn, c, "registered")) {
    if (where.bound) draft->facts["bound"] = where.place;
    if (where.vague) draft->facts["vague"] = "1";
    if (entered_now(turn, c)) draft->facts["entered"] = "1";
  }
  turn.put(std::move(c));
}

Where narrowest(const Turn& turn, const std::vector<UnitCode>& choices) {
  Where where;
  where.vague = true;
  where.unit = common_area(turn, choices);
  if (!where.unit) where.unit = area_of(turn);
  if (where.unit) where.place = turn.directory.full_name(where.unit);
  return where;
}

// Registers when the place is known, asks when a question is left, else takes the widest guess.
void place_and_register(Turn& turn, Case c, const Where& where) {
  const int asked = turn.talk().about == c.id ? turn.talk().asked : 0;
  if (where.unit) return finish_draft(turn, std::move(c), where);
  if (c.urgency == Urgency::emergency || asked >= kMostQuestions)
    return finish_draft(turn, std::move(c), narrowest(turn, where.choices));
  ask_place(turn, std::move(c), where);
}

bool too_many_today(const Turn& turn, Urgency urgency) {
  if (urgency == Urgency::emergency) return false;
  const auto today = std::chrono::floor<std::chrono::days>(to_shanghai(turn.now));
  const auto is_today = [&](const Case* c) {
    return c->registered_at != Instant{} &&
           std::chrono::floor<std::chrono::days>(to_shanghai(c->registered_at)) == today;
  };
  return std::ranges::count_if(turn.set.reported_by(turn.speaker()), is_today) >=
         turn.policy.cases_per_day;
}

}  // namespace

std::string words_of(const Said& said) {
  std::string text{words::media(said.message.kind)};
  if (!text.empty()) {
    if (said.message.kind == MessageKind::link && !said.message.media_url.empty())
      text += " " + said.message.media_url;
    if (said.message.kind == MessageKind::voice && said.meaning.text.empty())
      text.append(" ").append(words::kNoTranscript);
    if (said.message.position && !said.message.position->label.empty())
      text += " " + said.message.position->label;
    if (!said.meaning.text.empty() && said.message.kind != MessageKind::position)
      text += " " + said.meaning.text;
    return text;
  }
  return said.meaning.text;
}

Case new_case(Turn& turn, const Meaning& meaning, const std::string& text) {
  Case c;
  c.id = turn.new_case_id();
  c.number = turn.new_number();
  c.urgency = urgency_of(meaning);
  c.type = meaning.type;
  c.level = start_level(meaning);
  c.enforcement = meaning.enforcement;
  c.privacy = std::max(meaning.privacy, turn.me().privacy);
  if (turn.me().privacy != Privacy::named) turn.change_me().privacy = Privacy::named;  // used
  c.topic = meaning.topic;
  add_line(c, text);
  c.reporter = turn.speaker();
  c.reporter_account = turn.account();
  const Unit* home = turn.directory.unit(turn.me().bound_unit);
  if (speaker_of(turn.directory, turn.speaker(), turn.now) != Speaker::resident)
    c.reporter_kind = ReporterKind::grassroots;
  else if (home && home->kind == UnitKind::enterprise)
    c.reporter_kind = ReporterKind::enterprise;
  return c;
}

namespace {

// `entered`: for somebody else, by one who serves.
void take(Turn& turn, const Said& said, const std::string& text, bool entered) {
  const Where where = place_of(turn, said.message, said.meaning);
  if (where.unit && !served(turn, where.unit)) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::place_outside);
    return;
  }
  if (turn.me().muted) turn.change_me().muted = false;  // who asks anew wants to hear again
  Case c = new_case(turn, said.meaning, text);
  if (entered) turn.make(c, Move::supplement, Role::reporter, "", std::string{kEntered});
  if (wordless(said)) {
    // Words are still to come; a position or binding is kept until then.
    if (where.unit) set_place(turn, c, where);
    auto& draft = turn.reply("ask_problem");
    draft.about = c.id;
    const auto kind = said.message.kind;
    if (kind == MessageKind::image || kind == MessageKind::video) draft.facts["photo"] = "1";
    turn.ask(std::string{questions::kProblem}, c.id, {});
    return keep_draft(turn, c, turn.policy.clocks.draft_media, timers::kDraftMedia);
  }
  place_and_register(turn, std::move(c), where);
}

}  // namespace

void take_issue(Turn& turn, const Said& said, const std::string& text) {
  if (too_many_today(turn, urgency_of(said.meaning))) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::daily_limit);
    return;
  }
  take(turn, said, text, false);
}

void take_entry(Turn& turn, const Said& said, const std::string& text) {
  take(turn, said, text, true);
}

void correct_place(Turn& turn, Case c, const Where& where, const std::string& text) {
  if (!where.choices.empty()) {
    std::vector<std::string> options;
    for (const auto& unit : where.choices) options.push_back(unit.raw());
    answer_about(turn, c, "which_place").lists["options"] = place_rows(turn, where.choices);
    return turn.ask(std::string{questions::kWhichPlace}, c.id, std::move(options));
  }
  turn.close_question();
  turn.make(c, Move::supplement, Role::reporter, text);
  set_place(turn, c, where);
  if (c.concerned_unit || !c.concerned.empty()) {
    const bool township = c.concerned_unit
                              ? turn.directory.level_of(c.concerned_unit) > Level::frontline
                              : c.level > Level::township;
    c.concerned_unit = {};
    c.concerned.clear();
    set_concerned(turn, c, township ? Level::county : Level::township);
  }
  const auto owner = responsible(turn, c);
  const PersonId before = c.owner;
  if (owner.person == before) {
    answer_about(turn, c, "supplemented");
    if (auto* draft = tell_owner(turn, c, "supplement")) draft->facts["supplement"] = c.place;
  } else {
    c.owner = owner.person;
    c.owner_unit = owner.unit;
    turn.make_by_system(c, Move::transfer, c.place);
    turn.echo(c, "dispatched");
    send_card(turn, c, c.owner);
    if (c.urgency == Urgency::emergency) push_emergency(turn, c);
    tell_person(turn, c, before, "taken_over", Audience::owner);
  }
  turn.put(std::move(c));
}

bool continue_draft(Turn& turn, const Said& said) {
  const Case* found = turn.find(turn.talk().about);
  const bool correcting = found && found->stage != Stage::draft && is_open(found->stage) &&
                          turn.talk().question == questions::kWhichPlace && said.meaning.digit;
  if (!found || (found->stage != Stage::draft && !correcting)) {
    turn.close_question();
    return false;
  }
  Case c = *found;
  const auto& meaning = said.meaning;
  Where where = place_said(turn, said.message, meaning);
  const bool choosing = turn.talk().question == questions::kWhichPlace;
  if (choosing && meaning.digit) {
    const auto& options = turn.talk().options;
    const auto no = static_cast<std::size_t>(*meaning.digit);
    if (no < 1 || no > options.size()) {
      answer_why(turn, "not_now", Audience::reporter, words::Why::no_option);
      return true;
    }
    Where chosen;
    chosen.unit = UnitCode{options[no - 1]};
    chosen.place = turn.directory.full_name(chosen.unit);
    if (correcting)
      correct_place(turn, std::move(c), chosen, chosen.place);
    else
      finish_draft(turn, std::move(c), chosen);
    return true;
  }
  if (wordless(said) && !where.unit) {
    // More pictures; the question stays as it is.
    turn.make(c, Move::supplement, Role::reporter, words_of(said));
    add_line(c, words_of(said));
    answer_about(turn, c, "supplemented");
    turn.put(std::move(c));
    return true;
  }
  const bool only_place = !meaning.places.empty() && !meaning.substance;
  if (!only_place || turn.talk().question == questions::kProblem) add_line(c, words_of(said));
  c.level = std::max(c.level, start_level(meaning));
  c.enforcement = c.enforcement || meaning.enforcement;
  c.privacy = std::max(c.privacy, meaning.privacy);
  if (turn.talk().question == questions::kProblem) {
    c.urgency = std::max(c.urgency, urgency_of(meaning));
    c.type = meaning.type;
    if (c.topic.empty()) c.topic = meaning.topic;
    if (!where.unit && where.choices.empty() && c.unit) {
      where.unit = c.unit;
      where.place = c.place;
    } else if (!where.unit && where.choices.empty()) {
      where = place_of(turn, said.message, meaning);
    }
  }
  if (choosing && !where.unit && where.choices.empty())
    for (const auto& option : turn.talk().options) where.choices.push_back(UnitCode{option});
  place_and_register(turn, std::move(c), where);
  return true;
}

void register_draft(Turn& turn, Case c) {
  if (!turn.has_person(c.reporter)) return;
  const Conversation talk = turn.set.conversation(c.reporter);
  Where where;
  const Person& reporter = *turn.set.person(c.reporter);
  if (c.unit) {
    where.unit = c.unit;
    where.place = c.place;
  } else if (turn.directory.unit(reporter.bound_unit)) {
    where.unit = reporter.bound_unit;
    where.place = turn.directory.full_name(where.unit);
    where.bound = true;
  } else {
    std::vector<UnitCode> choices;
    if (talk.about == c.id && talk.question == questions::kWhichPlace)
      for (const auto& option : questions::choices(talk)) choices.push_back(UnitCode{option});
    where = narrowest(turn, choices);
  }
  set_place(turn, c, where);
  if (!settle_start(turn, c, false)) return;
  turn.close_question_of(c.reporter, c.id);
  if (auto* draft = register_and_dispatch(turn, c, "registered")) {
    if (where.bound) draft->facts["bound"] = where.place;
    if (where.vague) draft->facts["vague"] = "1";
  }
  turn.put(std::move(c));
}

}  // namespace huiyin
