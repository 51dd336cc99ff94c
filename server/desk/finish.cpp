// The end of a turn: what follows from everything that was decided in it.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "server/desk/cards.h"
#include "server/desk/facts.h"
#include "server/desk/privacy.h"
#include "server/desk/questions.h"
#include "server/desk/queues.h"
#include "server/desk/timers.h"
#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

using std::chrono::microseconds;

// Tell the reporter that his files arrived; a registration counts those of the draft too.
constexpr auto kCountNew = std::to_array<std::string_view>({"supplemented", "answered"});
constexpr auto kCountAll = std::to_array<std::string_view>({"registered", "too_late"});
// Bring the new file to those who handle the case.
constexpr auto kBringNew = std::to_array<std::string_view>({"supplement", "answer", "done"});

bool contains(const auto& kinds, std::string_view kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

}  // namespace

std::variant<Decision, Need> Turn::finish() {
  if (!need_.empty()) return need_;
  flush_advice();
  if (!owed_.empty()) throw std::logic_error{"a move was made that the reporter does not hear of"};
  attach_file();
  forget_calls();
  tell_followers();
  for (NoticeDraft& draft : out_.notices) show_files(draft);
  for (NoticeDraft& draft : out_.notices) draft.not_before = hour_of(draft);
  set_queues();
  change_cards();
  for (NoticeDraft& draft : out_.notices) shield(*this, draft);
  set_timers();
  note_views();
  if (me_changed_) out_.persons.push_back(me_);
  if (talk_changed_) save_talk();
  return std::move(out_);
}

void Turn::flush_advice() {
  if (advice_.empty()) return;
  auto advice = std::move(advice_);
  advice_.clear();
  reply("advice").facts["advice"] = std::move(advice);
}

void Turn::attach_file() {
  if (!file_ || out_.cases.empty()) return;
  Case& c = out_.cases.back();
  file_->id = MediaId{supply_.next_id()};
  file_->about = c.id;
  c.media.push_back({file_->id, file_->kind});
  out_.media.push_back(*file_);
}

// Who writes hears what waited for him with the answer: nobody need telephone any more. What no
// platform takes does not wait, and comes to him by telephone only.
void Turn::forget_calls() {
  const auto waits = [](const Account* account) { return account->held > 0; };
  if (!heard_ || std::ranges::none_of(set.accounts_of(speaker_), waits)) return;
  for (const Case* reported : set.reported_by(speaker_)) {
    const Case& c = *find(reported->id);
    if (c.calls == 0) continue;
    Case forgotten = c;
    forgotten.calls = 0;
    put(std::move(forgotten));
  }
}

// Every follower hears what the reporter hears: with the same facts, in his own language.
void Turn::tell_followers() {
  std::vector<NoticeDraft> all;
  for (NoticeDraft& draft : out_.notices) {
    const Case* c = draft.events.empty() ? nullptr : find(draft.about);
    const bool echoes = c && draft.audience == Audience::reporter && draft.to == c->reporter;
    all.push_back(std::move(draft));
    if (!echoes) continue;
    const auto made_here = [&](const Party& party) {
      const Case* before = set.find_case(c->id);
      const auto same = [&](const Party& other) {
        return other.person == party.person && other.kind == party.kind;
      };
      return !before || std::ranges::none_of(before->parties, same);
    };
    for (const Party& party : c->parties) {
      // Who joins by this very turn has been told of it otherwise.
      if (party.kind != PartyKind::follower || party.person == c->reporter || made_here(party))
        continue;
      NoticeDraft copy = all.back();
      const Person& person = *set.person(party.person);
      const bool speaks = speaker_ == party.person;
      copy.to = party.person;
      copy.account = speaks ? account_ : account_for(person, party.account);
      copy.answers_input = speaks;
      copy.muted = !speaks && told_on_paper(person, copy.events);
      auto facts = case_facts(*this, *c, Audience::reporter, locale_of(party.person));
      facts.merge(std::move(copy.facts));
      for (const char* own : {"advice", "purpose", "bound"}) facts.erase(own);
      facts["following"] = "1";
      if (!party.own.empty()) facts["own_number"] = party.own;
      copy.facts = std::move(facts);
      all.push_back(std::move(copy));
    }
  }
  out_.notices = std::move(all);
}

void Turn::set_queues() {
  for (Case& c : out_.cases) c.waits = waits_of(*this, c);
}

// Handbook §11: who was shown the reporter's name or telephone.
void Turn::note_views() {
  for (const NoticeDraft& draft : out_.notices) {
    if (draft.audience == Audience::reporter || draft.edits || !draft.facts.contains("reporter"))
      continue;
    const Case* c = find(draft.about);
    if (c && c->reporter != draft.to) out_.views.push_back({draft.to, c->reporter, c->id});
  }
}

void Turn::show_files(NoticeDraft& draft) const {
  const Case* c = find(draft.about);
  if (!c || c->media.empty()) return;
  std::vector<CaseMedia> fresh;
  if (file_ && file_->about == c->id) fresh.push_back({file_->id, file_->kind});
  if (draft.audience == Audience::reporter) {
    const bool all = contains(kCountAll, draft.kind);
    if (!all && !contains(kCountNew, draft.kind)) return;
    auto files = words::files(all ? c->media : fresh, locale_of(draft.to));
    if (!files.empty()) draft.facts["files"] = std::move(files);
  } else if (cards::is_card(draft)) {
    draft.media = cards::files_for(*this, *c, draft.to, c->media);
  } else if (contains(kBringNew, draft.kind)) {
    draft.media = cards::files_for(*this, *c, draft.to, fresh);
  }
}

// Answers and what is urgent know no hours; a changed card alarms nobody.
Instant Turn::hour_of(const NoticeDraft& draft) const {
  if (draft.answers_input || draft.urgent) return {};
  if (const Case* c = find(draft.about); c && c->urgency != Urgency::normal) return {};
  return draft.audience == Audience::reporter
             ? push_to_resident_at(policy.clocks, now)
             : push_to_cadre_at(policy.calendar, policy.clocks, now);
}

void Turn::change_cards() {
  for (const Case& c : out_.cases) {
    const Case* before = set.find_case(c.id);
    if (!before) continue;
    for (const Card& card : set.cards(c.id)) {
      NoticeDraft changed = cards::as_it_is(*this, c, card);
      if (!cards::same(changed, cards::as_it_is(*this, *before, card)))
        out_.notices.push_back(std::move(changed));
    }
  }
}

void Turn::set_timers() {
  for (Case& c : out_.cases) {
    const Case* before = set.find_case(c.id);
    Instant from = now + microseconds{1};
    if (fired_ != Instant{})
      from = fired_ + microseconds{1};
    else if (before && before->next_due_at != Instant{} && before->next_due_at <= now)
      from = before->next_due_at;  // a timer that is late, not yet served: it is not skipped
    const Timer timer = next_timer(c, policy, from);
    c.next_due_at = timer.at;
    c.timer = timer.name;
  }
}

void Turn::save_talk() {
  for (const Instant at : wrong_codes_) talk_.options.push_back(questions::wrong_code_at(at));
  out_.conversations.push_back(talk_);
}

}  // namespace huiyin
