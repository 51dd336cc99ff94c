#include "server/pipeline/batch.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "server/pipeline/batch_plan.h"

namespace huiyin {
namespace {

using store::Trouble;
using namespace std::chrono_literals;

constexpr int kAttempts = 5;              // reliability.md P9
constexpr int kRounds = 3;                // of Need
constexpr std::size_t kIdsPerInput = 12;  // at least: person, account, case, events, notices
constexpr std::size_t kMostIdsPerInput = 256;
constexpr auto kAwayPause = 1000ms;

// How far a stream was read is saved with the message that says so, known or not; an event makes
// the stream known.
void note_cursor(const Message& message, Receipt::Status status, store::Writes& writes) {
  if (!message.stream || status == Receipt::replayed) return;
  const auto& stream = *message.stream;
  if (stream.cursor.empty() && status == Receipt::duplicate) return;
  const auto known = std::ranges::find_if(writes.cursors, [&](const store::Cursor& cursor) {
    return cursor.channel == message.channel && cursor.stream == stream.name;
  });
  if (known == writes.cursors.end())
    writes.cursors.push_back({message.channel, stream.name, stream.cursor});
  else if (!stream.cursor.empty())
    known->value = stream.cursor;
}

// P4: it may not vanish without an answer.
bool has_substance(const Job& job) {
  switch (job.message.kind) {
    case MessageKind::image:
    case MessageKind::voice:
    case MessageKind::video:
    case MessageKind::file:
    case MessageKind::position:
      return true;
    default:
      return takes_effect(job.message) && job.meaning.substance;
  }
}

std::string_view kind_name(MessageKind kind) {
  constexpr std::string_view names[] = {"text", "image",    "voice", "video",    "position",
                                        "link", "follow",   "scan",  "unfollow", "menu",
                                        "file", "delivery", "other"};
  return names[static_cast<int>(kind)];
}

}  // namespace

BatchRunner::BatchRunner(unsigned worker, std::unique_ptr<store::Store> store, BatchParts parts)
    : worker_{worker},
      store_{std::move(store)},
      parts_{parts},
      ids_per_input_{kIdsPerInput},
      random_{std::random_device{}()} {}

void BatchRunner::run(std::vector<Job>& jobs) {
  if (!parts_.journal.any_suspects()) return run_together(jobs);
  std::span<Job> rest{jobs};
  for (std::size_t i = 0; i < rest.size();) {
    const int crashes = rest[i].is_message() ? parts_.journal.crashes(rest[i].key()) : 0;
    if (crashes == 0) {
      ++i;
      continue;
    }
    run_together(rest.first(i));
    run_suspect(rest[i], crashes);
    rest = rest.subspan(i + 1);
    i = 0;
  }
  run_together(rest);
}

void BatchRunner::run_together(std::span<Job> jobs) {
  std::vector<InFlight> flight;
  flight.reserve(jobs.size());
  for (const auto& job : jobs)
    if (job.is_message()) flight.push_back({job.key(), job.message.raw});
  parts_.journal.begin(worker_, flight);
  run_span(jobs);
  parts_.journal.end(worker_);
}

// Alone in the journal too, so that a crash blames nobody else.
void BatchRunner::run_suspect(Job& job, int crashes) {
  const InFlight alone{job.key(), job.message.raw};
  parts_.journal.begin(worker_, {&alone, 1});
  if (crashes >= Journal::kMostCrashes)
    set_aside(job, "in flight in " + std::to_string(crashes) + " crashes");
  else
    run_span({&job, 1});
  parts_.journal.clear(job.key());
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
          // Neither known nor knowable now. The platform's resend meets the unique key; notices
          // that were committed as ours are claimed anew.
          parts_.outbox.doubt();
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
      continue;
    } catch (const std::exception& error) {
      // A bug in one input must not take its neighbours with it.
      cancel_places();
      if (jobs.size() == 1) return set_aside(jobs[0], std::string{"bug: "} + error.what());
      run_span(jobs.first(jobs.size() / 2));
      run_span(jobs.subspan(jobs.size() / 2));
      return;
    }
    return settle(jobs, plan);  // outside the try: what is committed is never done again
  }
}

std::string BatchRunner::new_batch_id() {
  char id[40];
  std::snprintf(id, sizeof id, "%016llx%016llx", static_cast<unsigned long long>(random_()),
                static_cast<unsigned long long>(random_()));
  return id;
}

void BatchRunner::attempt(std::span<Job> jobs, Plan& plan) {
  const auto said = std::ranges::count_if(
      jobs, [](const Job& job) { return job.is_message() && takes_effect(job.message); });
  supply_.begin(*store_, jobs.size() * ids_per_input_, static_cast<std::size_t>(said),
                parts_.clock.now());
  plan.batch_id = new_batch_id();

  for (int round = 1;;) {
    supply_.rewind();
    plan.begin_round(jobs.size());
    skip_done_rounds(jobs, plan);
    auto tx = store_->begin();
    plan.runtime = runtime_for(*tx);
    if (!plan.runtime) {  // an older directory: adopt the new one outside the transaction
      tx.reset();
      adopt_directory();
      continue;
    }
    plan.now = parts_.clock.now();
    plan.database_now = tx->database_now();
    find_known(*tx, jobs, plan);
    skip_done_briefs(*tx, jobs, plan);
    load(*tx, jobs, plan);
    const Need need = decide_all(jobs, plan);
    if (!need.empty()) {
      if (round++ > kRounds) throw std::logic_error{"still in need after three rounds"};
      plan.wanted.merge(need);
      continue;  // locks are taken in class order again, with the full set
    }
    lock_recipients(*tx, jobs, plan);
    for (std::size_t i = 0; i < jobs.size(); ++i) collect(i, jobs[i], plan);
    plan.writes.batch_id = plan.batch_id;
    plan.writes.set = &plan.set;
    tx->save(plan.writes);
    tx->commit();
    // Many followers make many notices: what was short once is reserved from now on, and given up
    // slowly when it is not needed.
    const std::size_t used = supply_.drawn() / jobs.size() + 1;
    ids_per_input_ = std::clamp(std::max(used, ids_per_input_ - 1), kIdsPerInput, kMostIdsPerInput);
    return;
  }
}

// What one input adds to the writes of its batch.
void BatchRunner::collect(std::size_t index, const Job& job, Plan& plan) {
  const auto& effect = plan.effects[index];
  auto& writes = plan.writes;
  // What is set aside is stored after this commit: no cursor may pass it before.
  if (job.is_message() && effect.set_aside.empty())
    note_cursor(job.message, plan.receipts[index].status, writes);
  // Asked or not, and even if deciding failed: nobody asks a second time.
  if (const auto* unheard = job.task_of<Unheard>()) writes.asked.push_back(unheard->notice);
  if (effect.skip) return;
  touch_sender(job, plan);
  bind(effect.decision, plan);
  write_notices(index, job, plan);
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(writes.media, effect.decision.media);
  append(writes.codes, effect.decision.codes);
  append(writes.used_codes, effect.decision.used_codes);
  append(writes.told, effect.decision.told);
  for (const auto id : effect.decision.asked)
    if (std::ranges::find(writes.asked, id) == writes.asked.end()) writes.asked.push_back(id);
  append(writes.duties, effect.decision.duties);
  append(writes.leaves, effect.decision.leaves);
  append(writes.views, effect.decision.views);
  append(writes.briefed, effect.decision.briefed);
  if (effect.decision.erasure) writes.erasures.push_back(*effect.decision.erasure);
  if (const auto* round = job.task_of<Round>(); round && effect.decision.round)
    writes.rounds.push_back({round->last, *effect.decision.round});
  if (job.task && job.task->step) writes.rounds.push_back(*job.task->step);
  if (!job.is_message()) return;
  const auto& message = job.message;
  store::Inbound row{job.key(),    message.sender,  std::string{kind_name(message.kind)},
                     message.raw,  message.sent_at, plan.now,
                     effect.about, effect.reply};
  row.substance = has_substance(job);
  row.answered = effect.about || !effect.notices.empty();
  writes.inbound.push_back(std::move(row));
}

void BatchRunner::adopt_directory() {
  const auto directory = store_->load_directory();
  try {
    parts_.current.adopt(directory);
  } catch (const std::exception& error) {
    // Not the messages' fault: they are not set aside, they come again.
    parts_.monitor.event(Severity::error, "inbox.directory", {{"why", error.what()}});
    throw store::Error{Trouble::away, 0, "the new directory cannot be used"};
  }
}

void BatchRunner::settle(std::span<Job> jobs, Plan& plan) {
  count_echoes(plan);
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
    if (job.is_message() && job.message.delivery) report(job.message, plan);
    if (job.is_message() && plan.receipts[i].status == Receipt::duplicate)
      parts_.monitor.duplicate(job.message.channel);
    job.done(std::move(plan.receipts[i]));
  }
}

// A failed delivery goes on by another channel of the person.
void BatchRunner::report(const Message& message, const Plan& plan) {
  const auto& delivery = *message.delivery;
  bool known = false;
  try {
    known =
        store_->report(message.channel, delivery.platform_id, delivery.delivered, delivery.detail,
                       sending_channels(parts_.channels), plan.runtime->policy->clocks.telephone);
  } catch (const store::Error& error) {
    parts_.monitor.event(Severity::warning, "inbox.report_late",
                         {{"code", std::to_string(error.code())}});
  }
  if (!known) parts_.outbox.report_later(message.channel, delivery);
}

void BatchRunner::count_echoes(const Plan& plan) const {
  for (const auto& row : plan.writes.notices) {
    if (!row.echo || row.state == store::NoticeState::later ||
        row.state == store::NoticeState::skipped || row.notice.channel.empty())
      continue;
    parts_.monitor.echo_owed(row.notice.channel);
    if (row.state == store::NoticeState::sent)
      parts_.monitor.echo_delivered(row.notice.channel, true);
  }
}

void BatchRunner::give_up(std::span<Job> jobs, std::string_view why) {
  parts_.monitor.event(Severity::error, "inbox.unavailable",
                       {{"why", std::string{why}}, {"inputs", std::to_string(jobs.size())}});
  for (auto& job : jobs) job.done({});
}

void BatchRunner::set_aside(Job& job, const std::string& reason) {
  store::Quarantined row;
  row.channel = job.is_message() ? job.message.channel : "timer";
  row.dedupe_key = job.is_message() ? job.message.dedupe_key : task_name(*job.task);
  row.reason = reason;
  row.body = job.message.raw;
  row.at = parts_.clock.now();
  quarantine({std::move(row), std::nullopt, job.done});
}

// What the database lost with its connection is done once more: that adds nothing.
void BatchRunner::quarantine(const Aside& aside) {
  Receipt receipt;
  try {
    try {
      receipt.status = keep_aside(aside);
    } catch (const store::Error& error) {
      if (error.trouble() != Trouble::lost && error.trouble() != Trouble::in_commit) throw;
      store_->reconnect();
      receipt.status = keep_aside(aside);
    }
  } catch (const store::Error& error) {
    parts_.monitor.event(Severity::error, "inbox.unavailable",
                         {{"why", "quarantine: " + std::to_string(error.code())}, {"inputs", "1"}});
  }
  if (receipt.status == Receipt::quarantined) {
    parts_.monitor.quarantined(aside.row.channel);
    parts_.monitor.event(Severity::error, "inbox.quarantine",
                         {{"channel", aside.row.channel}, {"reason", aside.row.reason}});
  }
  aside.done(std::move(receipt));
}

Receipt::Status BatchRunner::keep_aside(const Aside& aside) {
  if (aside.claim && !claim_nonce(aside.row.channel, *aside.claim)) return Receipt::replayed;
  store_->quarantine(aside.row);
  return Receipt::quarantined;
}

bool BatchRunner::claim_nonce(const std::string& channel, const NonceClaim& claim) {
  const std::vector<store::Nonce> claims{{channel, claim.nonce, claim.body_hash}};
  const auto tx = store_->begin();
  const auto seen = tx->find_nonces(claims);
  if (const auto found = seen.find({channel, claim.nonce}); found != seen.end())
    return found->second == claim.body_hash;
  store::Writes writes;
  writes.batch_id = new_batch_id();
  writes.nonces = claims;
  tx->save(writes);
  tx->commit();
  return true;
}

void BatchRunner::pause(int attempt) {
  // 20 ms base, doubled, full jitter (reliability.md P9).
  std::uniform_int_distribution<int> wait{0, 20 << std::min(attempt, 5)};
  std::this_thread::sleep_for(std::chrono::milliseconds{wait(random_)});
}

}  // namespace huiyin
