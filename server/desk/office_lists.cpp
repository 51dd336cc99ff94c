#include "server/desk/office_lists.h"

#include <algorithm>

#include "server/desk/candidates.h"
#include "server/desk/office_cases.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

constexpr std::size_t kMostGaps = 10;

// Why the case stands in one of these queues, in words.
std::string wait_words(const Case& c, const std::vector<UnitCode>& desks, std::string_view locale) {
  for (const Wait& wait : c.waits)
    if (std::ranges::find(desks, wait.unit) != desks.end()) return words::wait(wait.kind, locale);
  return words::stage(c.stage, c.outcome, locale);
}

void add_rows(Turn& turn, NoticeDraft& draft, const std::vector<const Case*>& cases,
              const std::vector<UnitCode>& desks) {
  const auto& locale = turn.me().locale;
  auto rows = case_rows(turn, cases, Audience::office);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i]["wait"] = wait_words(*cases[i], desks, locale);
  draft.facts["count"] = std::to_string(cases.size());
  if (cases.empty())
    draft.facts["none"] = "1";
  else
    draft.lists["cases"] = std::move(rows);
}

bool stationed(UnitKind kind) {
  return kind == UnitKind::village || kind == UnitKind::community || kind == UnitKind::enterprise;
}

bool in_force(const Unit& unit, Instant at) {
  return (unit.valid_from == Instant{} || unit.valid_from <= at) &&
         (unit.valid_to == Instant{} || at < unit.valid_to);
}

}  // namespace

void list_queue(Turn& turn, const std::vector<UnitCode>& desks) {
  const auto waiting = queue_of(turn, desks);
  const auto own = handled_cases(turn);
  if (!turn.need().empty()) return;
  auto& draft = turn.reply("queue", Audience::owner);
  add_rows(turn, draft, waiting, desks);
  // What stands in the queue is the clerk's own by name only.
  const auto on_his_desk = std::ranges::count_if(own, [&](const Case* c) {
    return (is_open(c->stage) || c->calls > 0) && std::ranges::find(waiting, c) == waiting.end();
  });
  if (on_his_desk > 0) draft.facts["own"] = std::to_string(on_his_desk);
}

void list_hard(Turn& turn, const std::vector<UnitCode>& desks) {
  auto cases = queue_of(turn, desks);
  if (!turn.has_cases_of(turn.speaker()) || !turn.need().empty()) return;
  std::erase_if(cases, [&](const Case* c) {
    return std::ranges::none_of(c->waits, [&](const Wait& wait) {
      return (wait.kind == WaitKind::claim || wait.kind == WaitKind::hard) &&
             std::ranges::find(desks, wait.unit) != desks.end();
    });
  });
  for (const Case* c : turn.set.shared_with(turn.speaker()))
    if (c->leader == turn.speaker() && is_open(c->stage) &&
        std::ranges::find(cases, c) == cases.end())
      cases.push_back(c);
  add_rows(turn, turn.reply("hard_list", Audience::owner), cases, desks);
}

void list_coverage(Turn& turn, const std::vector<UnitCode>& desks) {
  const auto& directory = turn.directory;
  const auto mine = [&](const UnitCode& unit) {
    return std::ranges::any_of(desks,
                               [&](const UnitCode& desk) { return directory.within(unit, desk); });
  };
  auto gaps = directory.gaps(turn.now);
  std::erase_if(gaps, [&](const Gap& gap) { return !mine(gap.unit); });
  const auto units = std::ranges::count_if(directory.units(), [&](const Unit& unit) {
    return stationed(unit.kind) && in_force(unit, turn.now) && mine(unit.code);
  });
  auto& draft = turn.reply("coverage", Audience::owner);
  draft.facts["area"] = directory.full_name(desks.front());
  draft.facts["units"] = std::to_string(units);
  draft.facts["count"] = std::to_string(gaps.size());
  if (gaps.empty()) draft.facts["none"] = "1";
  auto& rows = draft.lists["gaps"];
  for (const Gap& gap : gaps) {
    if (rows.size() == kMostGaps) break;
    rows.push_back({{"name", directory.full_name(gap.unit)}});
    if (gap.on_leave) rows.back()["on_leave"] = "1";
  }
  if (gaps.size() > rows.size()) draft.facts["more"] = std::to_string(gaps.size() - rows.size());
}

}  // namespace huiyin
