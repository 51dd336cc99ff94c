#include <algorithm>
#include <utility>

#include "server/desk/same.h"
#include "server/desk/start.h"
#include "server/pipeline/batch_plan.h"

namespace huiyin {
namespace {

constexpr std::chrono::days kRecentlyClosed{16};  // reopening: 15 days

Input input_of(const Job& job, Instant now, PersonId person, AccountId account) {
  if (!job.task) return {now, Said{job.message, job.meaning, person, account}};
  return std::visit([&](const auto& what) { return Input{now, what}; }, job.task->what);
}

// Nobody asks it of them a second time in vain.
void check_settled(const Job& job, const Decision& decision) {
  if (job.task_of<Brief>() && decision.briefed.empty())
    throw std::logic_error{"a brief that stands for nothing"};
  if (job.task_of<Round>() && !decision.round && decision.cases.empty())
    throw std::logic_error{"a round that does nothing and is not over"};
}

// What a new case will be compared with: asked for beforehand, it costs no second round. Of
// homonyms somebody is asked first; thanks, questions and complaints about those who serve are
// compared with nothing.
void add_near(const Meaning& meaning, const Directory& directory, Need& need) {
  if (!meaning.substance || meaning.places.size() != 1 || meaning.type == CaseType::praise ||
      meaning.type == CaseType::consult || start_level(meaning) != Level::frontline)
    return;
  for (auto& place : places_near(directory, meaning.places.front().unit))
    need.near.emplace(std::move(place), meaning.topic);
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

// What two processes read as due at the same time, one of them has done by the second attempt.
void BatchRunner::skip_done_rounds(std::span<Job> jobs, Plan& plan) {
  const auto skip_if_done = [&](std::size_t i, const RoundDone& last) {
    const auto stored = store_->round(last.name);
    if (stored.at == last.at && stored.directory == last.directory) return;
    plan.effects[i].skip = true;
    plan.receipts[i].status = Receipt::duplicate;
  };
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (const auto* round = jobs[i].task_of<Round>()) skip_if_done(i, round->last);
    if (jobs[i].task && jobs[i].task->step) skip_if_done(i, jobs[i].task->step->last);
  }
}

void BatchRunner::skip_done_briefs(store::Batch& tx, std::span<Job> jobs, Plan& plan) {
  std::vector<NoticeId> ids;
  for (const auto& job : jobs)
    if (const auto* brief = job.task_of<Brief>())
      for (const auto& line : brief->lines) ids.push_back(line.notice);
  if (ids.empty()) return;
  const auto rows = tx.find_notices(ids);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto* brief = jobs[i].task_of<Brief>();
    if (!brief) continue;
    const bool all_wait = std::ranges::all_of(brief->lines, [&](const Brief::Line& line) {
      const auto row = rows.find(line.notice);
      return row != rows.end() && row->second.state == store::NoticeState::later;
    });
    if (all_wait) continue;
    plan.effects[i].skip = true;
    plan.receipts[i].status = Receipt::duplicate;
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
    if (const auto* due = jobs[i].task_of<Due>()) need.cases.insert(due->about);
    if (const auto* unheard = jobs[i].task_of<Unheard>()) need.cases.insert(unheard->about);
    if (const auto* brief = jobs[i].task_of<Brief>()) need.persons.insert(brief->person);
    if (!jobs[i].is_message()) continue;
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
    add_near(jobs[i].meaning, *plan.runtime->directory, need);
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
      check_settled(job, effect.decision);
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
