#include "server/pipeline/aftermath.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "server/pipeline/card_edits.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;
using store::NoticeRow;
using store::NoticeState;
using namespace std::chrono_literals;

constexpr int kTokenRetries = 2;
constexpr auto kChannelPause = 60s;  // after channel_stopped
constexpr auto kInTime = 60s;        // within which an echo is owed
constexpr milliseconds kDownAgain{60000};

bool has_fate(const SendingChannel& channel, const std::string& platform_id) {
  try {
    return channel.platform.fate_request(platform_id, channel.tokens.token()).has_value();
  } catch (const std::exception&) {
    return false;  // delivered is delivered
  }
}

// Quiet hours do not count.
Instant owed_since(const NoticeRow& row) {
  return row.code == store::kWoken ? std::max(row.created_at, row.next_at) : row.created_at;
}

// Of an answer that says the same however often it is asked.
bool is_final(SendOutcome::Kind kind) {
  return kind == SendOutcome::window_closed || kind == SendOutcome::allowance_used ||
         kind == SendOutcome::unreachable || kind == SendOutcome::refused;
}

}  // namespace

Aftermath::Aftermath(Parts parts) : parts_{std::move(parts)}, random_{std::random_device{}()} {}

void Aftermath::act_on(const Attempt& attempt, Lane& lane, SendingChannel& channel,
                       const SendOutcome& outcome) {
  LaneEntry& entry = lane.entries.at(attempt.seq);
  NoticeRow& row = *entry.row;
  ++row.attempts;
  if (outcome.kind == SendOutcome::delivered) return delivered(attempt, lane, channel, outcome);
  if (is_final(outcome.kind)) channel.down_since.reset();
  if (!lane.failing_since)
    lane.failing_since = row.attempts == 1 ? parts_.clock.now() : row.created_at;
  row.notice.reply_address.clear();                          // good for one attempt
  if (is_final(outcome.kind) && attempt.by_address) return;  // next turn: by the usual way
  if (is_final(outcome.kind) && row.edits) return skip(attempt.lane, row.seq, outcome.code);

  switch (outcome.kind) {
    case SendOutcome::delivered:
      return;
    case SendOutcome::token_expired:
      channel.tokens.failed(attempt.token_generation);
      if (++entry.token_retries > kTokenRetries) retry(attempt, lane, channel, outcome);
      return;
    case SendOutcome::window_closed:
    case SendOutcome::allowance_used:
      return window_over(attempt, lane, channel, outcome);
    case SendOutcome::unreachable:
      lane.following = false;
      return hold(attempt.lane, lane, row.seq, outcome.code);
    case SendOutcome::refused:
      return give_up(attempt.lane, lane, row.seq, "outbox.refused", outcome.code);
    case SendOutcome::channel_stopped:
      parts_.monitor.event(Severity::error, "outbox.channel_stopped",
                           {{"channel", lane.channel}, {"code", outcome.code}});
      channel.gate.pause_until(Steady::now() + kChannelPause);
      if (!channel.down_since) channel.down_since = parts_.clock.now();
      return;
    case SendOutcome::unknown:
      if (!std::exchange(entry.unknown_once, true)) return retry(attempt, lane, channel, outcome);
      if (row.edits) return skip(attempt.lane, row.seq, "unknown");
      return give_up(attempt.lane, lane, row.seq, "outbox.unknown", "unknown");
    case SendOutcome::retry:
      if (outcome.tries == 0 || ++entry.limited_tries < outcome.tries)
        return retry(attempt, lane, channel, outcome);
      if (row.edits) return skip(attempt.lane, row.seq, outcome.code);
      return give_up(attempt.lane, lane, row.seq, "outbox.refused", outcome.code);
  }
}

void Aftermath::delivered(const Attempt& attempt, Lane& lane, SendingChannel& channel,
                          const SendOutcome& outcome) {
  channel.down_since.reset();
  lane.failing_since.reset();
  const NoticeRow& row = *lane.entries.at(attempt.seq).row;
  const bool spent = attempt.route == Route::session && !attempt.by_address && !row.edits &&
                     channel.platform.session_needs_window();
  if (spent) --lane.window_left;
  if (row.echo)
    parts_.monitor.echo_delivered(lane.channel, parts_.clock.now() - owed_since(row) <= kInTime);
  const NoticeId card = row.edits ? row.edits : row.card ? row.notice.id : NoticeId{};

  auto& result = parts_.book.finish(attempt.lane, attempt.seq, NoticeState::sent, outcome.code);
  result.platform_id = outcome.platform_id;
  result.spent_window = spent;
  result.card = card;
  if (!outcome.platform_id.empty() && has_fate(channel, outcome.platform_id))
    result.ask_in = channel.limits.ask_fate;
  if (card) set_handle(lane, card, outcome.platform_id);
}

void Aftermath::window_over(const Attempt& attempt, Lane& lane, SendingChannel& channel,
                            const SendOutcome& outcome) {
  // A template that the person has not agreed to: kept for his next message.
  if (attempt.route == Route::template_) return hold(attempt.lane, lane, attempt.seq, outcome.code);
  // Said of a way that needs no window: the same request again would get the same answer.
  if (attempt.route != Route::session || !channel.platform.session_needs_window())
    return retry(attempt, lane, channel, outcome);
  lane.window_left = 0;
  lane.close_window = true;  // next turn: a template, or held
}

void Aftermath::retry(const Attempt& attempt, Lane& lane, const SendingChannel& channel,
                      const SendOutcome& outcome) {
  const LaneEntry& entry = lane.entries.at(attempt.seq);
  const NoticeRow& row = *entry.row;
  parts_.monitor.retrying(lane.channel);
  const bool vain = in_vain(lane) || down_too_long(row, channel);
  if (row.edits && vain) return skip(attempt.lane, row.seq, outcome.code);
  if (parts_.clock.now() - row.created_at > channel.limits.give_up)
    return give_up(attempt.lane, lane, row.seq, "outbox.expired", "expired " + outcome.code);
  auto after = outcome.retry_after;
  if (after.count() == 0) {  // exponential, full jitter
    const auto most =
        std::min<std::int64_t>(parts_.options.backoff.count() << std::min(row.attempts - 1, 20),
                               parts_.options.backoff_cap.count());
    after = milliseconds{std::max<std::int64_t>(1, std::llround(double(most) * share()))};
  }
  if (vain && !entry.unknown_once)
    return parts_.book.spill(attempt.lane, row.seq, after, outcome.code, parts_.elsewhere);
  if (after <= parts_.options.keep) return parts_.book.delay(attempt.lane, Steady::now() + after);
  parts_.book.spill(attempt.lane, row.seq, after, outcome.code);
}

bool Aftermath::leave(AccountId id, Lane& lane, std::int64_t seq, const SendingChannel& channel) {
  const LaneEntry& entry = lane.entries.at(seq);
  if (entry.unknown_once || !down_too_long(*entry.row, channel)) return false;
  if (entry.row->edits) {
    skip(id, seq, "down");
    return true;
  }
  if (parts_.clock.now() - entry.row->created_at > channel.limits.give_up) {
    give_up(id, lane, seq, "outbox.expired", "expired down");
    return true;
  }
  const milliseconds again{std::llround(double(kDownAgain.count()) * (1 + share()) / 2)};
  parts_.book.spill(id, seq, again, "down", parts_.elsewhere);
  return true;
}

// So long that another account of the person is better than another try.
bool Aftermath::in_vain(const Lane& lane) const {
  return lane.failing_since && parts_.clock.now() - *lane.failing_since > parts_.options.fail_over;
}

bool Aftermath::down_too_long(const NoticeRow& row, const SendingChannel& channel) const {
  const auto now = parts_.clock.now();
  return channel.down_since && now - *channel.down_since > parts_.options.fail_over &&
         now - row.created_at > parts_.options.fail_over;
}

// An echo that reaches nobody is owed by telephone (P2).
Instant Aftermath::call_at(const NoticeRow& row) const {
  return row.echo ? row.created_at + parts_.options.call_after : Instant{};
}

void Aftermath::hold(AccountId id, Lane& lane, std::int64_t seq, std::string code) {
  const NoticeRow& row = *lane.entries.at(seq).row;
  if (row.edits) return skip(id, seq, std::move(code));
  const auto call = call_at(row);
  auto& result = parts_.book.finish(id, seq, NoticeState::held, std::move(code));
  result.elsewhere = parts_.elsewhere;
  result.call_at = call;
}

void Aftermath::give_up(AccountId id, Lane& lane, std::int64_t seq, std::string_view event,
                        std::string code) {
  const LaneEntry& entry = lane.entries.at(seq);
  const NoticeRow& row = *entry.row;
  if (row.edits) return skip(id, seq, std::move(code));
  parts_.monitor.event(
      Severity::error, event,
      {{"channel", lane.channel}, {"notice", std::to_string(row.notice.id.raw())}, {"code", code}});
  const auto call = call_at(row);
  const bool perhaps_heard = entry.unknown_once;
  auto& result = parts_.book.finish(id, seq, NoticeState::dead, std::move(code));
  if (!perhaps_heard) result.elsewhere = parts_.elsewhere;
  result.call_at = call;
}

void Aftermath::skip(AccountId id, std::int64_t seq, std::string code) {
  parts_.book.finish(id, seq, NoticeState::skipped, std::move(code));
}

}  // namespace huiyin
