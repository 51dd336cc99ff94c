#include <algorithm>
#include <set>
#include <utility>

#include "server/pipeline/batch_plan.h"
#include "server/pipeline/render.h"

namespace huiyin {
namespace {

bool is_echo(const NoticeDraft& draft) {
  return std::ranges::any_of(kNoticeKinds, [&](const NoticeKind& kind) {
    return kind.echo && kind.audience == draft.audience && kind.name == draft.kind;
  });
}

}  // namespace

AccountId BatchRunner::recipient_of(const NoticeDraft& draft, const Plan& plan) const {
  if (draft.account) return draft.account;
  const auto open = [&](const Account& account) {
    return account.following && parts_.channels.contains(account.channel);
  };
  for (const auto& account : plan.runtime->directory->accounts_of(draft.to))
    if (open(account)) return account.id;
  for (const auto* account : plan.set.accounts_of(draft.to))
    if (open(*account)) return account->id;
  // The directory is as old as its last import: who had left then may be back. If not, it is held.
  for (const auto& account : plan.runtime->directory->accounts_of(draft.to))
    if (parts_.channels.contains(account.channel)) return account.id;
  return {};
}

void BatchRunner::lock_recipients(store::Batch& tx, std::span<Job> jobs, Plan& plan) {
  std::set<AccountId> lanes;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& effect = plan.effects[i];
    if (effect.skip) continue;
    if (effect.account) lanes.insert(effect.account);
    for (auto& draft : effect.decision.notices) {
      draft.account = recipient_of(draft, plan);
      if (draft.account) lanes.insert(draft.account);
    }
  }
  if (!lanes.empty()) tx.lock_accounts(lanes, plan.set);
  // The sender was looked up before the lock: bound to somebody else meanwhile? Then all again.
  for (const auto& effect : plan.effects) {
    const Account* account = effect.account ? plan.set.account(effect.account) : nullptr;
    if (account && account->person != effect.person)
      throw store::Error{store::Trouble::retry, 0, "account was bound to another person meanwhile"};
  }
}

// Windows open, followers come and go, held notices leave with the person's next message.
void BatchRunner::touch_sender(const Job& job, Plan& plan) {
  if (!job.is_message() || job.message.kind == MessageKind::delivery) return;
  const Account* found = plan.set.account(job.message.channel, job.message.sender);
  if (!found) return;
  Account account = *found;
  const bool follows = job.message.kind != MessageKind::unfollow;
  bool changed = std::exchange(account.following, follows) != follows;
  const auto& grant = job.message.window;
  // A menu tap grants less than the message before it: keep the larger window.
  if (grant.messages > 0 && grant.until >= account.window_until) {
    account.window_until = grant.until;
    account.window_left = grant.messages;
    changed = true;
  }
  if (follows && account.held > 0) {
    plan.writes.release_held.push_back({account.id, account.id});
    parts_.outbox.behind(account.id);
    account.held = 0;
    plan.nudge = changed = true;
  }
  if (!changed) return;
  account.last_in_at = plan.now;
  parts_.outbox.window(account);
  plan.set.change(std::move(account));
}

void BatchRunner::bind(const Decision& decision, Plan& plan) {
  const Account* found = decision.bind_account ? plan.set.account(decision.bind_account) : nullptr;
  if (!found) return;
  Account account = *found;
  account.person = decision.bind_to;
  plan.set.change(std::move(account));
}

void BatchRunner::write_notices(std::size_t index, const Job& job, Plan& plan) {
  auto& effect = plan.effects[index];
  for (const auto& draft : effect.decision.notices) {
    const Person* person = plan.set.person(draft.to);
    if (!person) person = plan.runtime->directory->person(draft.to);
    store::NoticeRow row;
    row.notice = plan.runtime->renderer->render(draft, person ? person->locale : "zh");
    row.notice.id = NoticeId{supply_.next_id()};
    row.person = draft.to;
    row.about = draft.about;
    row.events = draft.events;
    row.echo = is_echo(draft);
    row.urgent = draft.urgent;
    row.created_at = plan.now;
    row.next_at = plan.database_now;
    const Account* found = draft.account ? plan.set.account(draft.account) : nullptr;
    if (!found) {  // e.g. kDutyDesk: a person without accounts; the audit lists it
      row.state = store::NoticeState::dead;
      row.code = "no_account";
      plan.writes.notices.push_back(std::move(row));
      continue;
    }
    Account lane = *found;
    row.account = lane.id;
    row.notice.channel = lane.channel;
    row.notice.recipient = lane.user;
    row.seq = ++lane.lane_seq;

    const auto channel = parts_.channels.find(lane.channel);
    const bool open = channel != parts_.channels.end();
    const bool rides = open && job.is_message() && !effect.reply && draft.answers_input &&
                       lane.id == effect.account && channel->second->can_reply(job.message);
    if (rides) {
      effect.reply = row.notice.id;
      plan.receipts[index].reply = row.notice;
    }
    if (open && channel->second->pulled()) {
      row.state = store::NoticeState::sent;
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
