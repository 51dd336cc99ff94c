#include "server/desk/cards.h"

#include <algorithm>
#include <array>

#include "server/desk/facts.h"
#include "server/desk/owners.h"

namespace huiyin::cards {
namespace {

constexpr std::ptrdiff_t kMostFiles = 5;
constexpr std::string_view kKind = "card";  // there is one for each audience

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
  const auto role = role_in(turn, c, card.person);
  if (!role) {
    draft.facts = facts_for_stranger(turn, c, locale);
    return draft;
  }
  draft.facts = case_facts(turn, c, draft.audience, locale);
  draft.media = files_for(turn, c, draft.audience, c.media);
  if (*role == Role::owner)
    draft.buttons = owner_buttons(c, locale);
  else
    draft.facts.erase("moves");
  return draft;
}

bool same(const NoticeDraft& a, const NoticeDraft& b) {
  return a.facts == b.facts && a.buttons == b.buttons && a.media == b.media;
}

std::vector<CaseMedia> files_for(const Turn& turn, const Case& c, Audience audience,
                                 std::vector<CaseMedia> files) {
  if (!words_as_written(turn, c, audience))
    std::erase_if(files, [](const CaseMedia& file) { return file.kind != MediaKind::image; });
  if (std::ssize(files) > kMostFiles) files.erase(files.begin(), files.end() - kMostFiles);
  return files;
}

}  // namespace huiyin::cards
