#include <algorithm>
#include <set>
#include <utility>

#include "server/pipeline/batch_plan.h"

namespace huiyin {
namespace {

// The account that the person chose is the first, then the order of the directory, then what was
// bound since.
std::vector<const Account*> accounts_of(PersonId id, AccountId preferred,
                                        const Directory& directory, const WorkingSet& set) {
  std::vector<const Account*> found;
  for (const auto& listed : directory.accounts_of(id)) {
    const Account* now = set.account(listed.id);
    if (!now || now->person == id) found.push_back(now ? now : &listed);
  }
  for (const auto* account : set.accounts_of(id))
    if (std::ranges::none_of(found, [&](const auto* one) { return one->id == account->id; }))
      found.push_back(account);
  const auto chosen =
      std::ranges::find_if(found, [&](const auto* one) { return one->id == preferred; });
  if (chosen != found.end()) std::rotate(found.begin(), chosen, chosen + 1);
  return found;
}

}  // namespace

const Channel* BatchRunner::open_channel(const std::string& name) const {
  const auto found = parts_.channels.find(name);
  return found == parts_.channels.end() ? nullptr : found->second.get();
}

// Who is told where. What goes everywhere goes to every account at once; the first of them carries
// the events.
void BatchRunner::address(std::size_t index, const Job& job, Plan& plan) {
  auto& effect = plan.effects[index];
  // What is decided later in this batch finds its cards already.
  const auto add = [&](const NoticeDraft& draft) {
    const NoticeId id{supply_.next_id()};
    if (is_card(draft))
      plan.set.put_card({id, draft.about, draft.account, draft.to, draft.kind,
                         draft.audience == Audience::office, ""});
    effect.notices.push_back({draft, id});
  };
  for (auto& draft : effect.decision.notices) {
    std::vector<AccountId> more;
    if (!draft.edits && !(job.is_message() && draft.account && draft.account == effect.account)) {
      const auto open = open_accounts(draft, plan);
      if (!open.empty()) draft.account = open.front();
      if (draft.everywhere && !draft.muted && open.size() > 1)
        more.assign(open.begin() + 1, open.end());
    }
    if (!draft.account) draft.account = closed_account(draft.to, plan);
    add(draft);
    for (const auto account : more) {
      draft.account = account;
      draft.events.clear();
      add(draft);
    }
  }
  effect.decision.notices.clear();
}

std::vector<AccountId> BatchRunner::open_accounts(const NoticeDraft& draft,
                                                  const Plan& plan) const {
  const Person* person = plan.person(draft.to);
  std::vector<AccountId> open;
  bool listed = false;
  for (const auto* account : accounts_of(draft.to, person ? person->preferred : AccountId{},
                                         *plan.runtime->directory, plan.set)) {
    const bool asked_for = account->id == draft.account;
    listed |= asked_for;
    if (!account->following || !open_channel(account->channel)) continue;
    open.insert(asked_for ? open.begin() : open.end(), account->id);
  }
  // Not one of those we know: desk knows better.
  if (draft.account && !listed) open.insert(open.begin(), draft.account);
  return open;
}

// The directory is as old as its last import: who had left then may be back. If not, it is held.
AccountId BatchRunner::closed_account(PersonId to, const Plan& plan) const {
  const Person* person = plan.person(to);
  for (const auto* account : accounts_of(to, person ? person->preferred : AccountId{},
                                         *plan.runtime->directory, plan.set))
    if (open_channel(account->channel)) return account->id;
  return {};
}

void BatchRunner::lock_recipients(store::Batch& tx, std::span<Job> jobs, Plan& plan) {
  std::set<AccountId> lanes;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto& effect = plan.effects[i];
    if (effect.skip) continue;
    if (effect.account) lanes.insert(effect.account);
    for (const auto& [draft, id] : effect.notices)
      if (draft.account && !draft.muted) lanes.insert(draft.account);
    if (effect.account && is_heard(jobs[i].message))
      for (const auto* account : plan.set.accounts_of(effect.person))
        if (account->held > 0) lanes.insert(account->id);
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
  const auto& grant = job.message.window;
  // Where writing needs leave, an event that gives none (a position that the app reports by itself)
  // makes nobody reachable.
  const Channel* platform = open_channel(job.message.channel);
  if (job.message.kind == MessageKind::other && grant.messages == 0 && platform &&
      platform->session_needs_window())
    return;
  Account account = *found;
  const bool follows = job.message.kind != MessageKind::unfollow;
  bool changed = std::exchange(account.following, follows) != follows;
  // A menu tap grants less than the message before it: keep the larger window.
  if (grant.messages > 0 && grant.until >= account.window_until) {
    account.window_until = grant.until;
    account.window_left = grant.messages;
    changed = true;
  }
  if (is_heard(job.message)) changed |= release_held(account, plan);
  if (!changed) return;
  account.last_in_at = plan.now;
  parts_.outbox.window(account);
  plan.set.change(std::move(account));
}

// Whatever is held for the person, on this account or another one, follows him here.
bool BatchRunner::release_held(Account& here, Plan& plan) {
  std::vector<Account> holding;
  for (const auto* account : plan.set.accounts_of(here.person))
    if (account->held > 0) holding.push_back(*account);
  for (auto& from : holding) {
    if (from.id == here.id) {
      plan.writes.release_held.push_back({from.id, here.id});
      here.held = 0;
      ++here.lane_seq;  // the lane's holder must look into the store
      continue;
    }
    plan.writes.release_held.push_back({from.id, here.id, here.lane_seq + 1});
    here.lane_seq += from.held;
    from.held = 0;
    plan.set.change(std::move(from));
  }
  if (holding.empty()) return false;
  parts_.outbox.behind(here.id);
  return plan.nudge = true;
}

// By which accounts somebody on duty is reached is part of the directory that every process keeps.
void BatchRunner::bind(const Decision& decision, Plan& plan) {
  const auto& directory = *plan.runtime->directory;
  for (const auto& person : decision.persons) {
    const Person* listed = directory.person(person.id);
    if (listed && listed->preferred != person.preferred) plan.writes.directory_changed = true;
  }
  const Account* found = decision.bind_account ? plan.set.account(decision.bind_account) : nullptr;
  if (!found) return;
  if (directory.person(found->person) || directory.person(decision.bind_to))
    plan.writes.directory_changed = true;
  Account account = *found;
  plan.writes.rebound.push_back({account.id, account.person, decision.bind_to});
  account.person = decision.bind_to;
  plan.set.change(std::move(account));
}

}  // namespace huiyin
