#include "server/pipeline/sender.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/pipeline/card_edits.h"
#include "server/pipeline/random.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using store::NoticeRow;
using store::NoticeState;
using namespace std::chrono_literals;

constexpr std::size_t kLeftAtOnce = 200;  // of a channel that is down, in one turn

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

bool has_address(const Notice& notice, Instant now) {
  return !notice.reply_address.empty() && notice.reply_until > now;
}

}  // namespace

Sender::Sender(Parts parts, const Channels& channels)
    : parts_{std::move(parts)},
      aftermath_{
          {parts_.options, parts_.book, parts_.clock, parts_.monitor, sending_channels(channels)}} {
  for (const auto& [name, channel] : channels) {
    if (channel->pulled()) {
      pulled_.insert(name);
      continue;
    }
    TokenKeeper::Parts token{
        name,          parts_.options.process, *channel,    parts_.store,
        parts_.client, parts_.monitor,         parts_.post, parts_.options.token_pause};
    channels_.emplace(
        std::piecewise_construct, std::forward_as_tuple(name),
        std::forward_as_tuple(*channel, std::move(token), parts_.options.connections));
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
  for (auto& [name, channel] : channels_) send_waiting(channel, now);
  for (const auto id : parts_.book.take_ready())
    if (Lane* lane = parts_.book.find(id)) send_head(id, *lane, now);
}

// Those that wait come first, and leave no place unused. When the channel is down they are looked
// at as well: they may go elsewhere.
void Sender::send_waiting(SendingChannel& channel, Time now) {
  std::size_t looks = channel.down_since ? std::min(kLeftAtOnce, channel.waiting.size()) : 0;
  while (!channel.waiting.empty()) {
    if (!channel.gate.open(now, channel.in_flight)) {
      if (looks == 0) return;
      --looks;
    }
    const auto id = channel.waiting.front();
    channel.waiting.pop_front();
    Lane* lane = parts_.book.find(id);
    if (!lane) continue;
    lane->queued = false;
    send_head(id, *lane, now);
  }
}

void Sender::send_head(AccountId id, Lane& lane, Time now) {
  while (lane.in_flight == 0 && !lane.entries.empty()) {
    auto& [seq, entry] = *lane.entries.begin();
    if (!entry.row || lane.not_before > now) return;  // fill or the delay wakes it
    if (pulled_.contains(lane.channel)) {  // what came to this lane later: now it can be read
      if (entry.row->echo) parts_.monitor.echo_delivered(lane.channel, true);
      parts_.book.finish(id, seq, NoticeState::sent, "pulled");
      continue;
    }
    const auto found = channels_.find(lane.channel);
    if (found == channels_.end()) {
      aftermath_.give_up(id, lane, seq, "outbox.no_channel", "no_channel");
      continue;
    }
    SendingChannel& channel = found->second;
    NoticeRow& row = *entry.row;
    if (lane.lease_until < now + channel.limits.timeout) return;  // renew() makes it ready again
    if (row.edits && settle_edit(id, lane, seq, channel.platform)) continue;
    // Whoever finds it open tries, or nobody would learn that the channel is back.
    if (!channel.gate.open(now, channel.in_flight)) {
      if (aftermath_.leave(id, lane, seq, channel)) continue;
      lane.queued = true;
      return channel.waiting.push_back(id);
    }
    if (const auto ready = channel.recipients.ready_at(id); ready > now)
      return parts_.book.delay(id, ready);
    if (!has_address(row.notice, parts_.clock.now())) row.notice.reply_address.clear();
    const auto route = choose_route(lane, channel.platform, row);
    if (!route) {
      aftermath_.hold(id, lane, seq, lane.following ? "window" : "unfollowed");
      continue;
    }
    if (!channel.tokens.usable(now)) {
      channel.wants_token = true;
      if (aftermath_.leave(id, lane, seq, channel)) continue;
      if (!channel.down_since) channel.down_since = parts_.clock.now();
      return parts_.book.delay(id, now + parts_.options.flush);
    }
    auto request = encode(row.notice, channel, *route);
    if (!request) {
      aftermath_.give_up(id, lane, seq, "outbox.bug", "cannot be encoded");
      continue;
    }
    const Attempt attempt{id, seq, *route, channel.tokens.generation(),
                          !row.notice.reply_address.empty()};
    return send(attempt, lane, std::move(*request), channel, now);
  }
}

// True: nothing is to be sent for it now.
bool Sender::settle_edit(AccountId id, const Lane& lane, std::int64_t seq,
                         const Channel& platform) {
  switch (edit_step(lane, seq, platform)) {
    case EditStep::send:
      return false;
    case EditStep::skip:
      aftermath_.skip(id, seq, "no card");
      return true;
    case EditStep::look_up:
      parts_.book.spill(id, seq, 0ms, "");
      return true;
  }
  return true;
}

// By the address that the recipient's message brought; else free text inside the window, the last
// one kept for the closing echo; else a template; else it waits for the person's next message.
std::optional<Route> Sender::choose_route(const Lane& lane, const Channel& platform,
                                          const NoticeRow& row) const {
  const auto& notice = row.notice;
  const bool session = platform.has_route(Route::session, notice);
  if (session && (row.edits || !notice.reply_address.empty())) return Route::session;
  if (!platform.session_needs_window())
    return session ? std::optional{Route::session} : std::nullopt;
  if (!lane.following) return std::nullopt;
  const int keep = notice.kind == "closed" ? 0 : 1;
  if (session && lane.window_until > parts_.clock.now() && lane.window_left > keep)
    return Route::session;
  if (platform.has_route(Route::template_, notice)) return Route::template_;
  return std::nullopt;
}

// A notice that a handler stumbles over must not end one process after the other.
std::optional<net::OutgoingRequest> Sender::encode(const Notice& notice,
                                                   const SendingChannel& channel,
                                                   Route route) const {
  try {
    return channel.platform.stamp(channel.platform.encode(notice, route, channel.tokens.token()),
                                  parts_.clock.now(), random_bytes());
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void Sender::send(const Attempt& attempt, Lane& lane, net::OutgoingRequest request,
                  SendingChannel& channel, Time now) {
  lane.in_flight = attempt.seq;
  ++channel.in_flight;
  channel.gate.take(now);
  channel.recipients.take(attempt.lane, now);
  parts_.client.send(std::move(request), now + channel.limits.timeout,
                     [this, post = parts_.post, attempt](net::ClientResult result) {
                       post([this, attempt, result = std::move(result)] {
                         std::lock_guard lock{parts_.mutex};
                         answered(attempt, result);
                       });
                     });
}

void Sender::answered(const Attempt& attempt, const net::ClientResult& result) {
  Lane* lane = parts_.book.find(attempt.lane);  // lanes in flight are never dropped
  auto& [name, channel] = *channels_.find(lane->channel);
  --channel.in_flight;
  lane->in_flight = 0;
  const auto entry = lane->entries.find(attempt.seq);
  SendOutcome outcome;
  if (result.fault != net::Fault::none) {
    const bool unknown = result.fault == net::Fault::unknown;
    outcome.kind = unknown ? SendOutcome::unknown : SendOutcome::retry;
    outcome.code = unknown ? "no_answer" : "no_connection";
  } else if (entry != lane->entries.end()) {
    outcome =
        interpret(channel.platform, entry->second.row->notice, attempt.route, result.response);
  }
  if (entry != lane->entries.end()) {  // else lost with the lease
    parts_.monitor.sent(name, outcome_name(outcome.kind));
    note_health(name, channel, attempt.lane, outcome);
    aftermath_.act_on(attempt, *lane, channel, outcome);
  }
  parts_.book.make_ready(attempt.lane);
}

void Sender::note_health(const std::string& name, SendingChannel& channel, AccountId recipient,
                         const SendOutcome& outcome) {
  const auto now = Steady::now();
  const auto before = channel.gate.breaker(now);
  const bool again = outcome.kind == SendOutcome::retry;
  if (again && outcome.retry_after.count() > 0)
    channel.gate.put_off(recipient, now, outcome.retry_after);
  else if (again || outcome.kind == SendOutcome::unknown)
    channel.gate.failed(now, aftermath_.share());
  else
    channel.gate.answered(now);

  const auto after = channel.gate.breaker(now);
  if (after == before) return;
  parts_.monitor.breaker(name, after != Breaker::closed);
  if (after == Breaker::open) {
    if (!channel.down_since) channel.down_since = parts_.clock.now();
    parts_.monitor.event(Severity::warning, "outbox.breaker_open",
                         {{"channel", name}, {"code", outcome.code}});
  } else if (after == Breaker::closed) {
    parts_.monitor.event(Severity::info, "outbox.breaker_closed", {{"channel", name}});
  }
}

}  // namespace huiyin
