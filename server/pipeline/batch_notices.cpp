#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "server/pipeline/batch_plan.h"
#include "server/pipeline/links.h"
#include "server/pipeline/render.h"

namespace huiyin {
namespace {

const NoticeKind* kind_of(const NoticeDraft& draft) {
  const auto found = std::ranges::find_if(kNoticeKinds, [&](const NoticeKind& kind) {
    return kind.audience == draft.audience && kind.name == draft.kind;
  });
  return found == kNoticeKinds.end() ? nullptr : &*found;
}

bool is_echo(const NoticeDraft& draft) {
  const NoticeKind* kind = kind_of(draft);
  return kind && kind->echo;
}

std::string media_word(MediaKind kind, std::string_view locale) {
  constexpr std::array<std::string_view, 3> zh{"照片", "语音", "视频"};
  constexpr std::array<std::string_view, 3> en{"Photo", "Voice", "Video"};
  const auto at = static_cast<std::size_t>(kind);
  return std::string{locale == "en" ? en[at] : zh[at]};
}

void show_media(NoticeDraft& draft, std::string_view locale, const MediaLinks& links, Instant now) {
  for (const auto& media : draft.media) {
    auto link = links.link(media.id, now);
    if (link.empty()) continue;
    draft.lists["media"].push_back({{"what", media_word(media.kind, locale)}, {"link", link}});
  }
}

// What goes everywhere is there already: none of its copies goes on by another one's way.
std::vector<AccountId> other_ways(const NoticeDraft& draft, NoticeId id, const auto& notices) {
  std::vector<AccountId> ways;
  for (const auto& other : notices) {
    const auto& copy = other.draft;
    if (other.id != id && copy.account != draft.account && copy.everywhere && copy.to == draft.to &&
        copy.about == draft.about && copy.kind == draft.kind && copy.audience == draft.audience)
      ways.push_back(copy.account);
  }
  return ways;
}

// Who asked for quiet counts as told (P2); nothing waits for him.
store::NoticeRow on_paper(store::NoticeRow row) {
  row.state = store::NoticeState::skipped;
  row.code = store::kMuted;
  row.next_at = {};
  return row;
}

std::string handle_of(NoticeId card, CaseId about, const WorkingSet& set) {
  for (const auto& one : set.cards(about))
    if (one.notice == card) return one.handle;
  return "";
}

}  // namespace

bool is_card(const NoticeDraft& draft) {
  const NoticeKind* kind = kind_of(draft);
  return kind && kind->card && draft.about && !draft.edits;
}

store::NoticeRow BatchRunner::notice_row(const NoticeDraft& draft, NoticeId id,
                                         const Plan& plan) const {
  const Person* person = plan.person(draft.to);
  const std::string locale = person ? person->locale : "zh";
  store::NoticeRow row;
  if (draft.media.empty()) {
    row.notice = plan.runtime->renderer->render(draft, locale);
  } else {
    NoticeDraft shown = draft;
    show_media(shown, locale, parts_.links, plan.now);
    row.notice = plan.runtime->renderer->render(shown, locale);
  }
  row.notice.id = id;
  row.person = draft.to;
  row.about = draft.about;
  row.events = draft.events;
  row.echo = is_echo(draft) && !draft.edits;
  row.urgent = draft.urgent;
  row.created_at = plan.now;
  row.next_at = plan.database_now;
  row.edits = draft.edits;
  if (row.edits) row.notice.replaces = handle_of(row.edits, row.about, plan.set);
  return row;
}

void BatchRunner::write_notices(std::size_t index, const Job& job, Plan& plan) {
  auto& effect = plan.effects[index];
  for (const auto& [draft, id] : effect.notices) {
    const Account* found = draft.account ? plan.set.account(draft.account) : nullptr;
    const Channel* channel = found ? open_channel(found->channel) : nullptr;
    const bool editable = channel && channel->can_edit() && !channel->pulled();
    if (draft.edits && (!editable || !found->following)) continue;  // the card stays as it is

    auto row = notice_row(draft, id, plan);
    if (draft.everywhere) row.tried = other_ways(draft, id, effect.notices);
    if (!found && draft.muted) {
      plan.writes.notices.push_back(on_paper(std::move(row)));
      continue;
    }
    if (!found) {  // e.g. kDutyDesk: a person without accounts; the audit lists it
      row.state = store::NoticeState::dead;
      row.code = "no_account";
      row.next_at = row.echo ? plan.now + plan.runtime->policy->clocks.telephone : Instant{};
      plan.writes.notices.push_back(std::move(row));
      continue;
    }
    Account lane = *found;
    row.account = lane.id;
    row.notice.channel = lane.channel;
    row.notice.recipient = lane.user;
    if (draft.muted) {
      plan.writes.notices.push_back(on_paper(std::move(row)));
      continue;
    }

    const bool answers = job.is_message() && draft.answers_input;
    const bool own = job.is_message() && lane.id == effect.account;
    const bool rides =
        channel && answers && own && !effect.reply && channel->can_reply(job.message);
    row.card = editable && !rides && is_card(draft);
    if (row.card)
      plan.writes.cards.push_back({id, row.about, row.account, row.person, draft.kind,
                                   draft.audience == Audience::office, ""});
    if (!answers && draft.not_before > plan.now) {  // stands in no lane before its hour
      row.state = store::NoticeState::later;
      row.next_at = draft.not_before;
      row.brief =
          draft.audience != Audience::reporter && !row.urgent && !row.edits && row.events.empty();
      plan.writes.notices.push_back(std::move(row));
      continue;
    }
    row.seq = ++lane.lane_seq;
    if (own && !row.edits && job.message.reply_until > plan.now) {
      row.notice.reply_address = job.message.reply_address;
      row.notice.reply_until = job.message.reply_until;
    }
    if (rides) {
      effect.reply = row.notice.id;
      plan.receipts[index].reply = row.notice;
      plan.receipts[index].echo = row.echo;
    }
    if (channel && channel->pulled()) {
      row.state = store::NoticeState::sent;
      row.next_at = {};
    } else if (rides) {
      row.state = store::NoticeState::riding;
      row.next_at = plan.database_now + parts_.outbox.missed_reply();
    } else {
      place_in_lane(row, lane, plan);
    }
    plan.set.change(std::move(lane));
    plan.writes.notices.push_back(std::move(row));
  }
}

// Ours to send at once when the lane is ours already or brand new; then nothing older can be
// waiting in the store. Else the outbox claims it with whatever stands before it.
void BatchRunner::place_in_lane(store::NoticeRow& row, Account& lane, Plan& plan) {
  const bool ours =
      lane.lane_owner == parts_.outbox.process() && lane.lane_until > plan.database_now;
  const bool fresh = lane.lane_owner.empty() && lane.lane_seq == 1;
  if (ours || fresh) {
    const auto token = fresh ? lane.lane_token + 1 : lane.lane_token;
    if (parts_.outbox.reserve(lane.id, token, row.seq)) {
      plan.reserved.emplace_back(lane.id, row.seq);
      lane.lane_owner = parts_.outbox.process();
      lane.lane_token = token;
      lane.lane_until = plan.database_now + parts_.outbox.lease();
      row.state = store::NoticeState::sending;
      row.next_at = lane.lane_until;  // nobody looks for it before
      row.lane_token = token;
      return;
    }
  }
  row.state = store::NoticeState::due;
  plan.nudge = true;
}

}  // namespace huiyin
