#include "server/desk/tell.h"

#include "server/desk/buttons.h"
#include "server/desk/owners.h"
#include "server/desk/roles.h"

namespace huiyin {

NoticeDraft& answer_about(Turn& turn, const Case& c, std::string_view kind, Audience audience) {
  auto& draft = turn.reply(kind, audience);
  draft.about = c.id;
  draft.facts.merge(case_facts(turn, c, audience, turn.me().locale, turn.speaker()));
  if (audience != Audience::reporter) buttons::add(turn, c, draft);
  return draft;
}

NoticeDraft& answer_why(Turn& turn, std::string_view kind, Audience audience, words::Why why) {
  auto& draft = turn.reply(kind, audience);
  draft.facts["reason"] = words::why(why, turn.me().locale);
  return draft;
}

NoticeDraft* tell_person(Turn& turn, const Case& c, PersonId to, std::string_view kind,
                         Audience audience) {
  if (!to || to == kDutyDesk || concerned(turn, c, to)) return nullptr;
  const auto locale = turn.locale_of(to);
  auto& draft = turn.tell(to, kind, audience);
  draft.about = c.id;
  draft.urgent = c.urgency != Urgency::normal;
  draft.everywhere = c.urgency == Urgency::emergency;
  draft.facts = case_facts(turn, c, audience, locale, to);
  if (audience != Audience::reporter) buttons::add(turn, c, draft);
  return &draft;
}

NoticeDraft* tell_owner(Turn& turn, const Case& c, std::string_view kind) {
  // Whoever is away reads nothing; who stands in does.
  const PersonId deputy = turn.directory.stand_in(c.owner, turn.now);
  return tell_person(turn, c, deputy ? deputy : c.owner, kind, Audience::owner);
}

NoticeDraft* tell_office(Turn& turn, const Case& c, std::string_view kind, PersonId except) {
  const PersonId office = office_of(turn, c).person;
  if (office == c.owner || office == except) return nullptr;
  return tell_person(turn, c, office, kind, Audience::office);
}

}  // namespace huiyin
