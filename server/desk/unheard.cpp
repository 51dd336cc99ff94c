// An echo reached nobody (P2): whoever handles the case is asked to telephone, and says when it is
// done.
#include <algorithm>
#include <optional>
#include <string>

#include "server/desk/cadre_moves.h"
#include "server/desk/followers.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

// Closed cases keep their last owner, unless he is gone.
void replace_last_owner(Turn& turn, Case& c) {
  const auto duties = turn.directory.duties_of(c.owner, turn.now);
  const bool here =
      std::ranges::any_of(duties, [&](const Duty& duty) { return duty.unit == c.owner_unit; });
  if (here) return;
  const auto next = responsible(turn, c);
  c.owner = next.person;
  c.owner_unit = next.unit;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The last mobile number among the reporter's words: his, most likely, but it may be another's.
std::string phone_said(std::string_view text) {
  constexpr std::size_t kLength = 11;
  std::string last;
  for (std::size_t from = 0; from < text.size();) {
    if (!is_digit(text[from])) {
      ++from;
      continue;
    }
    auto to = from;
    while (to < text.size() && is_digit(text[to])) ++to;
    const auto number = text.substr(from, to - from);
    if (number.size() == kLength && number[0] == '1' && number[1] >= '3') last = number;
    from = to;
  }
  return last;
}

// How the one who did not hear wants to be known; a follower as in his own report. Empty: rows are
// missing.
std::optional<Privacy> wish_of(Turn& turn, const Case& c, PersonId person) {
  const Party* row = person == c.reporter ? nullptr : following(c, person);
  if (!row || row->own.empty()) return c.privacy;
  if (!turn.has_number(row->own)) return std::nullopt;
  const Case* own = turn.set.find_case(row->own);
  return own ? std::max(c.privacy, own->privacy) : c.privacy;
}

std::string phone_known(const Turn& turn, PersonId id) {
  const Person* person = turn.set.person(id);
  return person ? person->phone : std::string{};
}

}  // namespace

void nobody_heard(Turn& turn, const Unheard& unheard) {
  if (!turn.has_case(unheard.about)) return;
  turn.asked_to_telephone(unheard.notice);
  const Case* found = turn.set.find_case(unheard.about);
  if (!found || found->stage == Stage::draft || found->calls > 0) return;
  const bool here = turn.has_person(found->reporter);
  if (!turn.has_person(unheard.person) || !here) return;
  const auto wish = wish_of(turn, *found, unheard.person);
  if (!wish) return;

  Case c = *found;
  if (is_open(c.stage)) {
    if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  } else {
    replace_last_owner(turn, c);
  }
  // Nobody may know whom to call: it waits for the next message.
  if (*wish == Privacy::anonymous) return turn.put(std::move(c));
  ++c.calls;
  turn.make_by_system(c, Move::remind, "telephone");
  // Who may not know the reporter cannot telephone: then the office does.
  const bool owner_calls = *wish == c.privacy && knows_reporter(turn, c, c.owner);
  const PersonId caller = owner_calls ? c.owner : office_of(turn, c).person;
  if (auto* draft = tell_person(turn, c, caller, "telephone", Audience::owner)) {
    draft->facts.erase("reporter");
    const bool his = unheard.person == c.reporter;
    if (!his) draft->facts["follower"] = "1";
    if (auto line = person_line(turn, unheard.person); !line.empty()) {
      draft->facts[his ? "reporter" : "whom"] = std::move(line);
      if (!his) turn.saw({caller, unheard.person, c.id});
    }
    if (phone_known(turn, unheard.person).empty()) {
      // In the words of the report is the number of who made it, if any.
      if (auto said = his ? phone_said(c.text) : std::string{}; !said.empty())
        draft->facts["said_phone"] = std::move(said);
      else
        draft->facts["no_phone"] = "1";
    }
    draft->buttons = {{std::string{words::verb(Verb::told, turn.locale_of(caller))},
                       words::command(Verb::told, c.number)}};
  }
  turn.put(std::move(c));
}

}  // namespace huiyin
