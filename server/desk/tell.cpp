#include "server/desk/tell.h"

#include "server/desk/owners.h"

namespace huiyin {

NoticeDraft& answer_about(Turn& turn, const Case& c, std::string_view kind, Audience audience) {
  auto& draft = turn.reply(kind, audience);
  draft.about = c.id;
  draft.facts.merge(case_facts(turn, c, audience, turn.me().locale));
  const bool acts = role_in(turn, c, turn.speaker()) == Role::owner;
  if (!acts) draft.facts.erase("moves");
  if (acts && audience == Audience::owner) draft.buttons = owner_buttons(c, turn.me().locale);
  return draft;
}

NoticeDraft& answer_why(Turn& turn, std::string_view kind, Audience audience, words::Why why) {
  auto& draft = turn.reply(kind, audience);
  draft.facts["reason"] = words::why(why, turn.me().locale);
  return draft;
}

NoticeDraft* tell_person(Turn& turn, const Case& c, PersonId to, std::string_view kind,
                         Audience audience) {
  if (!to || to == kDutyDesk) return nullptr;
  const auto locale = turn.locale_of(to);
  auto& draft = turn.tell(to, kind, audience);
  draft.about = c.id;
  draft.urgent = c.urgency != Urgency::normal;
  draft.everywhere = c.urgency == Urgency::emergency;
  draft.facts = case_facts(turn, c, audience, locale);
  if (role_in(turn, c, to) == Role::owner)
    draft.buttons = owner_buttons(c, locale);
  else
    draft.facts.erase("moves");
  return &draft;
}

NoticeDraft* tell_owner(Turn& turn, const Case& c, std::string_view kind) {
  return tell_person(turn, c, c.owner, kind, Audience::owner);
}

NoticeDraft* tell_office(Turn& turn, const Case& c, std::string_view kind, PersonId except) {
  const PersonId office = office_of(turn, c).person;
  if (office == c.owner || office == except) return nullptr;
  return tell_person(turn, c, office, kind, Audience::office);
}

}  // namespace huiyin
