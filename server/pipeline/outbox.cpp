#include "server/pipeline/outbox.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <set>
#include <thread>
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
                                 [box = mailbox_](auto work) { box->post(std::move(work)); },
                                 options_.token_pause}));
    }
    thread_ = std::thread{[this] { loop(); }};
  }

  ~OutboxImpl() override { stop(0ms); }

  // ---- called by the inbox ------------------------------------------------------------------

  bool reserve(AccountId id, std::int64_t token, std::int64_t seq) override {
    std::lock_guard lock{mutex_};
    if (!stopping_ && !doubt_ && book_.size() < options_.in_memory &&
        book_.reserve(id, token, seq, lease_end(Steady::now())))
      return true;
    book_.behind(id);
    return false;
  }

  void behind(AccountId id) override {
    std::lock_guard lock{mutex_};
    book_.behind(id);
  }

  void doubt() override {
    {
      std::lock_guard lock{mutex_};
      doubt_ = true;
    }
    wake();
  }

  void cancel(AccountId id, std::int64_t seq) override {
    {
      std::lock_guard lock{mutex_};
      book_.cancel(id, seq);
      next_renew_ = {};
    }
    wake();
  }

  void fill(std::vector<std::pair<NoticeRow, Account>> rows, bool more) override {
    if (rows.empty() && !more) return;
    {
      std::lock_guard lock{mutex_};
      claim_now_ |= more;
      for (auto& [row, account] : rows)
        if (!book_.fill(std::move(row), account)) claim_now_ = true;
    }
    wake();
  }

  void window(const Account& account) override {
    std::lock_guard lock{mutex_};
    book_.window(account);
  }

  void rode(NoticeId id, bool written) override {
    std::lock_guard lock{mutex_};
    (written ? rode_ : missed_).push_back(id);
  }

  const std::string& process() const override { return options_.process; }
  std::chrono::milliseconds lease() const override { return options_.lease; }
  std::chrono::milliseconds missed_reply() const override { return options_.missed_reply; }

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
      // One by one: what the store does to a token must not lose the answers behind it.
      for (auto& item : work) guarded(item);
      guarded([this] { step(); });
      if (finished()) return;
    }
  }

  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const store::Error& error) {
      monitor_.event(Severity::warning, "outbox.away", {{"code", std::to_string(error.code())}});
      try {
        store_->reconnect();
      } catch (const store::Error&) {
        std::this_thread::sleep_for(options_.poll);
      }
    }
  }

  // The store is never called under the lock: a worker may hold the database's write lock and wait
  // for ours.
  void step() {
    if (!stopping()) {
      renew();
      for (auto& [name, channel] : channels_)
        if (std::exchange(channel.wants_token, false)) channel.tokens.ready(Steady::now());
      send_ready();
    }
    // A claim comes after the flush: what it reads of windows is not older than what we know.
    const bool claims = claim_wanted();
    if (claims || stopping() || Steady::now() >= next_flush_) flush();
    if (!stopping()) {
      if (claims) {
        settle_doubt();
        claim();
      }
      send_ready();
    }
    std::lock_guard lock{mutex_};
    busy_ = book_.busy() || !rode_.empty() || !missed_.empty() || claim_now_ || doubt_;
  }

  bool stopping() {
    std::lock_guard lock{mutex_};
    return stopping_;
  }

  bool finished() {
    {
      std::lock_guard lock{mutex_};
      if (!stopping_) return false;
      const bool flying = std::ranges::any_of(
          channels_, [](const auto& item) { return item.second.in_flight > 0; });
      if (flying && Steady::now() < stop_by_) return false;
    }
    try {
      leave_rest_due();
    } catch (const store::Error&) {
      // The leases lapse and the notices are claimed again.
    }
    return true;
  }

  // Results reach the store in bulk, and again when the store was away.
  void flush() {
    std::vector<NoticeId> rode, missed;
    std::vector<SendResult> results;
    {
      std::lock_guard lock{mutex_};
      rode.swap(rode_);
      missed.swap(missed_);
      results.swap(book_.results());
    }
    std::vector<NoticeId> refused;
    next_flush_ = Steady::now() + options_.flush;
    if (rode.empty() && missed.empty() && results.empty()) return;
    try {
      refused = store_->settle(results, rode, missed, options_.missed_reply);
    } catch (...) {
      std::lock_guard lock{mutex_};
      rode_.insert(rode_.begin(), rode.begin(), rode.end());
      missed_.insert(missed_.begin(), missed.begin(), missed.end());
      book_.results().insert(book_.results().begin(), std::make_move_iterator(results.begin()),
                             std::make_move_iterator(results.end()));
      throw;
    }
    std::lock_guard lock{mutex_};
    // The lane was lost, or this was written before and only the answer did not come.
    const std::set<NoticeId> not_ours{refused.begin(), refused.end()};
    for (const auto& result : results)
      if (not_ours.contains(result.id)) {
        book_.doubt(result.account);
        next_renew_ = {};
      }
  }

  // No reservations meanwhile (see reserve), so nothing new is given up with the rest.
  void settle_doubt() {
    {
      std::lock_guard lock{mutex_};
      if (!doubt_) return;
    }
    store_->lapse(options_.process);
    std::lock_guard lock{mutex_};
    book_.doubt_all();
    doubt_ = false;
    claim_now_ = true;
    next_renew_ = Steady::now() + options_.lease / 10;  // a lane is claimed first, with all in it
  }

  bool claim_wanted() {
    std::lock_guard lock{mutex_};
    return claim_now_ || doubt_ || Steady::now() >= next_claim_;
  }

  void claim() {
    const auto now = Steady::now();
    int limit = 0;
    {
      std::lock_guard lock{mutex_};
      claim_now_ = false;
      next_claim_ = now + options_.poll;
      const auto room = options_.in_memory - std::min(options_.in_memory, book_.size());
      limit = static_cast<int>(std::min<std::size_t>(room, kClaim));
    }
    std::vector<store::LaneClaim> claims;
    if (limit > 0) claims = claim_from_store(limit);
    std::lock_guard lock{mutex_};
    int taken = 0;
    for (auto& found : claims) {
      taken += static_cast<int>(found.notices.size());
      book_.take_over(found, lease_end(now));
    }
    if (taken == 0 && limit > 0 && book_.idle() && rode_.empty() && missed_.empty()) {
      idle_reached_ = idle_asked_;
      idle_.notify_all();
    }
    if ((taken >= limit && limit > 0) || idle_reached_ < idle_asked_) claim_now_ = true;
    book_.sweep(now, kLanesKept);
  }

  std::vector<store::LaneClaim> claim_from_store(int limit) {
    {
      std::lock_guard lock{mutex_};
      book_.claiming();
    }
    try {
      return store_->claim(options_.process, options_.lease, limit);
    } catch (const store::Error& error) {
      if (error.trouble() == store::Trouble::in_commit) doubt();
      throw;
    }
  }

  void renew() {
    const auto now = Steady::now();
    std::vector<std::pair<AccountId, std::int64_t>> mine;
    {
      std::lock_guard lock{mutex_};
      if (now < next_renew_) return;
      next_renew_ = now + options_.lease / 10;
      for (const auto& [id, lane] : book_.lanes())
        if (!lane.empty() && lane.lease_until - now < options_.lease / 2)
          mine.emplace_back(id, lane.token);
    }
    if (mine.empty()) return;
    const auto kept = store_->renew(options_.process, options_.lease, mine);
    std::lock_guard lock{mutex_};
    for (const auto& [id, token] : mine) {
      Lane* lane = book_.find(id);
      if (!lane || lane->token != token) continue;
      if (!kept.contains(id)) {
        book_.forget(id);
        continue;
      }
      lane->lease_until = lease_end(now);
      book_.make_ready(id);
    }
  }

  // On the way out: what was not sent goes back, and so do the lanes.
  void leave_rest_due() {
    std::vector<std::pair<AccountId, std::int64_t>> mine;
    {
      std::lock_guard lock{mutex_};
      for (const auto& [id, lane] : book_.lanes()) {
        if (lane.in_flight != 0) continue;  // fate unknown: the lapsed lease brings it back
        book_.spill(id, 0, 0ms, "");
        mine.emplace_back(id, lane.token);
      }
    }
    flush();
    if (!mine.empty()) store_->release(mine);
  }

  // ---- sending ------------------------------------------------------------------------------

  void send_ready() {
    const auto now = Steady::now();
    std::lock_guard lock{mutex_};
    book_.wake_delayed(now);
    // Those that wait for a free place come first, and leave none of them unused.
    for (auto& [name, channel] : channels_)
      while (channel.in_flight < channel.limits.in_flight && !channel.waiting.empty()) {
        const auto id = channel.waiting.front();
        channel.waiting.pop_front();
        Lane* lane = book_.find(id);
        if (!lane) continue;
        lane->queued = false;
        send_head(id, *lane, now);
      }
    for (const auto id : book_.take_ready())
      if (Lane* lane = book_.find(id)) send_head(id, *lane, now);
  }

  void send_head(AccountId id, Lane& lane, Steady::time_point now) {
    while (lane.in_flight == 0 && !lane.entries.empty()) {
      auto& [seq, entry] = *lane.entries.begin();
      if (!entry.row || lane.not_before > now) return;  // fill or the delay wakes it
      const auto found = channels_.find(lane.channel);
      if (found == channels_.end()) {
        book_.finish(id, seq, NoticeState::dead, "no_channel");
        continue;
      }
      ChannelState& channel = found->second;
      if (channel.paused_until > now) return book_.delay(id, channel.paused_until);
      if (lane.lease_until < now + channel.limits.timeout) return;  // renew() makes it ready again
      if (channel.in_flight >= channel.limits.in_flight) {
        lane.queued = true;
        return channel.waiting.push_back(id);
      }
      const auto route = choose_route(lane, channel.platform, entry.row->notice);
      if (!route) {
        book_.finish(id, seq, NoticeState::held, lane.following ? "window" : "unfollowed");
        continue;
      }
      if (!channel.tokens.usable(now)) {
        channel.wants_token = true;
        return book_.delay(id, now + options_.flush);
      }
      auto request = encode(entry.row->notice, channel, *route);
      if (!request) {
        give_up(id, lane, *entry.row, "outbox.bug", "cannot be encoded");
        continue;
      }
      return send(id, lane, seq, std::move(*request), channel, *route, now);
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

  // A notice that a handler stumbles over must not end one process after the other.
  std::optional<net::OutgoingRequest> encode(const Notice& notice, const ChannelState& channel,
                                             Route route) const {
    try {
      return channel.platform.encode(notice, route, channel.tokens.token());
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

  // Nor an answer.
  static SendOutcome interpret(const Channel& platform, Route route,
                               const net::HttpResponse& response) {
    try {
      return platform.interpret(route, response);
    } catch (const std::exception&) {
      SendOutcome outcome;
      outcome.kind = SendOutcome::unknown;
      outcome.code = "senseless answer";
      return outcome;
    }
  }

  void send(AccountId id, Lane& lane, std::int64_t seq, net::OutgoingRequest request,
            ChannelState& channel, Route route, Steady::time_point now) {
    lane.in_flight = seq;
    ++channel.in_flight;
    const auto generation = channel.tokens.generation();
    client_.send(std::move(request), now + channel.limits.timeout,
                 [this, box = mailbox_, id, seq, route, generation](net::ClientResult result) {
                   box->post([this, id, seq, route, generation, result = std::move(result)] {
                     std::lock_guard lock{mutex_};
                     answered(id, seq, route, generation, result);
                   });
                 });
  }

  void answered(AccountId id, std::int64_t seq, Route route, std::int64_t generation,
                const net::ClientResult& result) {
    Lane* lane = book_.find(id);  // lanes in flight are never dropped
    ChannelState& channel = channels_.find(lane->channel)->second;
    --channel.in_flight;
    lane->in_flight = 0;
    const auto entry = lane->entries.find(seq);
    if (entry == lane->entries.end()) return book_.make_ready(id);  // lost with the lease

    SendOutcome outcome;
    if (result.fault == net::Fault::none) {
      outcome = interpret(channel.platform, route, result.response);
    } else {
      outcome.kind =
          result.fault == net::Fault::unknown ? SendOutcome::unknown : SendOutcome::retry;
      outcome.code = result.fault == net::Fault::unknown ? "no_answer" : "no_connection";
    }
    monitor_.sent(lane->channel, outcome_name(outcome.kind));
    act_on(id, *lane, entry->second, channel, route, generation, outcome);
    book_.make_ready(id);
  }

  // What each outcome means for the notice: the head, unless older ones were claimed meanwhile.
  void act_on(AccountId id, Lane& lane, LaneEntry& entry, ChannelState& channel, Route route,
              std::int64_t generation, const SendOutcome& outcome) {
    NoticeRow& row = *entry.row;
    ++row.attempts;
    switch (outcome.kind) {
      case SendOutcome::delivered: {
        const bool spent = route == Route::session && channel.platform.session_needs_window();
        if (spent) --lane.window_left;
        auto& result = book_.finish(id, row.seq, NoticeState::sent, outcome.code);
        result.platform_id = outcome.platform_id;
        result.spent_window = spent;
        return;
      }
      case SendOutcome::token_expired:
        channel.tokens.failed(generation);
        if (++entry.token_retries > kTokenRetries) retry(id, lane, row, channel, outcome);
        return;
      case SendOutcome::window_closed:
      case SendOutcome::allowance_used:
        // Said of a way that needs no window: the same request again would get the same answer.
        if (route != Route::session || !channel.platform.session_needs_window())
          return retry(id, lane, row, channel, outcome);
        lane.window_left = 0;
        lane.close_window = true;
        return;  // next turn: a template, or held
      case SendOutcome::unreachable:
        lane.following = false;
        book_.finish(id, row.seq, NoticeState::held, outcome.code);
        return;
      case SendOutcome::refused:
        return give_up(id, lane, row, "outbox.refused", outcome.code);
      case SendOutcome::channel_stopped:
        monitor_.event(Severity::error, "outbox.channel_stopped",
                       {{"channel", lane.channel}, {"code", outcome.code}});
        channel.paused_until = Steady::now() + kChannelPause;
        return;
      case SendOutcome::unknown:
        if (std::exchange(entry.unknown_once, true))
          return give_up(id, lane, row, "outbox.unknown", "unknown");
        return retry(id, lane, row, channel, outcome);
      case SendOutcome::retry:
        return retry(id, lane, row, channel, outcome);
    }
  }

  void retry(AccountId id, Lane& lane, const NoticeRow& row, const ChannelState& channel,
             const SendOutcome& outcome) {
    if (clock_.now() - row.created_at > channel.limits.give_up)
      return give_up(id, lane, row, "outbox.expired", "expired " + outcome.code);
    auto after = outcome.retry_after;
    if (after.count() == 0) {  // exponential, full jitter
      const auto most = std::min<std::int64_t>(
          options_.backoff.count() << std::min(row.attempts - 1, 20), options_.backoff_cap.count());
      after =
          std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{1, most}(random_)};
    }
    if (after <= options_.keep) return book_.delay(id, Steady::now() + after);
    book_.spill(id, row.seq, after, outcome.code);
  }

  void give_up(AccountId id, const Lane& lane, const NoticeRow& row, std::string_view event,
               std::string code) {
    monitor_.event(Severity::error, event,
                   {{"channel", lane.channel},
                    {"notice", std::to_string(row.notice.id.raw())},
                    {"code", code}});
    book_.finish(id, row.seq, NoticeState::dead, std::move(code));
  }

  Steady::time_point lease_end(Steady::time_point now) const {
    return now + options_.lease - kSendMargin;
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

  std::mutex mutex_;  // guards what is below; the channels' tokens belong to the loop thread
  std::map<std::string, ChannelState, std::less<>> channels_;
  LaneBook book_;
  std::vector<NoticeId> rode_, missed_;
  bool claim_now_ = true;  // what an earlier process left
  bool doubt_ = false;     // see doubt()
  bool stopping_ = false;
  Steady::time_point stop_by_{};
  std::uint64_t idle_asked_ = 0, idle_reached_ = 0;
  std::condition_variable idle_;
  std::mt19937_64 random_;
  Steady::time_point next_claim_, next_renew_{}, next_flush_{};
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
