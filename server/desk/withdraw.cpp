// 撤回 (T17), confirmed once. What others hear of too goes on for them; a matter of safety goes on
// without the name.
#include <algorithm>
#include <array>
#include <string_view>

#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
#include "server/desk/followers.h"
#include "server/desk/hear.h"
#include "server/desk/questions.h"
#include "server/desk/reporter_moves.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

constexpr std::string_view kTakenBack = "撤回";

// Somebody may come to harm when nobody looks after it.
bool is_safety(const Case& c) {
  if (c.urgency == Urgency::emergency) return true;
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"漏气", "燃气泄漏", "煤气泄漏", "漏电", "触电", "坍塌", "塌方", "塌陷", "要塌", "坠落",
       "掉下来砸", "火灾", "着火", "危房", "滑坡", "决口", "中毒"});
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return c.text.find(word) != std::string::npos; });
}

const Party* heir_of(const Case& c) {
  const auto heir = std::ranges::find_if(c.parties, [](const Party& party) {
    return party.kind == PartyKind::follower && party.person && party.account;
  });
  return heir == c.parties.end() ? nullptr : &*heir;
}

// His own report hears of the first one no more. False: rows are missing.
bool leave_first(Turn& turn, const Case& own) {
  const CaseId id = own.resembles;
  if (!id) return true;
  if (!turn.has_case(id)) return false;
  const Case* first = turn.find(id);
  const Party* row = first ? following(*first, own.reporter) : nullptr;
  if (row && row->own == own.number) stop_following(turn, *first);
  return true;
}

// The next of those who reported it is its reporter from now on. The event's detail says who was:
// "reporter" and the id of the person.
void hand_on(Turn& turn, Case c) {
  const Party heir = *heir_of(c);
  Privacy wish = Privacy::named;
  if (!heir.own.empty()) {
    if (!turn.has_number(heir.own)) return;
    if (const Case* own = turn.set.find_case(heir.own)) wish = own->privacy;
  }
  answer_about(turn, c, "withdrawn").facts["goes_on"] = "1";
  turn.make(c, Move::supplement, Role::reporter, std::string{kTakenBack},
            "reporter " + std::to_string(c.reporter.raw()));
  c.text = mask_text(c.text);
  c.rating = heir.rating;
  c.reporter = heir.person;
  c.reporter_account = heir.account;
  c.privacy = std::max(c.privacy, wish);
  std::erase_if(c.parties, [&](const Party& party) {
    return party.kind == PartyKind::follower && party.person == heir.person;
  });
  // He and the others hear of it, no more the one who left.
  if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  if (auto* draft = tell_owner(turn, c, "withdrawn")) draft->facts["goes_on"] = "1";
  turn.put(std::move(c));
}

void keep_without_name(Turn& turn, Case c) {
  if (c.privacy != Privacy::anonymous) {
    turn.make(c, Move::supplement, Role::reporter, std::string{kTakenBack}, "anonymous");
    c.privacy = Privacy::anonymous;
    c.text = mask_text(c.text);
    if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
    if (auto* draft = tell_owner(turn, c, "withdrawn")) draft->facts["safety"] = "1";
    turn.put(c);
  }
  answer_not_now(turn, c, words::Why::safety);
}

// His report was joined to `first`, or he only follows it: it goes on without him.
void leave(Turn& turn, const Case& first) {
  const Party row = *following(first, turn.speaker());
  if (row.own.empty()) {
    answer_reporter(turn, first, "unfollowed");
  } else {
    if (!turn.has_number(row.own)) return;
    const Case* own = turn.set.find_case(row.own);
    answer_about(turn, own ? *own : first, "withdrawn").facts["goes_on"] = "1";
  }
  stop_following(turn, first);
}

}  // namespace

bool withdraw(Turn& turn, const Command& command) {
  const Case* c = pick(turn, command, [&](const Case& x) {
    const Party* row = following(x, turn.speaker());
    return open_case(x) && (x.reporter == turn.speaker() || (row && !row->own.empty()));
  });
  if (!c) return true;
  const Party* row = following(*c, turn.speaker());
  if (!is_open(c->stage)) {
    answer_not_now(turn, *c,
                   c->outcome == Outcome::withdrawn ? words::Why::withdrawn_already
                                                    : words::Why::closed_already);
  } else if (c->reporter != turn.speaker() && row && row->own.empty()) {
    leave(turn, *c);
  } else {
    auto& draft = answer_reporter(turn, *c, "confirm_withdraw");
    if (c->reporter == turn.speaker() && !heir_of(*c) && is_safety(*c)) draft.facts["safety"] = "1";
    turn.ask(std::string{questions::kWithdraw}, c->id, {});
  }
  return true;
}

void answer_withdrawal(Turn& turn, const Case& found, bool yes) {
  Case c = found;
  if (!yes) {
    answer_reporter(turn, c, "kept");
  } else if (!is_open(c.stage)) {
    answer_not_now(turn, c, words::Why::closed_already);
  } else if (c.reporter != turn.speaker()) {
    if (following(c, turn.speaker()))
      leave(turn, c);
    else
      answer_reporter(turn, c, "unfollowed");
  } else if (heir_of(c)) {
    hand_on(turn, std::move(c));
  } else if (c.stage != Stage::draft && is_safety(c)) {
    keep_without_name(turn, std::move(c));
  } else if (leave_first(turn, c)) {
    const bool had_owner = c.stage != Stage::draft;
    turn.make(c, Move::withdraw, Role::reporter, "");
    c.outcome = Outcome::withdrawn;
    turn.echo(c, "withdrawn");
    if (had_owner) tell_owner(turn, c, "withdrawn");
    turn.put(std::move(c));
  }
}

}  // namespace huiyin
