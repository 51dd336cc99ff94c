#include "server/desk/followers.h"

#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/candidates.h"
#include "server/desk/facts.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

constexpr std::size_t kFullNumber = 11;  // 261123-0042

// The speaker's own report stands for the one that it resembles.
bool has_own_open(const Turn& turn, const Party& row) {
  if (row.own.empty()) return false;
  const Case* own = turn.set.find_case(row.own);
  return own && own->reporter == row.person && is_open(own->stage);
}

void show_followed(Turn& turn, const Case& c) { answer_reporter(turn, c, "followed"); }

// Cases that looked like the speaker's own, to be followed again. Null entries never.
std::vector<const Case*> offered(Turn& turn) {
  std::vector<const Case*> cases;
  for (const Case* own : turn.set.reported_by(turn.speaker())) {
    for (const CaseId id : {own->resembles, own->parent}) {
      if (!id || !turn.has_case(id)) continue;
      const Case* other = turn.find(id);
      if (other && is_open(other->stage) && other->privacy == Privacy::named &&
          !concerned(turn, *other, turn.speaker()) && !following(*other, turn.speaker()))
        cases.push_back(other);
    }
  }
  return cases;
}

std::string own_number(const Turn& turn, const Case& c) {
  for (const Case* own : turn.set.reported_by(turn.speaker()))
    if (own->resembles == c.id || own->parent == c.id) return own->number;
  return {};
}

void start_following(Turn& turn, Case c) {
  Party party;
  party.person = turn.speaker();
  party.account = turn.account();
  party.own = own_number(turn, c);
  party.since = turn.now;
  if (!turn.make(c, Move::follow, Role::follower, "", party.own)) {
    answer_reporter(turn, c, "not_now").facts["reason"] =
        words::why(words::Why::closed_already, turn.me().locale);
    return;
  }
  if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  c.parties.push_back(std::move(party));
  show_followed(turn, c);
  turn.put(std::move(c));
}

}  // namespace

const Party* following(const Case& c, PersonId person) {
  const auto row = std::ranges::find_if(c.parties, [&](const Party& party) {
    return party.kind == PartyKind::follower && party.person == person;
  });
  return row == c.parties.end() ? nullptr : &*row;
}

Party* following(Case& c, PersonId person) {
  return const_cast<Party*>(following(std::as_const(c), person));
}

Roles reporting_roles(const Case& c, PersonId person) {
  Roles roles;
  if (c.reporter == person) roles.add(Role::reporter);
  if (following(c, person)) roles.add(Role::follower);
  return roles;
}

std::vector<const Case*> all_told_to(const Turn& turn) {
  auto cases = turn.set.reported_by(turn.speaker());
  for (const Case* c : turn.set.shared_with(turn.speaker()))
    if (c->reporter != turn.speaker() && following(*c, turn.speaker())) cases.push_back(c);
  std::ranges::stable_sort(cases, std::ranges::greater{}, &Case::id);
  return cases;
}

std::vector<const Case*> told_to(const Turn& turn) {
  auto cases = all_told_to(turn);
  std::erase_if(cases, [&](const Case* c) {
    const Party* row = following(*c, turn.speaker());
    return c->reporter != turn.speaker() && is_open(c->stage) && has_own_open(turn, *row);
  });
  return cases;
}

const Case* where_it_goes_on(Turn& turn, const Case& c) {
  if (c.outcome != Outcome::merged || !c.parent) return &c;
  if (!turn.has_case(c.parent)) return nullptr;
  const Case* parent = turn.find(c.parent);
  const bool told = parent && !reporting_roles(*parent, turn.speaker()).empty();
  return told ? parent : &c;
}

int rating_by(const Case& c, PersonId person) {
  if (c.reporter == person) return c.rating;
  const Party* row = following(c, person);
  return row ? row->rating : 0;
}

NoticeDraft& answer_reporter(Turn& turn, const Case& c, std::string_view kind) {
  auto& draft = answer_about(turn, c, kind);
  const Party* row = following(c, turn.speaker());
  if (row && c.reporter != turn.speaker()) {
    draft.facts["following"] = "1";
    if (!row->own.empty()) draft.facts["own_number"] = row->own;
  }
  return draft;
}

void follow(Turn& turn, const Command& command) {
  const auto open = offered(turn);
  if (!turn.need().empty()) return;
  std::vector<const Case*> fits;
  if (command.number.size() >= kFullNumber) {
    if (!turn.has_number(command.number)) return;
    const Case* c = turn.set.find_case(command.number);
    const bool known =
        c && (visible(turn, *c, turn.speaker()) || std::ranges::find(open, c) != open.end());
    if (known) fits.push_back(c);
  } else {
    auto all = all_told_to(turn);
    all.insert(all.end(), open.begin(), open.end());
    for (const Case* c : command.number.empty() ? open : all)
      if (c->number.ends_with(command.number) && std::ranges::find(fits, c) == fits.end())
        fits.push_back(c);
  }
  if (fits.size() > 1) return ask_which_case(turn, fits, command, Audience::reporter);
  if (fits.empty() && command.number.empty()) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::follow_number);
  } else if (fits.empty()) {
    turn.reply("not_found").facts["number"] = command.number;
  } else if (reporting_roles(*fits.front(), turn.speaker()).empty()) {
    start_following(turn, *fits.front());
  } else if (fits.front()->reporter == turn.speaker()) {
    answer_reporter(turn, *fits.front(), "status");
  } else {
    show_followed(turn, *fits.front());
  }
}

void stop_following(Turn& turn, Case c) {
  std::erase_if(c.parties, [&](const Party& party) {
    return party.kind == PartyKind::follower && party.person == turn.speaker();
  });
  if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  turn.put(std::move(c));
}

void unfollow(Turn& turn, const Command& command) {
  const Case* c = nullptr;
  if (command.number.size() >= kFullNumber) {
    if (!turn.has_number(command.number)) return;
    const Case* named = turn.set.find_case(command.number);
    if (named && !reporting_roles(*named, turn.speaker()).empty()) {
      c = where_it_goes_on(turn, *named);
      if (!c) return;
    }
  } else {
    std::vector<const Case*> followed;
    for (const Case* other : turn.set.shared_with(turn.speaker()))
      if (following(*other, turn.speaker()) && other->number.ends_with(command.number) &&
          (is_open(other->stage) || !command.number.empty()))
        followed.push_back(other);
    if (followed.size() > 1) return ask_which_case(turn, followed, command, Audience::reporter);
    if (!followed.empty()) c = followed.front();
  }
  if (!c && command.number.empty()) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::follows_nothing);
  } else if (!c) {
    turn.reply("not_found").facts["number"] = command.number;
  } else if (!following(*c, turn.speaker())) {
    answer_reporter(turn, *c, "not_now").facts["reason"] =
        words::why(words::Why::reports_it, turn.me().locale);
  } else {
    const Case left = *c;
    answer_reporter(turn, left, "unfollowed");
    stop_following(turn, left);
  }
}

}  // namespace huiyin
