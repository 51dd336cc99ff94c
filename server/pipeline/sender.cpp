#include "server/pipeline/sender.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using store::NoticeRow;
using store::NoticeState;
using namespace std::chrono_literals;

constexpr int kTokenRetries = 2;
constexpr auto kChannelPause = 60s;  // after channel_stopped

// An answer that a handler stumbles over must not end the process.
SendOutcome interpret(const Channel& platform, const Notice& notice, Route route,
                      const net::HttpResponse& response) {
  try {
    return platform.interpret_sent(notice, route, response);
  } catch (const std::exception&) {
    SendOutcome outcome;
    outcome.kind = SendOutcome::unknown;
    outcome.code = "senseless answer";
    return outcome;
  }
}

}  // namespace

Sender::Sender(Parts parts, const Channels& channels)
    : parts_{std::move(parts)}, random_{std::random_device{}()} {
  for (const auto& [name, channel] : channels) {
    if (channel->pulled()) continue;
    TokenKeeper::Parts token{
        name,          parts_.options.process, *channel,    parts_.store,
        parts_.client, parts_.monitor,         parts_.post, parts_.options.token_pause};
    channels_.emplace(std::piecewise_construct, std::forward_as_tuple(name),
                      std::forward_as_tuple(*channel, std::move(token)));
  }
}

void Sender::refresh_tokens() {
  for (auto& [name, channel] : channels_)
    if (std::exchange(channel.wants_token, false)) channel.tokens.ready(Steady::now());
}

bool Sender::in_flight() const {
  return std::ranges::any_of(channels_, [](const auto& item) { return item.second.in_flight > 0; });
}

void Sender::send_ready(Time now) {
  parts_.book.wake_delayed(now);
  // Those that wait for a free place come first, and leave none of them unused.
  for (auto& [name, channel] : channels_)
    while (channel.in_flight < channel.limits.in_flight && !channel.waiting.empty()) {
      const auto id = channel.waiting.front();
      channel.waiting.pop_front();
      Lane* lane = parts_.book.find(id);
      if (!lane) continue;
      lane->queued = false;
      send_head(id, *lane, now);
    }
  for (const auto id : parts_.book.take_ready())
    if (Lane* lane = parts_.book.find(id)) send_head(id, *lane, now);
}

void Sender::send_head(AccountId id, Lane& lane, Time now) {
  while (lane.in_flight == 0 && !lane.entries.empty()) {
    auto& [seq, entry] = *lane.entries.begin();
    if (!entry.row || lane.not_before > now) return;  // fill or the delay wakes it
    const auto found = channels_.find(lane.channel);
    if (found == channels_.end()) {
      parts_.book.finish(id, seq, NoticeState::dead, "no_channel");
      continue;
    }
    ChannelState& channel = found->second;
    if (channel.paused_until > now) return parts_.book.delay(id, channel.paused_until);
    if (lane.lease_until < now + channel.limits.timeout) return;  // renew() makes it ready again
    if (channel.in_flight >= channel.limits.in_flight) {
      lane.queued = true;
      return channel.waiting.push_back(id);
    }
    const auto route = choose_route(lane, channel.platform, entry.row->notice);
    if (!route) {
      parts_.book.finish(id, seq, NoticeState::held, lane.following ? "window" : "unfollowed");
      continue;
    }
    if (!channel.tokens.usable(now)) {
      channel.wants_token = true;
      return parts_.book.delay(id, now + parts_.options.flush);
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
std::optional<Route> Sender::choose_route(const Lane& lane, const Channel& platform,
                                          const Notice& notice) const {
  if (!platform.session_needs_window()) return Route::session;
  if (!lane.following) return std::nullopt;
  const int keep = notice.kind == "closed" ? 0 : 1;
  if (lane.window_until > parts_.clock.now() && lane.window_left > keep) return Route::session;
  if (platform.has_route(Route::template_, notice)) return Route::template_;
  return std::nullopt;
}

// A notice that a handler stumbles over must not end one process after the other.
std::optional<net::OutgoingRequest> Sender::encode(const Notice& notice,
                                                   const ChannelState& channel, Route route) const {
  try {
    std::array<unsigned char, 16> random;
    RAND_bytes(random.data(), random.size());
    return channel.platform.stamp(channel.platform.encode(notice, route, channel.tokens.token()),
                                  parts_.clock.now(), random);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void Sender::send(AccountId id, Lane& lane, std::int64_t seq, net::OutgoingRequest request,
                  ChannelState& channel, Route route, Time now) {
  lane.in_flight = seq;
  ++channel.in_flight;
  const auto generation = channel.tokens.generation();
  parts_.client.send(
      std::move(request), now + channel.limits.timeout,
      [this, post = parts_.post, id, seq, route, generation](net::ClientResult result) {
        post([this, id, seq, route, generation, result = std::move(result)] {
          std::lock_guard lock{parts_.mutex};
          answered(id, seq, route, generation, result);
        });
      });
}

void Sender::answered(AccountId id, std::int64_t seq, Route route, std::int64_t generation,
                      const net::ClientResult& result) {
  Lane* lane = parts_.book.find(id);  // lanes in flight are never dropped
  ChannelState& channel = channels_.find(lane->channel)->second;
  --channel.in_flight;
  lane->in_flight = 0;
  const auto entry = lane->entries.find(seq);
  if (entry == lane->entries.end()) return parts_.book.make_ready(id);  // lost with the lease

  SendOutcome outcome;
  if (result.fault == net::Fault::none) {
    outcome = interpret(channel.platform, entry->second.row->notice, route, result.response);
  } else {
    outcome.kind = result.fault == net::Fault::unknown ? SendOutcome::unknown : SendOutcome::retry;
    outcome.code = result.fault == net::Fault::unknown ? "no_answer" : "no_connection";
  }
  parts_.monitor.sent(lane->channel, outcome_name(outcome.kind));
  act_on(id, *lane, entry->second, channel, route, generation, outcome);
  parts_.book.make_ready(id);
}

// What each outcome means for the notice: the head, unless older ones were claimed meanwhile.
void Sender::act_on(AccountId id, Lane& lane, LaneEntry& entry, ChannelState& channel, Route route,
                    std::int64_t generation, const SendOutcome& outcome) {
  NoticeRow& row = *entry.row;
  ++row.attempts;
  switch (outcome.kind) {
    case SendOutcome::delivered: {
      const bool spent = route == Route::session && channel.platform.session_needs_window();
      if (spent) --lane.window_left;
      auto& result = parts_.book.finish(id, row.seq, NoticeState::sent, outcome.code);
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
      parts_.book.finish(id, row.seq, NoticeState::held, outcome.code);
      return;
    case SendOutcome::refused:
      return give_up(id, lane, row, "outbox.refused", outcome.code);
    case SendOutcome::channel_stopped:
      parts_.monitor.event(Severity::error, "outbox.channel_stopped",
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

void Sender::retry(AccountId id, Lane& lane, const NoticeRow& row, const ChannelState& channel,
                   const SendOutcome& outcome) {
  if (parts_.clock.now() - row.created_at > channel.limits.give_up)
    return give_up(id, lane, row, "outbox.expired", "expired " + outcome.code);
  auto after = outcome.retry_after;
  if (after.count() == 0) {  // exponential, full jitter
    const auto most =
        std::min<std::int64_t>(parts_.options.backoff.count() << std::min(row.attempts - 1, 20),
                               parts_.options.backoff_cap.count());
    after =
        std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{1, most}(random_)};
  }
  if (after <= parts_.options.keep) return parts_.book.delay(id, Steady::now() + after);
  parts_.book.spill(id, row.seq, after, outcome.code);
}

void Sender::give_up(AccountId id, const Lane& lane, const NoticeRow& row, std::string_view event,
                     std::string code) {
  parts_.monitor.event(
      Severity::error, event,
      {{"channel", lane.channel}, {"notice", std::to_string(row.notice.id.raw())}, {"code", code}});
  parts_.book.finish(id, row.seq, NoticeState::dead, std::move(code));
}

}  // namespace huiyin
