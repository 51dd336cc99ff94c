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
  if (lane->spilled || lane->token != token) return false;
  lane->lease_until = lease_until;
  size_ += lane->entries.try_emplace(seq).second;
  return true;
}

void LaneBook::cancel(AccountId id, std::int64_t seq) {
  Lane* lane = find(id);
  if (!lane) return;
  size_ -= lane->entries.erase(seq);
  make_ready(id);
}

void LaneBook::fill(NoticeRow row, const Account& account) {
  Lane* lane = find(account.id);
  if (!lane) return;
  const auto entry = lane->entries.find(row.seq);
  if (entry == lane->entries.end()) return;
  lane->channel = account.channel;
  if (!lane->window_known) window(account);  // later changes come through window()
  entry->second.row = std::move(row);
  make_ready(account.id);
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
  lane.spilled = false;
  lane.lease_until = lease_until;
  for (auto& row : claim.notices) {
    const auto [at, fresh] = lane.entries.try_emplace(row.seq);
    size_ += fresh;
    if (!at->second.row) at->second.row = std::move(row);
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

store::SendResult& LaneBook::finish_head(AccountId id, NoticeState state, std::string code) {
  Lane& lane = lanes_.at(id);
  const auto head = lane.entries.begin();
  add_result(id, lane, *head->second.row, state, std::move(code));
  lane.entries.erase(head);
  --size_;
  return results_.back();
}

void LaneBook::spill(AccountId id, std::chrono::milliseconds head_again, const std::string& code) {
  Lane& lane = lanes_.at(id);
  lane.spilled = true;
  std::erase_if(lane.entries, [&](auto& item) {
    if (!item.second.row) return false;  // its batch is still committing
    add_result(id, lane, *item.second.row, NoticeState::due, code);
    results_.back().again_in = std::exchange(head_again, std::chrono::milliseconds{0});
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
  results_.push_back(std::move(result));
}

void LaneBook::forget(AccountId id) {
  Lane* lane = find(id);
  if (!lane) return;
  size_ -= lane->entries.size();
  lane->entries.clear();
  if (lane->in_flight)
    lane->spilled = true;  // its answer is still to come
  else
    lanes_.erase(id);
}

void LaneBook::sweep(Time now, std::size_t most) {
  const bool crowded = lanes_.size() > most;
  std::erase_if(lanes_, [&](auto& item) {
    return item.second.empty() && (crowded || item.second.lease_until < now);
  });
}

}  // namespace huiyin
