#include "server/desk/cards.h"

#include <algorithm>
#include <array>

#include "server/desk/buttons.h"
#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/roles.h"
#include "server/desk/words.h"

namespace huiyin::cards {
namespace {

constexpr std::ptrdiff_t kMostFiles = 5;
constexpr std::string_view kKind = "card";  // there is one for each audience
constexpr std::string_view kHelps = "co_card";

// What anybody may know who once had the case.
Facts facts_for_stranger(const Turn& turn, const Case& c, std::string_view locale) {
  auto all = case_facts(turn, c, Audience::reporter, locale);
  Facts facts;
  const auto keep = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys)
      if (const auto at = all.find(key); at != all.end() && !at->second.empty()) facts.insert(*at);
  };
  keep({"number", "kind", "urgency", "status", "owner", "outcome", "solved", "unsolved"});
  if (!confidential(c)) keep({"place", "text", "result"});
  facts["other"] = "1";
  return facts;
}

// In whose name the person helps; null when that unit is gone.
const Unit* helps_for(const Turn& turn, const Case& c, PersonId person) {
  for (const Party& party : c.parties)
    if (party.kind == PartyKind::co_handler && party.person == person)
      return turn.directory.unit(party.unit);
  return nullptr;
}

Facts facts_for_concerned(const Case& c, std::string_view locale) {
  const bool english = locale == "en";
  return {{"number", c.number},
          {"kind", english ? "case" : "事项"},
          {"owner", words::role(DutyRole::clerk, UnitKind::township, locale)},
          {"status", words::stage(Stage::in_progress, Outcome::none, locale)},
          {"other", "1"}};
}

}  // namespace

bool is_card(const NoticeDraft& draft) {
  return std::ranges::any_of(kNoticeKinds, [&](const NoticeKind& kind) {
    return kind.card && kind.audience == draft.audience && kind.name == draft.kind;
  });
}

NoticeDraft as_it_is(const Turn& turn, const Case& c, const Card& card) {
  NoticeDraft draft;
  draft.kind = kKind;
  draft.audience = card.office ? Audience::office : Audience::owner;
  draft.to = card.person;
  draft.account = card.account;
  draft.about = c.id;
  draft.edits = card.notice;
  const auto locale = turn.locale_of(card.person);
  // Those it is about find nothing on it, and it changes no more (handbook §4).
  if (concerned(turn, c, card.person)) {
    draft.facts = facts_for_concerned(c, locale);
    return draft;
  }
  const auto role = role_in(turn, c, card.person);
  if (!role) {
    draft.facts = facts_for_stranger(turn, c, locale);
    return draft;
  }
  if (!card.office && *role == Role::co_handler) {
    draft.kind = kHelps;
    if (const Unit* unit = helps_for(turn, c, card.person)) draft.facts["helps"] = unit->name;
  } else if (!card.office && *role == Role::leader) {
    draft.audience = Audience::leader;
  }
  draft.facts.merge(case_facts(turn, c, draft.audience, locale, card.person));
  draft.media = files_for(turn, c, card.person, c.media);
  buttons::add(turn, c, draft);
  return draft;
}

bool same(const NoticeDraft& a, const NoticeDraft& b) {
  return a.facts == b.facts && a.buttons == b.buttons && a.media == b.media;
}

std::vector<CaseMedia> files_for(const Turn& turn, const Case& c, PersonId reader,
                                 std::vector<CaseMedia> files) {
  if (!reads_as_written(turn, c, reader))
    std::erase_if(files, [](const CaseMedia& file) { return file.kind != MediaKind::image; });
  if (std::ssize(files) > kMostFiles) files.erase(files.begin(), files.end() - kMostFiles);
  return files;
}

}  // namespace huiyin::cards
