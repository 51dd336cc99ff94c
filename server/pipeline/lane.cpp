#include "server/pipeline/lane.h"

#include <algorithm>

namespace huiyin {

using store::NoticeRow;
using store::NoticeState;

Lane* LaneBook::find(AccountId id) {
  const auto at = lanes_.find(id);
  return at == lanes_.end() ? nullptr : &at->second;
}

bool LaneBook::reserve(AccountId id, std::int64_t token, std::int64_t seq, Time lease_until) {
  Lane* lane = find(id);
  if (!lane) {
    if (seq != 1) return false;
    lane = &lanes_[id];
    lane->token = token;
  }
  if (lane->spilled || lane->token != token || seq != lane->last_seq + 1) return false;
  lane->last_seq = seq;
  lane->lease_until = lease_until;
  size_ += lane->entries.try_emplace(seq).second;
  return true;
}

void LaneBook::cancel(AccountId id, std::int64_t seq) {
  Lane* lane = find(id);
  if (!lane) return;
  lane->last_seq = std::min(lane->last_seq, seq - 1);  // somebody else may get the number
  const auto place = lane->entries.find(seq);
  if (place != lane->entries.end() && !place->second.row) {
    lane->entries.erase(place);
    --size_;
  }
  doubt(id);  // reserve() counted on a longer lease, which was not written
  make_ready(id);
}

bool LaneBook::fill(NoticeRow row, const Account& account) {
  Lane* lane = find(account.id);
  if (!lane) return true;
  const auto entry = lane->entries.find(row.seq);
  if (entry == lane->entries.end() || entry->second.row) return true;
  lane->channel = account.channel;
  if (!lane->window_known) window(account);  // later changes come through window()
  if (lane->spilled) {                       // since the place was kept
    add_result(account.id, *lane, row, NoticeState::due, "");
    lane->entries.erase(entry);
    --size_;
    return false;
  }
  entry->second.row = std::move(row);
  make_ready(account.id);
  return true;
}

void LaneBook::behind(AccountId id) {
  left_.insert(id);
  if (Lane* lane = find(id)) lane->spilled = true;
}

void LaneBook::window(const Account& account) {
  Lane* lane = find(account.id);
  if (!lane) return;
  lane->window_until = account.window_until;
  lane->window_left = account.window_left;
  lane->following = account.following;
  lane->window_known = true;
}

void LaneBook::take_over(store::LaneClaim& claim, Time lease_until) {
  Lane& lane = lanes_[claim.account];
  lane.token = claim.token;
  lane.channel = claim.channel;
  lane.window_until = claim.window_until;
  lane.window_left = claim.window_left;
  lane.following = claim.following;
  lane.window_known = true;
  lane.last_seq = std::max(lane.last_seq, claim.last_seq);
  lane.spilled = claim.more || left_.contains(claim.account);
  lane.lease_until = lease_until;
  for (auto& row : claim.notices) {
    const auto [at, fresh] = lane.entries.try_emplace(row.seq);
    size_ += fresh;
    if (at->second.row) continue;
    at->second.unknown_once = row.code.starts_with(store::kUnknown);
    at->second.handle_known = true;
    at->second.row = std::move(row);
  }
  make_ready(claim.account);
}

void LaneBook::make_ready(AccountId id) {
  Lane* lane = find(id);
  if (!lane || lane->queued) return;
  lane->queued = true;
  ready_.push_back(id);
}

void LaneBook::delay(AccountId id, Time until) {
  if (Lane* lane = find(id)) lane->not_before = until;
  delayed_.emplace(until, id);
}

void LaneBook::wake_delayed(Time now) {
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    make_ready(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
  }
}

std::vector<AccountId> LaneBook::take_ready() {
  std::vector<AccountId> ids{ready_.begin(), ready_.end()};
  ready_.clear();
  for (const auto id : ids)
    if (Lane* lane = find(id)) lane->queued = false;
  return ids;
}

store::SendResult& LaneBook::finish(AccountId id, std::int64_t seq, NoticeState state,
                                    std::string code) {
  Lane& lane = lanes_.at(id);
  const auto entry = lane.entries.find(seq);
  if (state == NoticeState::held && entry->second.unknown_once) code = store::kUnknown + code;
  add_result(id, lane, *entry->second.row, state, std::move(code));
  lane.entries.erase(entry);
  --size_;
  return results_.back();
}

void LaneBook::spill(AccountId id, std::int64_t seq, std::chrono::milliseconds again,
                     const std::string& code, const std::vector<std::string>& elsewhere) {
  Lane& lane = lanes_.at(id);
  lane.spilled = true;
  std::erase_if(lane.entries, [&](auto& item) {
    if (!item.second.row) return false;  // its batch is still committing
    const bool unknown = item.second.unknown_once;
    const auto& why = item.first == seq ? code : std::string{};
    add_result(id, lane, *item.second.row, NoticeState::due, unknown ? store::kUnknown + why : why);
    if (item.first == seq) {
      results_.back().again_in = again;
      results_.back().elsewhere = elsewhere;
    }
    --size_;
    return true;
  });
}

void LaneBook::add_result(AccountId id, Lane& lane, const NoticeRow& row, NoticeState state,
                          std::string code) {
  store::SendResult result;
  result.id = row.notice.id;
  result.account = id;
  result.lane_token = lane.token;
  result.state = state;
  result.attempts = row.attempts;
  result.code = std::move(code);
  result.close_window = std::exchange(lane.close_window, false);
  result.unfollowed = !lane.following;
  result.window_seen = lane.window_until;
  results_.push_back(std::move(result));
}

void LaneBook::forget(AccountId id) {
  Lane* lane = find(id);
  if (!lane) return;
  size_ -= lane->entries.size();
  lane->entries.clear();
  if (lane->in_flight != 0)
    lane->spilled = true;  // its answer is still to come
  else
    lanes_.erase(id);
}

void LaneBook::doubt(AccountId id) {
  if (Lane* lane = find(id)) lane->lease_until = {};
}

void LaneBook::doubt_all() {
  for (auto& [id, lane] : lanes_) {
    size_ -= std::erase_if(lane.entries, [&lane = lane](const auto& item) {
      return item.second.row && item.first != lane.in_flight;
    });
    lane.spilled = true;
    lane.lease_until = {};
  }
  std::erase_if(lanes_, [](const auto& item) { return item.second.empty(); });
}

void LaneBook::sweep(Time now, std::size_t most) {
  const bool crowded = lanes_.size() > most;
  std::erase_if(lanes_, [&](auto& item) {
    return item.second.empty() && (crowded || item.second.lease_until < now);
  });
}

}  // namespace huiyin
