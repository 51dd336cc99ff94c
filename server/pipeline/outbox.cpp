#include "server/pipeline/outbox.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/pipeline/lane.h"
#include "server/pipeline/tokens.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using store::NoticeRow;
using store::NoticeState;
using store::SendResult;
using namespace std::chrono_literals;

constexpr std::size_t kLanesKept =
    50000;                    // empty lanes stay until their lease ends, so many at most
constexpr int kClaim = 1000;  // notices a claim
constexpr int kTokenRetries = 2;
constexpr auto kChannelPause = 60s;  // after channel_stopped
constexpr auto kSendMargin = 2s;     // of the lease beyond a request's deadline

// What other threads bring, and whether the outbox still lives: client callbacks may outlive it.
struct Mailbox {
  std::mutex mutex;
  std::condition_variable wake;
  bool open = true;
  std::vector<std::function<void()>> work;

  void post(std::function<void()> item) {
    {
      std::lock_guard lock{mutex};
      if (!open) return;
      work.push_back(std::move(item));
    }
    wake.notify_one();
  }
};

class OutboxImpl : public Outbox {
 public:
  OutboxImpl(OutboxOptions options, std::unique_ptr<store::Store> store, const Channels& channels,
             net::Client& client, const Clock& clock, Monitor& monitor)
      : options_{std::move(options)},
        store_{std::move(store)},
        client_{client},
        clock_{clock},
        monitor_{monitor},
        random_{std::random_device{}()},
        next_claim_{Steady::now()} {
    for (const auto& [name, channel] : channels) {
      if (channel->pulled()) continue;
      channels_.emplace(
          std::piecewise_construct, std::forward_as_tuple(name),
          std::forward_as_tuple(
              *channel,
              TokenKeeper::Parts{name, options_.process, *channel, *store_, client_, monitor_,
                                 [box = mailbox_](auto work) { box->post(std::move(work)); }}));
    }
    thread_ = std::thread{[this] { loop(); }};
  }

  ~OutboxImpl() override { stop(0ms); }

  // ---- called by the inbox ------------------------------------------------------------------

  bool reserve(AccountId id, std::int64_t token, std::int64_t seq) override {
    std::lock_guard lock{mutex_};
    if (stopping_ || in_memory_ >= options_.in_memory) return false;
    auto at = lanes_.find(id);
    if (at == lanes_.end()) {
      if (seq != 1) return false;  // older ones may wait in the store
      at = lanes_.try_emplace(id).first;
      at->second.token = token;
    }
    Lane& lane = at->second;
    if (lane.spilled || lane.token != token) return false;
    lane.lease_until = Steady::now() + options_.lease - kSendMargin;
    lane.entries.try_emplace(seq);
    ++in_memory_;
    return true;
  }

  void cancel(AccountId id, std::int64_t seq) override {
    std::lock_guard lock{mutex_};
    const auto at = lanes_.find(id);
    if (at == lanes_.end()) return;
    in_memory_ -= at->second.entries.erase(seq);
    make_ready(id, at->second);
    wake();
  }

  void fill(std::vector<std::pair<NoticeRow, Account>> rows, bool more) override {
    if (rows.empty() && !more) return;
    {
      std::lock_guard lock{mutex_};
      for (auto& [row, account] : rows) {
        const auto at = lanes_.find(row.account);
        if (at == lanes_.end()) continue;  // lease lost meanwhile: the row is claimed again
        Lane& lane = at->second;
        const auto entry = lane.entries.find(row.seq);
        if (entry == lane.entries.end()) continue;
        lane.channel = account.channel;
        lane.following = account.following;
        if (!lane.window_known) {  // later changes come through window()
          lane.window_until = account.window_until;
          lane.window_left = account.window_left;
          lane.window_known = true;
        }
        const auto id = row.account;
        entry->second.row = std::move(row);
        make_ready(id, lane);
      }
      claim_now_ |= more;
    }
    wake();
  }

  void window(const Account& account) override {
    std::lock_guard lock{mutex_};
    const auto at = lanes_.find(account.id);
    if (at == lanes_.end()) return;
    at->second.window_until = account.window_until;
    at->second.window_left = account.window_left;
    at->second.following = account.following;
    at->second.window_known = true;
  }

  void rode(NoticeId id, bool written) override {
    std::lock_guard lock{mutex_};
    (written ? rode_ : missed_).push_back(id);
  }

  const std::string& process() const override { return options_.process; }
  std::chrono::milliseconds lease() const override { return options_.lease; }

  bool wait_idle(std::chrono::milliseconds limit) override {
    std::unique_lock lock{mutex_};
    const auto asked = ++idle_asked_;
    claim_now_ = true;
    wake();
    return idle_.wait_for(lock, limit, [&] { return idle_reached_ >= asked || stopping_; });
  }

  void stop(std::chrono::milliseconds grace) override {
    {
      std::lock_guard lock{mutex_};
      if (stopping_) return;
      stopping_ = true;
      stop_by_ = Steady::now() + grace;
    }
    idle_.notify_all();
    wake();
    if (thread_.joinable()) thread_.join();
    std::lock_guard lock{mailbox_->mutex};
    mailbox_->open = false;
    mailbox_->work.clear();
  }

 private:
  struct ChannelState {
    ChannelState(const Channel& platform, TokenKeeper::Parts parts)
        : platform{platform}, tokens{std::move(parts)}, limits{platform.limits()} {}
    const Channel& platform;
    TokenKeeper tokens;
    SendLimits limits;
    int in_flight = 0;
    std::deque<AccountId> waiting;  // lanes that are ready while in_flight is at its limit
    bool wants_token = false;
    Steady::time_point paused_until{};
  };

  // ---- the loop -----------------------------------------------------------------------------

  void loop() {
    for (;;) {
      std::vector<std::function<void()>> work;
      {
        std::unique_lock lock{mailbox_->mutex};
        mailbox_->wake.wait_for(lock, busy_ ? options_.flush : options_.poll,
                                [&] { return woken_ || !mailbox_->work.empty(); });
        woken_ = false;
        work.swap(mailbox_->work);
      }
      try {
        for (auto& item : work) item();
        step();
      } catch (const store::Error& error) {
        monitor_.event(Severity::warning, "outbox.away", {{"code", std::to_string(error.code())}});
        try {
          store_->reconnect();
        } catch (const store::Error&) {
          std::this_thread::sleep_for(options_.poll);
        }
      }
      if (finished()) return;
    }
  }

  bool finished() {
    {
      std::lock_guard lock{mutex_};
      if (!stopping_) return false;
      const bool flying =
          std::ranges::any_of(lanes_, [](auto& item) { return item.second.in_flight; });
      if (flying && Steady::now() < stop_by_) return false;
    }
    try {
      leave_rest_due();
    } catch (const store::Error&) {
      // The leases lapse and the notices are claimed again.
    }
    return true;
  }

  // The store is never called under the lock: a worker may hold the database's write lock and wait
  // for ours.
  void step() {
    flush();
    if (!stopping()) {
      renew();
      for (auto& [name, channel] : channels_)
        if (std::exchange(channel.wants_token, false)) channel.tokens.ready(Steady::now());
      send_ready();
      claim();
      send_ready();
    }
    std::lock_guard lock{mutex_};
    busy_ = !results_.empty() || !rode_.empty() || !missed_.empty() || !delayed_.empty() ||
            !ready_.empty() || in_memory_ > 0 || claim_now_;
  }

  bool stopping() {
    std::lock_guard lock{mutex_};
    return stopping_;
  }

  // Results reach the store in bulk, and again when the store was away.
  void flush() {
    std::vector<NoticeId> rode, missed;
    std::vector<SendResult> results;
    {
      std::lock_guard lock{mutex_};
      rode.swap(rode_);
      missed.swap(missed_);
      results.swap(results_);
    }
    std::vector<NoticeId> refused;
    try {
      if (!rode.empty() || !missed.empty()) store_->rode(rode, missed, options_.missed_reply);
      rode.clear();
      missed.clear();
      if (!results.empty()) refused = store_->finish(results);
    } catch (...) {
      std::lock_guard lock{mutex_};
      rode_.insert(rode_.begin(), rode.begin(), rode.end());
      missed_.insert(missed_.begin(), missed.begin(), missed.end());
      results_.insert(results_.begin(), std::make_move_iterator(results.begin()),
                      std::make_move_iterator(results.end()));
      throw;
    }
    std::lock_guard lock{mutex_};
    for (const auto& id : refused)
      for (const auto& result : results)
        if (result.id == id) forget(result.account);
  }

  void claim() {
    const auto now = Steady::now();
    int limit = 0;
    {
      std::lock_guard lock{mutex_};
      if (!claim_now_ && now < next_claim_) return;
      claim_now_ = false;
      next_claim_ = now + options_.poll;
      const auto room = options_.in_memory > in_memory_ ? options_.in_memory - in_memory_ : 0;
      limit = static_cast<int>(std::min<std::size_t>(room, kClaim));
    }
    std::vector<store::LaneClaim> claims;
    if (limit > 0) claims = store_->claim(options_.process, options_.lease, limit);
    std::lock_guard lock{mutex_};
    int taken = 0;
    for (auto& found : claims) {
      taken += static_cast<int>(found.notices.size());
      take_over(found, now);
    }
    const bool silent = taken == 0 && in_memory_ == 0 && results_.empty() && rode_.empty() &&
                        missed_.empty() && limit > 0;
    if (silent) {
      idle_reached_ = idle_asked_;
      idle_.notify_all();
    }
    if ((taken >= limit && limit > 0) || idle_reached_ < idle_asked_) claim_now_ = true;
    std::erase_if(lanes_, [&](auto& item) {
      return is_empty(item.second) && (item.second.lease_until < now || lanes_.size() > kLanesKept);
    });
  }

  void take_over(store::LaneClaim& found, Steady::time_point now) {
    Lane& lane = lanes_[found.account];
    lane.token = found.token;
    lane.channel = found.channel;
    lane.window_until = found.window_until;
    lane.window_left = found.window_left;
    lane.following = found.following;
    lane.window_known = true;
    lane.spilled = false;
    lane.lease_until = now + options_.lease - kSendMargin;
    for (auto& row : found.notices) {
      const auto [at, fresh] = lane.entries.try_emplace(row.seq);
      in_memory_ += fresh;
      if (!at->second.row) at->second.row = std::move(row);
    }
    make_ready(found.account, lane);
  }

  static bool is_empty(const Lane& lane) { return lane.entries.empty() && !lane.in_flight; }

  void renew() {
    const auto now = Steady::now();
    std::vector<std::pair<AccountId, std::int64_t>> mine;
    {
      std::lock_guard lock{mutex_};
      if (now < next_renew_) return;
      next_renew_ = now + options_.lease / 10;
      for (auto& [id, lane] : lanes_)
        if (!is_empty(lane) && lane.lease_until - now < options_.lease / 2)
          mine.emplace_back(id, lane.token);
    }
    if (mine.empty()) return;
    const auto kept = store_->renew(options_.process, options_.lease, mine);
    std::lock_guard lock{mutex_};
    for (const auto& [id, token] : mine) {
      const auto at = lanes_.find(id);
      if (at == lanes_.end() || at->second.token != token) continue;
      if (!kept.contains(id)) {
        forget(id);  // another process sends these now
        continue;
      }
      at->second.lease_until = now + options_.lease - kSendMargin;
      make_ready(id, at->second);
    }
  }

  // ---- sending ------------------------------------------------------------------------------

  void make_ready(AccountId id, Lane& lane) {
    if (lane.queued) return;
    lane.queued = true;
    ready_.push_back(id);
  }

  void delay(AccountId id, Lane& lane, Steady::time_point until) {
    lane.not_before = until;
    delayed_.emplace(until, id);
  }

  void wake_delayed(Steady::time_point now) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
      const auto id = delayed_.begin()->second;
      delayed_.erase(delayed_.begin());
      if (const auto at = lanes_.find(id); at != lanes_.end()) make_ready(id, at->second);
    }
  }

  void send_ready() {
    const auto now = Steady::now();
    std::lock_guard lock{mutex_};
    wake_delayed(now);
    for (auto count = ready_.size(); count > 0; --count) {
      const auto id = ready_.front();
      ready_.pop_front();
      const auto at = lanes_.find(id);
      if (at == lanes_.end()) continue;
      at->second.queued = false;
      send_head(id, at->second, now);
    }
  }

  void send_head(AccountId id, Lane& lane, Steady::time_point now) {
    while (!lane.in_flight && !lane.entries.empty()) {
      auto& [seq, entry] = *lane.entries.begin();
      if (!entry.row || lane.not_before > now) return;  // fill or the delay wakes it
      const auto found = channels_.find(lane.channel);
      if (found == channels_.end()) {
        finish(id, lane, NoticeState::dead, "no_channel");
        continue;
      }
      ChannelState& channel = found->second;
      if (channel.paused_until > now) return delay(id, lane, channel.paused_until);
      if (lane.lease_until < now + channel.limits.timeout) return;  // renew() makes it ready again
      if (channel.in_flight >= channel.limits.in_flight) {
        lane.queued = true;
        channel.waiting.push_back(id);
        return;
      }
      const auto route = choose_route(lane, channel.platform, entry.row->notice);
      if (!route) {
        finish(id, lane, NoticeState::held, lane.following ? "window" : "unfollowed");
        continue;
      }
      if (!channel.tokens.usable(now)) {
        channel.wants_token = true;
        return delay(id, lane, now + options_.flush);
      }
      send(id, lane, seq, entry, channel, *route, now);
      return;
    }
  }

  // Free text inside the window, the last one kept for the closing echo; else a template; else it
  // waits for the person's next message.
  std::optional<Route> choose_route(const Lane& lane, const Channel& platform,
                                    const Notice& notice) const {
    if (!platform.session_needs_window()) return Route::session;
    if (!lane.following) return std::nullopt;
    const int keep = notice.kind == "closed" ? 0 : 1;
    if (lane.window_until > clock_.now() && lane.window_left > keep) return Route::session;
    if (platform.has_route(Route::template_, notice)) return Route::template_;
    return std::nullopt;
  }

  void send(AccountId id, Lane& lane, std::int64_t seq, const LaneEntry& entry,
            ChannelState& channel, Route route, Steady::time_point now) {
    lane.in_flight = true;
    ++channel.in_flight;
    const auto generation = channel.tokens.generation();
    client_.send(channel.platform.encode(entry.row->notice, route, channel.tokens.token()),
                 now + channel.limits.timeout,
                 [this, box = mailbox_, id, seq, route, generation](net::ClientResult result) {
                   box->post([this, id, seq, route, generation, result = std::move(result)] {
                     std::lock_guard lock{mutex_};
                     answered(id, seq, route, generation, result);
                   });
                 });
  }

  void answered(AccountId id, std::int64_t seq, Route route, std::int64_t generation,
                const net::ClientResult& result) {
    const auto at = lanes_.find(id);
    if (at == lanes_.end()) return;
    Lane& lane = at->second;
    ChannelState& channel = channels_.find(lane.channel)->second;
    --channel.in_flight;
    if (!channel.waiting.empty()) {
      ready_.push_back(channel.waiting.front());
      channel.waiting.pop_front();
    }
    lane.in_flight = false;
    const auto entry = lane.entries.find(seq);
    if (entry == lane.entries.end()) return make_ready(id, lane);  // lost with the lease

    SendOutcome outcome;
    if (result.fault == net::Fault::none) {
      outcome = channel.platform.interpret(route, result.response);
    } else {
      outcome.kind =
          result.fault == net::Fault::unknown ? SendOutcome::unknown : SendOutcome::retry;
      outcome.code = result.fault == net::Fault::unknown ? "no_answer" : "no_connection";
    }
    monitor_.sent(lane.channel, outcome_name(outcome.kind));
    act_on(id, lane, entry->second, channel, route, generation, outcome);
    make_ready(id, lane);
  }

  void act_on(AccountId id, Lane& lane, LaneEntry& entry, ChannelState& channel, Route route,
              std::int64_t generation, const SendOutcome& outcome) {
    NoticeRow& row = *entry.row;
    const auto now = Steady::now();
    ++row.attempts;
    switch (outcome.kind) {
      case SendOutcome::delivered: {
        const bool spent = route == Route::session && channel.platform.session_needs_window();
        if (spent) --lane.window_left;
        finish(id, lane, NoticeState::sent, outcome.code, outcome.platform_id, spent);
        return;
      }
      case SendOutcome::token_expired:
        channel.tokens.failed(generation);
        if (++entry.token_retries <= kTokenRetries) return;
        return retry(id, lane, row, channel, {}, outcome.code);
      case SendOutcome::window_closed:
      case SendOutcome::allowance_used:
        lane.window_left = 0;
        lane.close_window = true;
        return;  // next turn: a template, or held
      case SendOutcome::unreachable:
        lane.following = false;
        return finish(id, lane, NoticeState::held, outcome.code);
      case SendOutcome::refused:
        monitor_.event(Severity::error, "outbox.refused",
                       {{"channel", lane.channel},
                        {"notice", std::to_string(row.notice.id.raw())},
                        {"code", outcome.code}});
        return finish(id, lane, NoticeState::dead, outcome.code);
      case SendOutcome::channel_stopped:
        monitor_.event(Severity::error, "outbox.channel_stopped",
                       {{"channel", lane.channel}, {"code", outcome.code}});
        channel.paused_until = now + kChannelPause;
        return;
      case SendOutcome::unknown:
        if (entry.unknown_once) return finish(id, lane, NoticeState::dead, "unknown");
        entry.unknown_once = true;
        return retry(id, lane, row, channel, {}, outcome.code);
      case SendOutcome::retry:
        return retry(id, lane, row, channel, outcome.retry_after, outcome.code);
    }
  }

  void retry(AccountId id, Lane& lane, const NoticeRow& row, const ChannelState& channel,
             std::chrono::milliseconds after, const std::string& code) {
    if (clock_.now() - row.created_at > channel.limits.give_up) {
      monitor_.event(Severity::error, "outbox.given_up",
                     {{"channel", lane.channel},
                      {"notice", std::to_string(row.notice.id.raw())},
                      {"code", code}});
      return finish(id, lane, NoticeState::dead, "expired " + code);
    }
    if (after.count() == 0) {
      const auto most = std::min<std::int64_t>(
          options_.backoff.count() << std::min(row.attempts - 1, 20), options_.backoff_cap.count());
      after =
          std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{1, most}(random_)};
    }
    if (after <= options_.keep) return delay(id, lane, Steady::now() + after);
    spill(id, lane, after, code);
  }

  // A long wait is spent in the store, where another process may take it over.
  void spill(AccountId id, Lane& lane, std::chrono::milliseconds head_again,
             const std::string& code) {
    for (auto at = lane.entries.begin(); at != lane.entries.end();) {
      if (!at->second.row) {
        ++at;
        lane.spilled = true;
        continue;
      }
      add_result(id, lane, *at->second.row, NoticeState::due, code);
      results_.back().again_in = std::exchange(head_again, 0ms);
      at = lane.entries.erase(at);
      --in_memory_;
    }
    lane.spilled = true;
  }

  // The head is done with, one way or another.
  void finish(AccountId id, Lane& lane, NoticeState state, std::string code,
              std::string platform_id = {}, bool spent = false) {
    const auto head = lane.entries.begin();
    add_result(id, lane, *head->second.row, state, std::move(code));
    SendResult& result = results_.back();
    result.platform_id = std::move(platform_id);
    result.spent_window = spent;
    result.unfollowed = !lane.following;
    lane.entries.erase(head);
    --in_memory_;
  }

  void add_result(AccountId id, Lane& lane, const NoticeRow& row, NoticeState state,
                  std::string code) {
    SendResult result;
    result.id = row.notice.id;
    result.account = id;
    result.lane_token = lane.token;
    result.state = state;
    result.attempts = row.attempts;
    result.code = std::move(code);
    result.close_window = std::exchange(lane.close_window, false);
    results_.push_back(std::move(result));
  }

  void forget(AccountId id) {
    const auto at = lanes_.find(id);
    if (at == lanes_.end()) return;
    in_memory_ -= at->second.entries.size();
    at->second.entries.clear();
    if (at->second.in_flight)
      at->second.spilled = true;  // its answer is still to come
    else
      lanes_.erase(at);
  }

  // On the way out: what was not sent goes back, and so do the lanes.
  void leave_rest_due() {
    std::vector<std::pair<AccountId, std::int64_t>> mine;
    {
      std::lock_guard lock{mutex_};
      for (auto& [id, lane] : lanes_) {
        if (lane.in_flight) continue;  // unknown: the lapsed lease brings it back
        spill(id, lane, 0ms, "");
        mine.emplace_back(id, lane.token);
      }
    }
    flush();
    if (!mine.empty()) store_->release(mine);
  }

  void wake() {
    {
      std::lock_guard lock{mailbox_->mutex};
      woken_ = true;
    }
    mailbox_->wake.notify_one();
  }

  OutboxOptions options_;
  std::unique_ptr<store::Store> store_;
  net::Client& client_;
  const Clock& clock_;
  Monitor& monitor_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  bool woken_ = false;  // guarded by mailbox_->mutex
  bool busy_ = false;   // loop thread only
  std::map<std::string, ChannelState, std::less<>> channels_;

  std::mutex mutex_;  // guards all below
  std::unordered_map<AccountId, Lane> lanes_;
  std::deque<AccountId> ready_;
  std::multimap<Steady::time_point, AccountId> delayed_;
  std::vector<SendResult> results_;
  std::vector<NoticeId> rode_, missed_;
  std::size_t in_memory_ = 0;
  bool claim_now_ = true;  // what an earlier process left
  bool stopping_ = false;
  Steady::time_point stop_by_{};
  std::uint64_t idle_asked_ = 0, idle_reached_ = 0;
  std::condition_variable idle_;
  std::mt19937_64 random_;
  Steady::time_point next_claim_, next_renew_{};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Outbox> Outbox::start(OutboxOptions options, std::unique_ptr<store::Store> store,
                                      const Channels& channels, net::Client& client,
                                      const Clock& clock, Monitor& monitor) {
  return std::make_unique<OutboxImpl>(std::move(options), std::move(store), channels, client, clock,
                                      monitor);
}

}  // namespace huiyin
