#include "server/desk/requests.h"

#include <algorithm>
#include <array>

#include "server/desk/cadre_moves.h"
#include "server/desk/closing.h"
#include "server/desk/facts.h"
#include "server/desk/merge.h"
#include "server/desk/owners.h"
#include "server/desk/result.h"
#include "server/desk/roles.h"
#include "server/desk/summary.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using words::Why;

// "石璜镇三服务办公室": in whose name the speaker decides.
std::string office_name(const Turn& turn, const Case& c, std::string_view locale) {
  for (const Duty& duty : turn.directory.duties_of(turn.speaker(), turn.now))
    if (duty.role == DutyRole::clerk) return owner_name(turn, turn.speaker(), duty.unit, locale);
  const UnitCode above = upper_unit(turn, c);
  const Unit* unit = turn.directory.unit(above);
  return words::role_at(DutyRole::clerk, unit ? unit->kind : UnitKind::county,
                        unit ? turn.directory.full_name(above) : "", locale);
}

void extend(Turn& turn, Case& c, const Request& request) {
  turn.make_for(request.by, c, Move::extend, Role::owner, request.text,
                format_rfc3339(request.until));
  c.due_at = request.until;
  c.extended_level = static_cast<int>(c.level);
  if (auto* draft = turn.echo(c, "extended"))
    draft->facts["reason"] = without_stop(as_told(request.text));
}

void suspend(Turn& turn, Case& c, const Request& request) {
  turn.make_for(request.by, c, Move::suspend, Role::owner, request.text,
                format_rfc3339(request.until));
  c.review_at = request.until;
  if (auto* draft = turn.echo(c, "suspended")) {
    draft->facts["reason"] = without_stop(as_told(request.text));
    draft->facts["review"] = show_date(c.review_at, turn.locale_of(c.reporter));
  }
  if (auto* draft = tell_office(turn, c, "suspended", turn.speaker())) {
    draft->facts["reason"] = without_stop(as_told(request.text));
    draft->facts["review"] = show_date(c.review_at, turn.locale_of(draft->to));
  }
}

// False: the other case of a merge cannot take it any more; nothing was done.
bool carry_out(Turn& turn, Case& c, const Request& request) {
  switch (request.kind) {
    case RequestKind::extend:
      extend(turn, c, request);
      return true;
    case RequestKind::suspend:
      suspend(turn, c, request);
      return true;
    case RequestKind::planned:
    case RequestKind::rejected:
      close_case(turn, c, request.by, Role::owner,
                 request.kind == RequestKind::planned ? Outcome::planned : Outcome::rejected,
                 request.text);
      return true;
    case RequestKind::merge:
    case RequestKind::none:
      return false;
  }
  return false;
}

NoticeDraft& say_done(Turn& turn, const Case& c, Verb verb) {
  auto& draft = answer_about(turn, c, "done", Audience::owner);
  draft.facts["did"] = words::verb(verb, turn.me().locale);
  return draft;
}

void join(Turn& turn, Case c, CaseId other, Verb verb) {
  const CaseId id = c.id;
  if (merge_case(turn, std::move(c), other))
    say_done(turn, *turn.find(id), verb).facts["heard"] = "1";
}

// What stands in the way of the speaker's word; nothing when it counts.
std::optional<Why> why_not(const Turn& turn, const Case& c, Move move) {
  if (c.request.kind == RequestKind::none) return Why::nothing_asked;
  if (c.request.by == turn.speaker()) return Why::own_request;
  if (!may(turn, c, turn.speaker(), move)) return Why::not_your_move;
  return std::nullopt;
}

// Who asked hears the answer, and so does who has the case meanwhile.
NoticeDraft* tell_asker(Turn& turn, const Case& c, const Request& request, std::string_view kind) {
  auto* draft = tell_person(turn, c, request.by, kind, Audience::owner);
  if (!draft) return nullptr;
  const auto locale = turn.locale_of(request.by);
  draft->facts["asked"] = asked_words(turn, c, request, locale);
  draft->facts["by"] = office_name(turn, c, locale);
  return draft;
}

// After it was done: the case as it stands now.
void tell_approved(Turn& turn, const Case& c, const Request& request, const std::string& words) {
  auto* draft = tell_asker(turn, c, request, "approved");
  if (!draft) return;
  if (request.until != Instant{})
    draft->facts["until"] = show_date(request.until, turn.locale_of(request.by));
  if (!words.empty()) draft->facts["comment"] = without_stop(as_written(words));
}

// What the other case of a merge says, for who decides; any other question has its reason.
void add_grounds(const Turn& turn, const Request& request, NoticeDraft& draft) {
  if (request.kind != RequestKind::merge) {
    draft.facts["reason"] = without_stop(as_told(request.text));
  } else if (const Case* other = turn.find(request.other)) {
    draft.facts["other"] = other->number;
    draft.facts["other_text"] = without_stop(as_told(summary(turn.directory, *other).first));
  }
}

}  // namespace

NoticeDraft* tell_approver(Turn& turn, const Case& c) {
  const auto clerks = approvers_of(turn, c);
  if (clerks.empty()) return nullptr;  // it stands in the queue of that office
  auto* draft = tell_person(turn, c, clerks.front().person, "request", Audience::office);
  if (!draft) return nullptr;
  const auto locale = turn.locale_of(draft->to);
  draft->facts["asked"] = asked_words(turn, c, c.request, locale);
  add_grounds(turn, c.request, *draft);
  if (c.request.until != Instant{}) draft->facts["until"] = show_date(c.request.until, locale);
  draft->buttons.clear();
  for (const Verb verb : {Verb::approve, Verb::reject})
    draft->buttons.push_back(
        {std::string{words::verb(verb, locale)}, words::command(verb, c.number)});
  return draft;
}

std::string asked_words(const Turn& turn, const Case& c, const Request& request,
                        std::string_view locale) {
  const bool english = locale == "en";
  switch (request.kind) {
    case RequestKind::extend:
      return english ? "more time" : "延长办理时间";
    case RequestKind::suspend:
      return english ? "to put it on hold" : "暂缓办理";
    case RequestKind::planned:
      return english ? "to close it as planned" : "按“已列入计划”办结";
    case RequestKind::rejected:
      return english ? "to close it as not accepted" : "按“不予受理”办结";
    case RequestKind::merge: {
      const Case* other = turn.find(request.other);
      const std::string number = other ? other->number : c.number;
      return english ? "to join it with " + number : "与编号" + number + "并在一起办";
    }
    case RequestKind::none:
      break;
  }
  return {};
}

std::vector<Assignment> approvers_of(const Turn& turn, const Case& c) {
  for (const Unit* unit = turn.directory.unit(upper_unit(turn, c)); unit;
       unit = turn.directory.unit(unit->parent)) {
    auto clerks = clerks_at(turn, c, unit->code);
    std::erase_if(clerks, [&](const Assignment& clerk) {
      return clerk.person == c.owner || clerk.person == c.request.by;
    });
    if (!clerks.empty()) return clerks;
  }
  return {};
}

void ask_above(Turn& turn, Case c, Request request, Verb verb) {
  if (c.request.kind != RequestKind::none) return refuse_about(turn, c, Why::asked_already);
  if (request.kind == RequestKind::merge) {
    if (!turn.has_case(request.other)) return;
    const Case* other = turn.find(request.other);
    if (!other) return refuse_about(turn, c, Why::merge_unknown);
    if (const auto why = cannot_merge(turn, c, *other)) return refuse_about(turn, c, *why);
  }
  request.by = turn.speaker();
  request.at = turn.now;
  if (c.stage == Stage::dispatched) {
    turn.make(c, Move::accept, Role::owner, "");
    // Later moves of this turn are told with it; a question to the office is no news by itself.
    if (!at_the_top(turn, c) || request.kind == RequestKind::merge) turn.echo(c, "accepted");
  }
  if (at_the_top(turn, c)) {
    if (request.kind == RequestKind::merge) return join(turn, std::move(c), request.other, verb);
    carry_out(turn, c, request);
    say_done(turn, c, verb).facts["heard"] = "1";
    return turn.put(std::move(c));
  }
  if (!turn.make(c, Move::request, Role::owner, request.text, std::string{name(request.kind)}))
    return refuse_about(turn, c, Why::not_your_move);
  c.request = std::move(request);
  tell_approver(turn, c);
  auto& draft = say_done(turn, c, verb);
  draft.facts["asks"] =
      words::role_at(DutyRole::clerk, UnitKind::county,
                     turn.directory.full_name(upper_unit(turn, c)), turn.me().locale);
  turn.put(std::move(c));
}

void approve_request(Turn& turn, Case c, const std::string& words) {
  if (const auto why = why_not(turn, c, Move::approve)) return refuse_about(turn, c, *why);
  if (!turn.has_person(c.reporter)) return;
  const Request request = c.request;
  if (request.kind == RequestKind::merge) {
    if (!turn.has_case(request.other)) return;
    const Case* other = turn.find(request.other);
    if (!other) return refuse_about(turn, c, Why::merge_unknown);
    if (const auto why = cannot_merge(turn, c, *other)) return refuse_about(turn, c, *why);
  }
  turn.make(c, Move::approve, Role::upper, words, std::string{name(request.kind)});
  c.request = {};
  if (request.kind == RequestKind::merge) {
    const CaseId id = c.id;
    join(turn, std::move(c), request.other, Verb::approve);
    if (turn.need().empty()) tell_approved(turn, *turn.find(id), request, words);
    return;
  }
  carry_out(turn, c, request);
  tell_approved(turn, c, request, words);
  say_done(turn, c, Verb::approve).facts["heard"] = "1";
  turn.put(std::move(c));
}

void refuse_request(Turn& turn, Case c, const std::string& reason) {
  if (const auto why = why_not(turn, c, Move::refuse)) return refuse_about(turn, c, *why);
  if (meaningful_characters(reason) < 2) {
    Command command;
    command.verb = Verb::reject;
    command.number = c.number;
    return ask_words(turn, c, command, Why::refusal_reason);
  }
  const Request request = c.request;
  turn.make(c, Move::refuse, Role::upper, reason, std::string{name(request.kind)});
  c.request = {};
  if (auto* draft = tell_asker(turn, c, request, "rejected"))
    draft->facts["reason"] = without_stop(as_written(reason));
  say_done(turn, c, Verb::reject);
  turn.put(std::move(c));
}

void forget_request(Case& c, Stage before, Move move) {
  if (c.stage != before || move == Move::transfer) c.request = {};
}

}  // namespace huiyin
