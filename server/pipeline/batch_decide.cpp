#include <algorithm>
#include <utility>

#include "server/pipeline/batch_plan.h"

namespace huiyin {
namespace {

constexpr std::chrono::days kRecentlyClosed{16};  // reopening: 15 days

Input input_of(const Job& job, Instant now, PersonId person, AccountId account) {
  if (job.unheard) return {now, *job.unheard};
  if (job.due) return {now, Due{job.due}};
  return {now, Said{job.message, job.meaning, person, account}};
}

bool full_number(std::string_view number) { return number.size() >= 11; }

}  // namespace

RuntimePtr BatchRunner::runtime_for(store::Batch& tx) {
  auto runtime = parts_.current.get();
  return runtime && runtime->directory->version() >= tx.directory_version() ? runtime : nullptr;
}

void BatchRunner::find_known(store::Batch& tx, std::span<Job> jobs, Plan& plan) {
  std::vector<store::InboundKey> keys;
  std::vector<store::Nonce> claims;
  for (const auto& job : jobs) {
    if (!job.is_message()) continue;
    keys.push_back(job.key());
    if (const auto& claim = job.message.nonce)
      claims.push_back({job.message.channel, claim->nonce, claim->body_hash});
  }
  if (keys.empty()) return;
  const auto known = tx.find_inbound(keys);
  std::map<NoticeId, store::NoticeRow> replies;
  if (!known.empty()) {
    std::vector<NoticeId> ids;
    for (const auto& [key, row] : known)
      if (row.reply) ids.push_back(row.reply);
    if (!ids.empty()) replies = tx.find_notices(ids);
  }
  std::map<std::pair<std::string, std::string>, std::string> nonces;
  if (!claims.empty()) nonces = tx.find_nonces(claims);

  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!jobs[i].is_message()) continue;
    const auto& message = jobs[i].message;
    if (const auto row = known.find(jobs[i].key()); row != known.end()) {
      plan.effects[i].skip = true;
      plan.receipts[i].status = Receipt::duplicate;
      const auto reply = replies.find(row->second.reply);
      if (reply == replies.end()) continue;
      // Already told by another way: only acknowledge. Else the same answer again.
      const auto& was = reply->second;
      const auto channel = parts_.channels.find(message.channel);
      const bool pulled = channel != parts_.channels.end() && channel->second->pulled();
      if (was.state == store::NoticeState::riding || was.state == store::NoticeState::due ||
          was.code == "rode" || pulled) {
        plan.receipts[i].reply = was.notice;
        plan.receipts[i].echo = was.echo && was.code != "rode";  // counted then
      }
      continue;
    }
    if (const auto& claim = message.nonce) {
      const auto [at, fresh] =
          nonces.emplace(std::pair{message.channel, claim->nonce}, claim->body_hash);
      if (!fresh && at->second != claim->body_hash) {
        plan.effects[i].skip = true;
        plan.receipts[i].status = Receipt::replayed;
      } else if (fresh) {
        plan.writes.nonces.push_back({message.channel, claim->nonce, claim->body_hash});
      }
    }
  }
}

void BatchRunner::load(store::Batch& tx, std::span<Job> jobs, Plan& plan) {
  std::vector<std::pair<std::string, std::string>> users;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (jobs[i].is_message() && !plan.effects[i].skip &&
        jobs[i].message.kind != MessageKind::delivery)
      users.emplace_back(jobs[i].message.channel, jobs[i].message.sender);
  std::ranges::sort(users);
  users.erase(std::unique(users.begin(), users.end()), users.end());
  if (!users.empty()) tx.load_accounts(users, plan.set);

  Need need = plan.wanted;
  Need created;  // people whom nobody has met: nothing to look up
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& effect = plan.effects[i];
    if (effect.skip) continue;
    if (!jobs[i].is_message()) {
      need.cases.insert(jobs[i].about());
      continue;
    }
    const auto& message = jobs[i].message;
    if (message.kind == MessageKind::delivery) continue;
    const Account* account = plan.set.account(message.channel, message.sender);
    if (!account && !takes_effect(message)) continue;
    if (!account) {
      Person person;
      person.id = PersonId{supply_.next_id()};
      Account row;
      row.id = AccountId{supply_.next_id()};
      row.channel = message.channel;
      row.user = message.sender;
      row.person = person.id;
      created.persons.insert(person.id);
      created.cases_of.insert(person.id);
      plan.set.create(std::move(person));
      plan.set.create(std::move(row));
      account = plan.set.account(message.channel, message.sender);
    } else if (!created.persons.contains(account->person)) {
      need.persons.insert(account->person);
      if (takes_effect(message)) need.cases_of.insert(account->person);
    }
    effect.account = account->id;
    effect.person = account->person;
    for (const auto& number : jobs[i].meaning.numbers)
      if (full_number(number)) need.numbers.insert(number);
  }
  plan.set.mark_asked(created);
  if (!need.empty()) tx.load(need, plan.now - kRecentlyClosed, plan.set);
}

// The old one is spent, and what is decided now already edits by the new one.
void BatchRunner::new_handle(const Message& message, Plan& plan) const {
  const Channel* channel = open_channel(message.channel);
  if (!channel) return;
  const auto handle = channel->card_handle(message);
  if (!handle) return;
  plan.writes.handles.emplace_back(handle->notice, handle->handle);
  plan.set.set_handle(handle->notice, handle->handle);
}

Need BatchRunner::decide_all(std::span<Job> jobs, Plan& plan) {
  Need all;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& effect = plan.effects[i];
    const auto& job = jobs[i];
    if (effect.skip) continue;
    plan.receipts[i].status = Receipt::accepted;
    if (job.is_message()) new_handle(job.message, plan);
    if (job.is_message() && !takes_effect(job.message)) continue;
    const Input input = input_of(job, plan.now, effect.person, effect.account);
    try {
      auto answer = plan.runtime->rules(input, plan.set, *plan.runtime->directory,
                                        *plan.runtime->policy, supply_);
      if (auto* need = std::get_if<Need>(&answer)) {
        all.merge(*need);
        continue;
      }
      effect.decision = std::get<Decision>(std::move(answer));
      plan.set.fold(effect.decision);
      if (!effect.decision.cases.empty()) effect.about = effect.decision.cases.front().id;
      address(i, job, plan);
    } catch (const std::logic_error& error) {
      effect.skip = true;
      effect.set_aside = std::string{"decide: "} + error.what();
    }
  }
  return all;
}

}  // namespace huiyin
