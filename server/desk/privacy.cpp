#include "server/desk/privacy.h"

#include <algorithm>
#include <array>

#include "server/desk/cadre_moves.h"
#include "server/desk/candidates.h"
#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"
#include "server/intake/masking.h"

namespace huiyin {
namespace {

bool owned_by_office(const Turn& turn, const Case& c) {
  return duty_of(turn, c.owner, c.owner_unit) == DutyRole::clerk;
}

// The office telephones after a bad rating.
bool called_back(const Case& c) { return c.rating == 1 || c.rating == 2; }

// Facts that are no words of anybody: published telephones, emergency numbers, one-time codes; and
// who reported it, which is there or not.
constexpr auto kNoWords =
    std::to_array<std::string_view>({"phone", "advice", "reporter", "whom", "said_phone", "code"});

// The case that a bare 匿名 speaks of: the draft in question, the one just written about, or the
// only one there is.
Found find_meant(Turn& turn, const Command& command) {
  const auto open = [](const Case& c) { return is_open(c.stage); };
  if (command.number.empty()) {
    Found found;
    if (const Case* draft = turn.find(turn.talk().about); draft && draft->stage == Stage::draft) {
      found.one = draft;
      return found;
    }
    for (const Case* c : turn.set.reported_by(turn.speaker())) {
      const Instant last = std::max(c->registered_at, c->last_echo_at);
      if (!open(*c) || turn.now - last > turn.policy.clocks.supplement_window) continue;
      found.one = c;
      return found;
    }
  }
  return find_reported(turn, command.number, open);
}

NoticeDraft& tell_mode(Turn& turn, Privacy mode, const Case* c) {
  auto& draft = c ? answer_about(turn, *c, "privacy_mode") : turn.reply("privacy_mode");
  if (mode == Privacy::anonymous) draft.facts["anonymous"] = "1";
  return draft;
}

// Whoever knows already may not tell others.
std::string_view discretion(Privacy mode, std::string_view locale) {
  if (locale == "en")
    return mode == Privacy::anonymous
               ? "The reporter wishes to stay unknown. Please do not ask who."
               : "The reporter asks for confidence. Please tell nobody who.";
  return mode == Privacy::anonymous ? "反映人希望匿名，请不要打听是谁反映的"
                                    : "反映人希望保密，请不要透露是谁反映的";
}

void take_wish(Turn& turn, Case c, Privacy mode) {
  const bool seen = c.stage != Stage::draft && c.privacy == Privacy::named &&
                    !person_line(turn, c.reporter).empty();
  c.privacy = std::max(c.privacy, mode);
  // What is over is not moved any more; it is protected all the same.
  const bool told =
      turn.make(c, Move::supplement, Role::reporter, "", std::string{name(mode)}).has_value();
  if (told && replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  auto& answer = tell_mode(turn, c.privacy, &c);
  if (seen) answer.facts["seen"] = "1";
  if (told && c.stage != Stage::draft)
    if (auto* draft = tell_owner(turn, c, "supplement"))
      draft->facts["supplement"] = discretion(c.privacy, turn.locale_of(draft->to));
  turn.put(std::move(c));
}

}  // namespace

bool knows_reporter(const Turn& turn, const Case& c, PersonId reader) {
  if (!reader || c.privacy == Privacy::anonymous) return false;
  const Roles roles = roles_in(turn, c, reader);
  // At night the county's duty may be the only one who can telephone.
  const bool upper = roles.has(Role::upper);
  if (roles.has(Role::office) || (upper && c.urgency == Urgency::emergency)) return true;
  if (c.privacy == Privacy::named) return roles.has(Role::owner) || upper;
  return roles.has(Role::owner) && owned_by_office(turn, c);
}

bool reads_as_written(const Turn& turn, const Case& c, PersonId reader) {
  if (!knows_reporter(turn, c, reader)) return false;
  const Roles roles = roles_in(turn, c, reader);
  if (roles.has(Role::owner)) return true;
  return owned_by_office(turn, c) || c.urgency == Urgency::emergency || called_back(c);
}

std::string masked(const Turn& turn, const Case& c, std::string_view text) {
  std::string out = mask_personal(text);
  const Person* reporter = turn.set.person(c.reporter);
  if (reporter && !reporter->name.empty()) out = mask_known_name(std::move(out), reporter->name);
  return out;
}

void shield(const Turn& turn, NoticeDraft& draft) {
  const Case* c = draft.about ? turn.find(draft.about) : nullptr;
  if (!c || (draft.audience == Audience::reporter && draft.to == c->reporter)) return;
  if (!knows_reporter(turn, *c, draft.to)) {
    draft.facts.erase("reporter");
    draft.facts.erase("said_phone");
  }
  if (reads_as_written(turn, *c, draft.to)) return;
  const auto words = [](const std::string& key) {
    return std::ranges::find(kNoWords, key) == kNoWords.end();
  };
  for (auto& [key, value] : draft.facts)
    if (words(key)) value = masked(turn, *c, value);
  for (auto& [list, rows] : draft.lists)
    for (auto& row : rows)
      for (auto& [key, value] : row)
        if (words(key)) value = masked(turn, *c, value);
}

bool hear_wish(Turn& turn, const Said& said, const Command& command) {
  if (said.meaning.substance && command.number.empty()) return false;
  const Privacy mode = command.verb == Verb::anonymous ? Privacy::anonymous : Privacy::confidential;
  const auto found = find_meant(turn, command);
  if (found.missing) return true;
  if (found.unknown_number) {
    turn.reply("not_found").facts["number"] = command.number;
  } else if (found.one) {
    take_wish(turn, *found.one, mode);
  } else if (!found.several.empty()) {
    ask_which_case(turn, found.several, command, Audience::reporter);
  } else {
    turn.change_me().privacy = std::max(turn.me().privacy, mode);
    tell_mode(turn, mode, nullptr);
  }
  return true;
}

void keep_wish(Turn& turn, const Said& said) {
  const Privacy wish = said.meaning.privacy;
  if (wish == Privacy::named) return;
  for (const Event& event : turn.new_events()) {
    const Case* found = turn.find(event.case_id);
    const bool said_here = event.actor == turn.speaker() && event.role == Role::reporter;
    if (!said_here || !found || found->reporter != turn.speaker() || found->privacy >= wish)
      continue;
    Case c = *found;
    c.privacy = wish;
    turn.put(std::move(c));
  }
}

}  // namespace huiyin
