#include "server/cases/statistics.h"

#include <algorithm>

namespace huiyin {
namespace {

constexpr int kSatisfied = 3;  // 基本满意
constexpr std::chrono::microseconds kDay = std::chrono::days{1};

void count(Share& share, bool yes) {
  ++share.of;
  if (yes) ++share.count;
}

// Tenths of `of`, half up.
std::string one_decimal(std::int64_t count, std::int64_t of) {
  const std::int64_t tenths = (count * 20 + of) / (of * 2);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::optional<std::chrono::microseconds> median(std::vector<std::chrono::microseconds> spans) {
  if (spans.empty()) return std::nullopt;
  std::ranges::sort(spans);
  const auto middle = spans.size() / 2;
  if (spans.size() % 2 == 1) return spans[middle];
  return (spans[middle - 1] + spans[middle]) / 2;
}

}  // namespace

std::string percent(const Share& share) {
  return share.of == 0 ? "—" : one_decimal(share.count * 100, share.of) + "%";
}

std::string show_days(const std::optional<std::chrono::microseconds>& span) {
  return span ? one_decimal(span->count(), kDay.count()) : "—";
}

bool in_statistics(const Case& c) {
  return c.stage != Stage::draft && c.outcome != Outcome::invalid &&
         c.outcome != Outcome::withdrawn;
}

Statistics::Statistics(const WorkingCalendar& calendar, const Clocks& clocks, Instant now)
    : calendar_{calendar}, clocks_{clocks}, now_{now} {}

void Statistics::add(const Case& c) {
  if (!in_statistics(c)) return;
  ++figures_.reports;
  if (c.outcome == Outcome::merged) return;
  const bool closed = !is_open(c.stage);
  ++figures_.cases;
  if (!closed) ++figures_.open;
  count(figures_.closing, closed);
  count(figures_.self_solved, closed && c.level < Level::county);
  if (c.level >= Level::county) count(figures_.county_stage, closed);
  if (c.dispatched_at != Instant{}) count(figures_.returned, c.returns > 0);
  if (closed || c.round > 0) count(figures_.reopened, c.round > 0);
  add_grades(c);
  add_dates(c);
  add_level(c);
}

void Statistics::add_grades(const Case& c) {
  const bool closed = !is_open(c.stage);
  const auto one = [&](int grade) {
    if (grade == 0) {
      if (closed) ++figures_.unanswered;
      return;
    }
    count(figures_.satisfaction, grade >= kSatisfied);
    count(figures_.solved, grade >= kSatisfied && c.outcome == Outcome::solved);
  };
  one(c.rating);
  for (const Party& party : c.parties)
    if (party.kind == PartyKind::follower) one(party.rating);
  if (c.round > 0 && c.rating == 0) count(figures_.solved, false);
}

void Statistics::add_dates(const Case& c) {
  const bool closed = !is_open(c.stage);
  if (c.due_at != Instant{}) {
    const bool overdue = c.paused_at == Instant{} && c.due_at < now_;
    if (closed || overdue) count(figures_.on_time, closed && c.closed_at <= c.due_at);
  }
  const auto clock = clocks_.contact.find(c.urgency);
  if (c.dispatched_at == Instant{} || clock == clocks_.contact.end()) return;
  const Instant due = huiyin::add(calendar_, c.dispatched_at, clock->second);
  const bool contacted = c.contacted_at != Instant{};
  if (contacted || due < (closed ? c.closed_at : now_))
    count(figures_.response, contacted && c.contacted_at <= due);
}

void Statistics::add_level(const Case& c) {
  const auto index = static_cast<std::size_t>(c.level) - 1;
  if (index >= figures_.levels.size()) return;
  auto& level = figures_.levels[index];
  ++level.cases;
  if (is_open(c.stage)) return;
  ++level.closed;
  spans_[index].push_back(c.closed_at - c.registered_at);
}

void Statistics::add_echo(bool within_a_minute) { count(figures_.echo, within_a_minute); }

Figures Statistics::figures() const {
  Figures out = figures_;
  for (std::size_t i = 0; i < spans_.size(); ++i) out.levels[i].median = median(spans_[i]);
  return out;
}

}  // namespace huiyin
