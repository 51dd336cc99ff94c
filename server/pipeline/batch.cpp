#include "server/pipeline/batch.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>
#include <utility>

#include "server/pipeline/render.h"

namespace huiyin {
namespace {

using store::Trouble;
using namespace std::chrono_literals;

constexpr int kAttempts = 5;  // reliability.md P9
constexpr int kRounds = 3;    // of Need
constexpr std::size_t kIdsPerInput =
    12;  // person, account, case, events, notices; grows when short
constexpr auto kAwayPause = 1000ms;
constexpr std::chrono::days kRecentlyClosed{16};  // reopening: 15 days

bool takes_effect(const Message& message) {
  return message.kind != MessageKind::other && message.kind != MessageKind::delivery &&
         message.kind != MessageKind::unfollow;
}

bool full_number(std::string_view number) { return number.size() >= 11; }

std::string_view kind_name(MessageKind kind) {
  constexpr std::string_view names[] = {"text",     "image", "voice",    "video",
                                        "position", "link",  "follow",   "scan",
                                        "unfollow", "menu",  "delivery", "other"};
  return names[static_cast<int>(kind)];
}

bool is_echo(const NoticeDraft& draft) {
  return std::ranges::any_of(kNoticeKinds, [&](const NoticeKind& kind) {
    return kind.echo && kind.audience == draft.audience && kind.name == draft.kind;
  });
}

}  // namespace

// Everything that one attempt works out. Kept until the commit is settled.
struct BatchRunner::Plan {
  struct Effect {
    bool skip = false;  // duplicate, replayed or set aside: nothing to write
    std::string set_aside;
    AccountId account;
    PersonId person;
    Decision decision;
    CaseId about;
    NoticeId reply;
  };

  std::string batch_id;
  RuntimePtr runtime;
  Instant now, database_now;
  WorkingSet set;
  Need wanted;  // grows with each round
  std::vector<Effect> effects;
  std::vector<Receipt> receipts;
  store::Writes writes;
  std::vector<std::pair<AccountId, std::int64_t>> reserved;  // lane, seq
  bool nudge = false;                                        // something is left `due`

  void begin_round(std::size_t jobs) {
    set = {};
    effects.assign(jobs, {});
    receipts.assign(jobs, {});
    writes = {};
    nudge = false;
  }
};

BatchRunner::BatchRunner(unsigned worker, std::unique_ptr<store::Store> store, BatchParts parts)
    : worker_{worker}, store_{std::move(store)}, parts_{parts}, random_{std::random_device{}()} {}

void BatchRunner::run(std::vector<Job>& jobs) {
  std::vector<InFlight> flight;
  flight.reserve(jobs.size());
  for (const auto& job : jobs)
    if (!job.due) flight.push_back({job.key(), job.message.raw});
  parts_.journal.begin(worker_, flight);

  if (!parts_.journal.any_suspects()) {
    run_span(jobs);
  } else {
    for (auto& job : jobs) {
      const int crashes = job.due ? 0 : parts_.journal.crashes(job.key());
      // Alone in the journal too, so that a crash blames nobody else.
      const InFlight alone{job.key(), job.message.raw};
      parts_.journal.end(worker_);
      if (!job.due) parts_.journal.begin(worker_, {&alone, 1});
      if (crashes >= Journal::kMostCrashes)
        set_aside(job, "in flight in " + std::to_string(crashes) + " crashes");
      else
        run_span({&job, 1});
      if (crashes > 0) parts_.journal.clear(job.key());
    }
  }
  parts_.journal.end(worker_);
}

void BatchRunner::run_span(std::span<Job> jobs) {
  if (jobs.empty()) return;
  for (int number = 1;; ++number) {
    Plan plan;
    const auto cancel_places = [&] {
      for (const auto& [lane, seq] : plan.reserved) parts_.outbox.cancel(lane, seq);
    };
    try {
      const auto began = std::chrono::steady_clock::now();
      attempt(jobs, plan);
      parts_.monitor.committed(jobs.size(), number,
                               std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::steady_clock::now() - began));
      settle(jobs, plan);
      return;
    } catch (const LeasedSupply::Short&) {
      cancel_places();
      // Leasing goes through the database, which may be gone by now: the next attempt finds out.
      try {
        supply_.grow(*store_, parts_.clock.now());
      } catch (const store::Error&) {
      }
      if (number < kAttempts * 2) continue;
      return give_up(jobs, "supply");
    } catch (const store::Error& error) {
      bool committed = false;
      Trouble trouble = error.trouble();
      if (trouble == Trouble::in_commit) {
        try {
          committed = store_->was_committed(plan.batch_id);
        } catch (const store::Error&) {
          // Neither known nor knowable now. The platform's resend meets the unique key.
          cancel_places();
          return give_up(jobs, "commit unknown");
        }
        parts_.monitor.event(Severity::warning, "inbox.commit_unknown",
                             {{"batch", plan.batch_id}, {"committed", committed ? "yes" : "no"}});
      }
      if (committed) return settle(jobs, plan);
      cancel_places();
      if (trouble == Trouble::poison || (trouble == Trouble::broken && jobs.size() == 1) ||
          number >= kAttempts) {
        if (jobs.size() > 1) {
          run_span(jobs.first(jobs.size() / 2));
          run_span(jobs.subspan(jobs.size() / 2));
          return;
        }
        if (trouble == Trouble::poison) return set_aside(jobs[0], "store refuses it");
        return give_up(jobs, "store: " + std::to_string(error.code()));
      }
      if (trouble == Trouble::away || trouble == Trouble::full) {
        give_up(jobs, trouble == Trouble::full ? "disk full" : "database away");
        std::this_thread::sleep_for(kAwayPause);
        return;
      }
      if (trouble == Trouble::lost || trouble == Trouble::broken) {
        try {
          store_->reconnect();
        } catch (const store::Error&) {
          give_up(jobs, "database away");
          std::this_thread::sleep_for(kAwayPause);
          return;
        }
      }
      if (trouble == Trouble::retry) pause(number);
    } catch (const std::exception& error) {
      // A bug in one input must not take its neighbours with it.
      cancel_places();
      if (jobs.size() == 1) return set_aside(jobs[0], std::string{"bug: "} + error.what());
      run_span(jobs.first(jobs.size() / 2));
      run_span(jobs.subspan(jobs.size() / 2));
      return;
    }
  }
}

void BatchRunner::attempt(std::span<Job> jobs, Plan& plan) {
  const auto said = std::ranges::count_if(
      jobs, [](const Job& job) { return !job.due && takes_effect(job.message); });
  supply_.begin(*store_, jobs.size() * kIdsPerInput, static_cast<std::size_t>(said),
                parts_.clock.now());
  char id[40];
  std::snprintf(id, sizeof id, "%016llx%016llx", static_cast<unsigned long long>(random_()),
                static_cast<unsigned long long>(random_()));
  plan.batch_id = id;

  for (int round = 1;; ++round) {
    supply_.rewind();
    plan.begin_round(jobs.size());
    auto tx = store_->begin();
    plan.runtime = runtime_for(*tx);
    if (!plan.runtime) {  // an older directory: adopt the new one outside the transaction
      tx.reset();
      parts_.current.adopt(store_->load_directory());
      continue;
    }
    plan.now = parts_.clock.now();
    plan.database_now = tx->database_now();
    find_known(*tx, jobs, plan);
    load(*tx, jobs, plan);
    const Need need = decide_all(jobs, plan);
    if (!need.empty()) {
      if (round > kRounds) throw std::logic_error{"still in need after three rounds"};
      plan.wanted.merge(need);
      continue;  // locks are taken in class order again, with the full set
    }
    lock_recipients(*tx, jobs, plan);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      if (plan.effects[i].skip) continue;
      touch_sender(jobs[i], plan);
      bind(plan.effects[i].decision, plan);
      write_notices(i, jobs[i], plan);
      if (jobs[i].due) continue;
      const auto& message = jobs[i].message;
      plan.writes.inbound.push_back(
          {jobs[i].key(), message.sender, std::string{kind_name(message.kind)}, message.raw,
           message.sent_at, plan.now, plan.effects[i].about, plan.effects[i].reply});
    }
    plan.writes.batch_id = plan.batch_id;
    plan.writes.set = &plan.set;
    tx->save(plan.writes);
    tx->commit();
    return;
  }
}

RuntimePtr BatchRunner::runtime_for(store::Batch& tx) {
  auto runtime = parts_.current.get();
  return runtime && runtime->directory->version() >= tx.directory_version() ? runtime : nullptr;
}

void BatchRunner::find_known(store::Batch& tx, std::span<Job> jobs, Plan& plan) {
  std::vector<store::InboundKey> keys;
  std::vector<store::Nonce> claims;
  for (const auto& job : jobs) {
    if (job.due) continue;
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
    if (jobs[i].due) continue;
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
          was.code == "rode" || pulled)
        plan.receipts[i].reply = was.notice;
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
    if (!jobs[i].due && !plan.effects[i].skip && jobs[i].message.kind != MessageKind::delivery)
      users.emplace_back(jobs[i].message.channel, jobs[i].message.sender);
  std::ranges::sort(users);
  users.erase(std::ranges::unique(users).begin(), users.end());
  if (!users.empty()) tx.load_accounts(users, plan.set);

  Need need = plan.wanted;
  Need created;  // people whom nobody has met: nothing to look up
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& effect = plan.effects[i];
    if (effect.skip) continue;
    if (jobs[i].due) {
      need.cases.insert(jobs[i].due);
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

Need BatchRunner::decide_all(std::span<Job> jobs, Plan& plan) {
  Need all;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& effect = plan.effects[i];
    const auto& job = jobs[i];
    if (effect.skip) continue;
    plan.receipts[i].status = Receipt::accepted;
    if (!job.due && !takes_effect(job.message)) continue;
    const Input input =
        job.due ? Input{plan.now, Due{job.due}}
                : Input{plan.now, Said{job.message, job.meaning, effect.person, effect.account}};
    try {
      auto answer =
          decide(input, plan.set, *plan.runtime->directory, *plan.runtime->policy, supply_);
      if (auto* need = std::get_if<Need>(&answer)) {
        all.merge(*need);
        continue;
      }
      effect.decision = std::get<Decision>(std::move(answer));
      plan.set.fold(effect.decision);
      if (!effect.decision.cases.empty()) effect.about = effect.decision.cases.front().id;
    } catch (const std::logic_error& error) {
      effect.skip = true;
      effect.set_aside = std::string{"decide: "} + error.what();
    }
  }
  return all;
}

AccountId BatchRunner::recipient_of(const NoticeDraft& draft, const Plan& plan) const {
  if (draft.account) return draft.account;
  const auto open = [&](const Account& account) {
    return account.following && parts_.channels.contains(account.channel);
  };
  for (const auto& account : plan.runtime->directory->accounts_of(draft.to))
    if (open(account)) return account.id;
  for (const auto* account : plan.set.accounts_of(draft.to))
    if (open(*account)) return account->id;
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
      throw store::Error{Trouble::retry, 0, "account was bound to another person meanwhile"};
  }
}

// Windows open, followers come and go, held notices leave with the person's next message.
void BatchRunner::touch_sender(const Job& job, Plan& plan) {
  if (job.due || job.message.kind == MessageKind::delivery) return;
  const Account* found = plan.set.account(job.message.channel, job.message.sender);
  if (!found) return;
  Account account = *found;
  const bool follows = job.message.kind != MessageKind::unfollow;
  bool changed = std::exchange(account.following, follows) != follows;
  const auto& grant = job.message.window;
  // A menu tap grants less than the message before it: keep the larger window.
  if (grant.messages > 0 && grant.until > account.window_until) {
    account.window_until = grant.until;
    account.window_left = grant.messages;
    changed = true;
  }
  if (follows && account.held > 0) {
    plan.writes.release_held.push_back(account.id);
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
    const bool rides = open && !job.due && !effect.reply && draft.answers_input &&
                       lane.id == effect.account && channel->second->can_reply(job.message);
    if (rides) {
      effect.reply = row.notice.id;
      plan.receipts[index].reply = row.notice;
    }
    if (open && channel->second->pulled()) {
      row.state = store::NoticeState::sent;
    } else if (rides) {
      row.state = store::NoticeState::riding;
      row.next_at = plan.database_now + 20s;
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
      row.lane_token = token;
      return;
    }
  }
  row.state = store::NoticeState::due;
  plan.nudge = true;
}

void BatchRunner::settle(std::span<Job> jobs, Plan& plan) {
  std::vector<std::pair<store::NoticeRow, Account>> rows;
  for (auto& row : plan.writes.notices)
    if (row.state == store::NoticeState::sending)
      rows.emplace_back(std::move(row), *plan.set.account(row.account));
  parts_.outbox.fill(std::move(rows), plan.nudge);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& job = jobs[i];
    if (!plan.effects[i].set_aside.empty()) {
      set_aside(job, plan.effects[i].set_aside);
      continue;
    }
    if (const auto& delivery = job.message.delivery; !job.due && delivery) {
      try {
        store_->report(job.message.channel, delivery->platform_id, delivery->delivered,
                       delivery->detail);
      } catch (const store::Error& error) {
        parts_.monitor.event(Severity::warning, "inbox.report_lost",
                             {{"code", std::to_string(error.code())}});
      }
    }
    if (plan.receipts[i].status == Receipt::duplicate)
      parts_.monitor.duplicate(job.message.channel);
    job.done(std::move(plan.receipts[i]));
  }
}

void BatchRunner::give_up(std::span<Job> jobs, std::string_view why) {
  parts_.monitor.event(Severity::error, "inbox.unavailable",
                       {{"why", std::string{why}}, {"inputs", std::to_string(jobs.size())}});
  for (auto& job : jobs) job.done({});
}

void BatchRunner::set_aside(Job& job, const std::string& reason) {
  store::Quarantined row;
  row.channel = job.due ? "timer" : job.message.channel;
  row.dedupe_key = job.due ? std::to_string(job.due.raw()) : job.message.dedupe_key;
  row.reason = reason;
  row.body = job.message.raw;
  row.at = parts_.clock.now();
  quarantine(row, job.done);
}

void BatchRunner::quarantine(const store::Quarantined& row, const Inbox::Done& done) {
  Receipt receipt;
  try {
    store_->quarantine(row);
    receipt.status = Receipt::quarantined;
    parts_.monitor.quarantined(row.channel);
    parts_.monitor.event(Severity::error, "inbox.quarantine",
                         {{"channel", row.channel}, {"reason", row.reason}});
  } catch (const store::Error& error) {
    parts_.monitor.event(Severity::error, "inbox.unavailable",
                         {{"why", "quarantine: " + std::to_string(error.code())}, {"inputs", "1"}});
  }
  done(std::move(receipt));
}

void BatchRunner::pause(int attempt) {
  // 20 ms base, doubled, full jitter (reliability.md P9).
  std::uniform_int_distribution<int> wait{0, 20 << std::min(attempt, 5)};
  std::this_thread::sleep_for(std::chrono::milliseconds{wait(random_)});
}

}  // namespace huiyin
