#include "server/desk/turn.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "server/desk/facts.h"
#include "server/desk/questions.h"
#include "server/desk/requests.h"

namespace huiyin {
namespace {

// Answers that may begin with emergency advice; others are preceded by a notice of its own.
constexpr auto kWithAdvice = std::to_array<std::string_view>(
    {"registered", "ask_place", "which_place", "ask_problem", "supplemented", "answered"});
// Answers that state the purpose to somebody who is here for the first time (handbook §11).
constexpr auto kWithPurpose =
    std::to_array<std::string_view>({"registered", "ask_place", "which_place", "ask_problem",
                                     "welcome", "bound", "help", "privacy_mode"});

bool contains(const auto& kinds, std::string_view kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

// 退订: what the person asked for himself still comes, and so does what ends or stops his case.
bool goes_when_muted(Move move) {
  switch (move) {
    case Move::close:
    case Move::withdraw:
    case Move::merge:
    case Move::ask:
    case Move::register_case:
      return true;
    default:
      return false;
  }
}

// Days on which nobody could work on it are no days of handling.
void move_overall_due(const WorkingCalendar& calendar, Case& c, Instant since, Instant now) {
  if (c.overall_due == Instant{} || since == Instant{}) return;
  c.overall_due =
      calendar.add_working_time(c.overall_due, calendar.working_time(since, std::max(now, since)));
}

// Opens again. A new round of what was listed as 难事 has its days anew; what was joined by mistake
// goes on as it was.
void count_anew(const Policy& policy, Case& c, Move move, Instant now) {
  if (c.listed_at == Instant{} || move == Move::unmerge)
    return move_overall_due(policy.calendar, c, c.closed_at, now);
  c.listed_at = {};
  c.overall_due = policy.calendar.add_working_days(now, policy.clocks.progress_limit_working_days);
}

// Listed because no leader took it; the days of handling still run. It waits for none any more.
void leave_claim_list(Case& c, Stage before) {
  const bool left = before == Stage::pending_claim && c.stage != before;
  if (left && c.overall_due != Instant{}) c.listed_at = {};
}

// A new level or a new round has a new date.
bool starts_handling(const Rule& rule) {
  switch (rule.move) {
    case Move::triage:
    case Move::send_down:
    case Move::reopen:
    case Move::reopen_above:
    case Move::unmerge:
      return true;
    default:
      return rule.clock == ClockAction::start_handle;
  }
}

}  // namespace

Turn::Turn(Instant at, const WorkingSet& rows, const Directory& units, const Policy& rules,
           Supply& supply)
    : now{at}, set{rows}, directory{units}, policy{rules}, supply_{supply} {}

void Turn::speak_as(PersonId person, AccountId account) {
  speaker_ = person;
  account_ = account;
  if (!has_person(person)) return;
  me_ = *set.person(person);
  talk_ = set.conversation(person);
  talk_.person = person;
  wrong_codes_ = questions::wrong_codes(talk_);
  std::erase_if(wrong_codes_, [&](Instant at) { return now - at >= std::chrono::hours{1}; });
  talk_.options = questions::choices(talk_);
  if (questions::stale(talk_, policy, now)) {
    talk_.question.clear();
    talk_.options.clear();
  }
}

Person& Turn::change_me() {
  me_changed_ = true;
  return me_;
}

void Turn::ask(std::string question, CaseId about, std::vector<std::string> options) {
  talk_.asked = talk_.about == about && about ? talk_.asked + 1 : 1;
  talk_.question = std::move(question);
  talk_.about = about;
  talk_.options = std::move(options);
  talk_.asked_at = now;
  talk_changed_ = true;
}

void Turn::close_question() {
  if (talk_.question.empty() && talk_.options.empty() && !talk_.about) return;
  const auto version = talk_.version;
  talk_ = {};
  talk_.person = speaker_;
  talk_.version = version;
  talk_changed_ = true;
}

void Turn::count_wrong_code() {
  wrong_codes_.push_back(now);
  talk_changed_ = true;
}

void Turn::close_question_of(PersonId person, CaseId about) {
  const Conversation was = set.conversation(person);
  if (was.about != about) return;
  Conversation closed;
  for (const Instant at : questions::wrong_codes(was))
    closed.options.push_back(questions::wrong_code_at(at));
  closed.person = person;
  closed.version = was.version;
  out_.conversations.push_back(std::move(closed));
}

bool Turn::has_person(PersonId id) {
  if (set.person(id)) return true;
  if (set.asked_person(id)) throw std::logic_error{"a person of the case does not exist"};
  need_.persons.insert(id);
  return false;
}

bool Turn::has_cases_of(PersonId id) {
  if (set.asked_cases_of(id)) return true;
  need_.cases_of.insert(id);
  return false;
}

bool Turn::has_number(std::string_view number) {
  if (set.find_case(number) || set.asked_number(number)) return true;
  need_.numbers.emplace(number);
  return false;
}

bool Turn::has_history(CaseId id) {
  if (set.asked_history(id)) return true;
  need_.history.insert(id);
  return false;
}

bool Turn::has_case(CaseId id) {
  if (set.find_case(id) || set.asked_case(id)) return true;
  need_.cases.insert(id);
  return false;
}

bool Turn::has_code(const std::string& code) {
  if (set.asked_code(code)) return true;
  need_.codes.insert(code);
  return false;
}

bool Turn::has_near(const Near& near) {
  if (set.asked_near(near)) return true;
  need_.near.insert(near);
  return false;
}

bool Turn::has_queue(const UnitCode& unit) {
  if (set.asked_queue(unit)) return true;
  need_.queues.insert(unit);
  return false;
}

bool Turn::has_all_of(PersonId id) {
  if (set.asked_all_of(id)) return true;
  need_.all_of.insert(id);
  return false;
}

bool Turn::has_owners() {
  if (set.asked_owners()) return true;
  need_.owners = true;
  return false;
}

void Turn::heard(const Message& message) {
  heard_ = true;
  MediaOrder order;
  switch (message.kind) {
    case MessageKind::image:
      order.kind = MediaKind::image;
      break;
    case MessageKind::voice:
      order.kind = MediaKind::voice;
      break;
    case MessageKind::video:
      order.kind = MediaKind::video;
      break;
    default:
      return;
  }
  if (message.media_id.empty() && message.media_url.empty()) return;
  order.channel = message.channel;
  order.user = message.sender;
  order.media_id = message.media_id;
  order.url = message.media_url;
  order.format = message.media_format;
  file_ = std::move(order);
}

BindCode Turn::offer_code(std::chrono::minutes good_for) {
  BindCode code{supply_.next_code(), speaker_, now + good_for};
  out_.codes.push_back(code);
  return code;
}

void Turn::bind_account(const BindCode& code) {
  out_.bind_account = account_;
  out_.bind_to = code.person;
  out_.used_codes.push_back(code.code);
}

std::string Turn::locale_of(PersonId id) const {
  if (id == speaker_) return me_.locale;
  if (const Person* person = set.person(id)) return person->locale;
  if (const Person* person = directory.person(id)) return person->locale;
  return "zh";
}

bool Turn::allowed(const Case& c, Move move, Roles by) const {
  return find_rule(c.stage, move, by, c.level).has_value();
}

std::optional<EventId> Turn::make(Case& c, Move move, Roles by, std::string text,
                                  std::string detail) {
  return make_for(speaker_, c, move, by, std::move(text), std::move(detail));
}

std::optional<EventId> Turn::make_by_system(Case& c, Move move, std::string text,
                                            std::string detail) {
  return make_for(PersonId{}, c, move, Role::system, std::move(text), std::move(detail));
}

std::optional<EventId> Turn::make_for(PersonId actor, Case& c, Move move, Roles by,
                                      std::string text, std::string detail) {
  const auto rule = find_rule(c.stage, move, by, c.level);
  if (!rule) return std::nullopt;
  const auto& calendar = policy.calendar;
  const auto& clocks = policy.clocks;
  if (rule->clock == ClockAction::resume) {
    move_overall_due(calendar, c, c.paused_at, now);
    c.due_at = shifted_due(calendar, c, now);
    c.review_at = {};
  }
  const Stage before = c.stage;
  if (before == Stage::closed && is_open(rule->to)) count_anew(policy, c, move, now);
  Event event = step(c, *rule, actor, now, std::move(text));
  forget_request(c, before, move);
  leave_claim_list(c, before);
  event.detail = std::move(detail);
  const bool timed = c.type != CaseType::praise;
  if (rule->clock == ClockAction::start_accept)
    c.accept_due = timed ? accept_due(calendar, clocks, c.urgency, now) : Instant{};
  if (starts_handling(*rule)) c.due_at = timed ? handle_due(calendar, clocks, c, now) : Instant{};
  if (move == Move::register_case && timed)
    c.overall_due = calendar.add_working_days(now, clocks.progress_limit_working_days);
  const bool by_hand = move == Move::progress || move == Move::ask || move == Move::contact;
  if (by_hand && c.contacted_at == Instant{}) c.contacted_at = now;
  event.id = EventId{supply_.next_id()};
  if (event.echo) owed_.push_back(event.id);
  out_.events.push_back(std::move(event));
  return out_.events.back().id;
}

void Turn::put(Case c) {
  const auto same = [&](const Case& other) { return other.id == c.id; };
  if (const auto at = std::ranges::find_if(out_.cases, same); at != out_.cases.end())
    *at = std::move(c);
  else
    out_.cases.push_back(std::move(c));
}

const Case* Turn::find(CaseId id) const {
  for (const auto& c : out_.cases)
    if (c.id == id) return &c;
  return set.find_case(id);
}

NoticeDraft& Turn::reply(std::string_view kind, Audience audience) {
  if (!advice_.empty() && !contains(kWithAdvice, kind) && kind != "advice") {
    auto advice = std::move(advice_);
    advice_.clear();
    reply("advice").facts["advice"] = std::move(advice);
  }
  NoticeDraft draft;
  draft.kind = kind;
  draft.audience = audience;
  draft.to = speaker_;
  draft.account = account_;
  draft.answers_input = true;
  if (!advice_.empty() && contains(kWithAdvice, kind)) {
    draft.facts["advice"] = std::move(advice_);
    advice_.clear();
  }
  if (audience == Audience::reporter) add_first_contact(draft);
  out_.notices.push_back(std::move(draft));
  return out_.notices.back();
}

void Turn::add_first_contact(NoticeDraft& draft) {
  if (me_.informed || !contains(kWithPurpose, draft.kind)) return;
  draft.facts["purpose"] = "1";
  change_me().informed = true;
}

// 首选 goes before the account from which the case came, as long as it is still the person's.
AccountId Turn::account_for(const Person& person, AccountId used) const {
  const Account* preferred = person.preferred ? set.account(person.preferred) : nullptr;
  return preferred && preferred->person == person.id ? preferred->id : used;
}

bool Turn::told_on_paper(const Person& person, const std::vector<EventId>& events) const {
  const auto quiet = [&](const Event& event) {
    return std::ranges::find(events, event.id) == events.end() || !goes_when_muted(event.move);
  };
  return person.muted && std::ranges::all_of(out_.events, quiet);
}

NoticeDraft* Turn::echo(Case& c, std::string_view kind) {
  const bool answer = speaker_ && c.reporter == speaker_;
  bool here = answer || has_person(c.reporter);
  for (const Party& party : c.parties)
    if (party.kind == PartyKind::follower && !has_person(party.person)) here = false;
  if (!here) return nullptr;
  const bool muted = !answer && told_on_paper(*set.person(c.reporter), owed_);
  NoticeDraft& draft = answer ? reply(kind) : tell(c.reporter, kind, Audience::reporter);
  if (!answer) draft.account = account_for(*set.person(c.reporter), c.reporter_account);
  draft.muted = muted;
  draft.about = c.id;
  draft.events = std::move(owed_);
  owed_.clear();
  c.last_echo_at = now;
  draft.facts.merge(case_facts(*this, c, Audience::reporter, locale_of(c.reporter)));
  return &draft;
}

NoticeDraft& Turn::tell(PersonId to, std::string_view kind, Audience audience) {
  NoticeDraft draft;
  draft.kind = kind;
  draft.audience = audience;
  draft.to = to;
  out_.notices.push_back(std::move(draft));
  return out_.notices.back();
}

}  // namespace huiyin
