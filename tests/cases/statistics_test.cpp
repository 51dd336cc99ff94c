// Figures of handbook §12.
#include "server/cases/statistics.h"

#include <gtest/gtest.h>

#include <functional>

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

Instant at(const char* rfc3339) { return *parse_rfc3339(rfc3339); }
const Instant kMonday = at("2026-03-02T09:00:00+08:00");
const Instant kNow = at("2026-03-31T18:00:00+08:00");

const WorkingCalendar& weekdays() {
  static const WorkingCalendar kCalendar{{{8h + 30min, 12h}, {14h, 17h + 30min}}, {}};
  return kCalendar;
}

Figures figures_of(const std::vector<Case>& cases, Instant now = kNow) {
  static const Clocks kClocks = default_clocks();
  Statistics statistics{weekdays(), kClocks, now};
  for (const Case& c : cases) statistics.add(c);
  return statistics.figures();
}

Case open_case() {
  Case c;
  c.stage = Stage::in_progress;
  c.registered_at = c.dispatched_at = kMonday;
  return c;
}
Case closed_case() {
  Case c = open_case();
  c.stage = Stage::closed;
  c.outcome = Outcome::solved;
  c.closed_at = kMonday + days{2};
  return c;
}
Party follower(int grade) {
  Party p;
  p.person = PersonId{7};
  p.rating = grade;
  return p;
}

// [seed] found 3285; self-solved 2873; submitted to the county 412; of these done 383.
TEST(Statistics, TheWorkedExample) {
  std::vector<Case> cases(2873, closed_case());
  Case county = closed_case();
  county.level = Level::county;
  cases.insert(cases.end(), 383, county);
  county.stage = Stage::in_progress;
  county.outcome = Outcome::none;
  cases.insert(cases.end(), 29, county);
  const Figures all = figures_of(cases);
  EXPECT_EQ(all.cases, 3285);
  EXPECT_EQ(all.open, 29);
  EXPECT_EQ(all.closing, (Share{3256, 3285}));
  EXPECT_EQ(percent(all.closing), "99.1%");
  EXPECT_EQ(percent(all.self_solved), "87.5%");
  EXPECT_EQ(percent(all.county_stage), "93.0%");
  EXPECT_EQ(all.levels[0].cases, 2873);
  EXPECT_EQ(all.levels[2].cases, 412);
  EXPECT_EQ(all.levels[2].closed, 383);
}

TEST(Statistics, OneDecimalHalfUp) {
  const struct {
    Share share;
    const char* text;
  } kRows[] = {
      {{0, 0}, "—"},           {{0, 7}, "0.0%"},  {{7, 7}, "100.0%"},
      {{1, 3}, "33.3%"},       {{2, 3}, "66.7%"}, {{1, 2000}, "0.1%"},
      {{1, 2001}, "0.0%"},     {{1, 16}, "6.3%"}, {{1999, 2000}, "100.0%"},
      {{1998, 2000}, "99.9%"}, {{1, 8}, "12.5%"},
  };
  for (const auto& row : kRows)
    EXPECT_EQ(percent(row.share), row.text) << row.share.count << "/" << row.share.of;
  EXPECT_EQ(show_days(std::nullopt), "—");
  EXPECT_EQ(show_days(36h), "1.5");
  EXPECT_EQ(show_days(1h + 12min), "0.1") << "a twentieth of a day";
}

// What one case, changed a little, is in each figure.
struct Row {
  const char* what;
  Case (*base)();
  std::function<void(Case&)> change;
  Share Figures::*share;
  Share wanted;
};

TEST(Statistics, EachFigure) {
  const Instant due = kMonday + days{7};
  const std::vector<Row> rows{
      {"closed", closed_case, [](Case&) {}, &Figures::closing, {1, 1}},
      {"archived",
       closed_case,
       [](Case& c) { c.stage = Stage::archived; },
       &Figures::closing,
       {1, 1}},
      {"open", open_case, [](Case&) {}, &Figures::closing, {0, 1}},
      {"suspended",
       open_case,
       [](Case& c) { c.stage = Stage::suspended; },
       &Figures::closing,
       {0, 1}},
      {"refused is closed",
       closed_case,
       [](Case& c) { c.outcome = Outcome::rejected; },
       &Figures::closing,
       {1, 1}},
      {"at the township",
       closed_case,
       [](Case& c) { c.level = Level::township; },
       &Figures::self_solved,
       {1, 1}},
      {"at the city",
       closed_case,
       [](Case& c) { c.level = Level::city; },
       &Figures::self_solved,
       {0, 1}},
      {"at the city",
       closed_case,
       [](Case& c) { c.level = Level::city; },
       &Figures::county_stage,
       {1, 1}},
      {"below", closed_case, [](Case&) {}, &Figures::county_stage, {0, 0}},

      {"grade 3", closed_case, [](Case& c) { c.rating = 3; }, &Figures::satisfaction, {1, 1}},
      {"grade 2", closed_case, [](Case& c) { c.rating = 2; }, &Figures::satisfaction, {0, 1}},
      {"no grade", closed_case, [](Case&) {}, &Figures::satisfaction, {0, 0}},
      {"followers too",
       closed_case,
       [](Case& c) {
         c.rating = 5;
         c.parties = {follower(1), follower(4), follower(0)};
       },
       &Figures::satisfaction,
       {2, 3}},
      {"a helper has no say",
       closed_case,
       [](Case& c) {
         c.parties = {follower(5)};
         c.parties[0].kind = PartyKind::co_handler;
       },
       &Figures::satisfaction,
       {0, 0}},
      {"solved, says the reporter",
       closed_case,
       [](Case& c) { c.rating = 4; },
       &Figures::solved,
       {1, 1}},
      {"explained is not solved",
       closed_case,
       [](Case& c) {
         c.rating = 5;
         c.outcome = Outcome::explained;
       },
       &Figures::solved,
       {0, 1}},
      {"silence is no answer", closed_case, [](Case&) {}, &Figures::solved, {0, 0}},
      {"没解决", open_case, [](Case& c) { c.round = 1; }, &Figures::solved, {0, 1}},
      {"没解决, then solved",
       closed_case,
       [](Case& c) {
         c.round = 1;
         c.rating = 5;
       },
       &Figures::solved,
       {1, 1}},

      {"contact on the day",
       open_case,
       [](Case& c) { c.contacted_at = kMonday + 5h; },
       &Figures::response,
       {1, 1}},
      {"contact at the last moment",
       open_case,
       [](Case& c) { c.contacted_at = at("2026-03-03T17:30:00+08:00"); },
       &Figures::response,
       {1, 1}},
      {"contact too late",
       open_case,
       [](Case& c) { c.contacted_at = at("2026-03-03T17:30:01+08:00"); },
       &Figures::response,
       {0, 1}},
      {"no contact", open_case, [](Case&) {}, &Figures::response, {0, 1}},
      {"not due yet",
       open_case,
       [](Case& c) { c.dispatched_at = kNow - 1h; },
       &Figures::response,
       {0, 0}},
      {"over before it was due",
       closed_case,
       [](Case& c) { c.closed_at = kMonday + 2h; },
       &Figures::response,
       {0, 0}},
      {"urgent: four hours of the clock",
       open_case,
       [](Case& c) {
         c.urgency = Urgency::urgent;
         c.contacted_at = kMonday + 4h + 1s;
       },
       &Figures::response,
       {0, 1}},
      {"with nobody yet",
       open_case,
       [](Case& c) { c.dispatched_at = {}; },
       &Figures::response,
       {0, 0}},

      {"closed on the day",
       closed_case,
       [&](Case& c) { c.closed_at = c.due_at = due; },
       &Figures::on_time,
       {1, 1}},
      {"closed late",
       closed_case,
       [&](Case& c) {
         c.due_at = due;
         c.closed_at = due + 1s;
       },
       &Figures::on_time,
       {0, 1}},
      {"overdue", open_case, [&](Case& c) { c.due_at = due; }, &Figures::on_time, {0, 1}},
      {"waits for the reporter",
       open_case,
       [&](Case& c) {
         c.due_at = due;
         c.paused_at = due - 1h;
       },
       &Figures::on_time,
       {0, 0}},
      {"has time", open_case, [](Case& c) { c.due_at = kNow + 1h; }, &Figures::on_time, {0, 0}},
      {"praise has no date", closed_case, [](Case&) {}, &Figures::on_time, {0, 0}},

      {"given back", open_case, [](Case& c) { c.returns = 2; }, &Figures::returned, {1, 1}},
      {"kept", open_case, [](Case&) {}, &Figures::returned, {0, 1}},
      {"never dispatched",
       open_case,
       [](Case& c) { c.dispatched_at = {}; },
       &Figures::returned,
       {0, 0}},
      {"opened again", open_case, [](Case& c) { c.round = 2; }, &Figures::reopened, {1, 1}},
      {"closed once", closed_case, [](Case&) {}, &Figures::reopened, {0, 1}},
      {"never closed", open_case, [](Case&) {}, &Figures::reopened, {0, 0}},
  };
  for (const Row& row : rows) {
    Case c = row.base();
    row.change(c);
    const Share found = figures_of({c}).*row.share;
    EXPECT_EQ(found, row.wanted) << row.what << ": " << found.count << "/" << found.of;
  }
}

TEST(Statistics, ReportsAndCasesAreCountedApart) {
  Case merged = closed_case(), withdrawn = closed_case(), invalid = closed_case(), draft;
  merged.outcome = Outcome::merged;
  merged.rating = 1;
  withdrawn.outcome = Outcome::withdrawn;
  invalid.outcome = Outcome::invalid;
  Case parent = closed_case();
  parent.parties = {follower(0)};
  const Figures all = figures_of({parent, merged, merged, withdrawn, invalid, draft, open_case()});
  EXPECT_EQ(all.reports, 4);
  EXPECT_EQ(all.cases, 2);
  EXPECT_EQ(all.open, 1);
  EXPECT_EQ(all.closing, (Share{1, 2}));
  EXPECT_EQ(all.satisfaction, (Share{0, 0})) << "who was joined grades the parent";
  EXPECT_EQ(all.unanswered, 2) << "reporter and follower of what is closed";
}

TEST(Statistics, NothingIsNoPercentage) {
  const Figures none = figures_of({});
  EXPECT_EQ(none.reports, 0);
  for (const auto& one : kShares) EXPECT_EQ(percent(none.*one.share), "—") << one.name;
  EXPECT_EQ(show_days(none.levels[0].median), "—");
}

TEST(Statistics, MedianDaysOfEachLevel) {
  std::vector<Case> cases;
  for (const int n : {9, 1, 2}) {
    cases.push_back(closed_case());
    cases.back().closed_at = kMonday + days{n};
  }
  for (const int n : {4, 1}) {
    cases.push_back(closed_case());
    cases.back().level = Level::township;
    cases.back().closed_at = kMonday + days{n};
  }
  cases.push_back(open_case());
  const Figures all = figures_of(cases);
  EXPECT_EQ(show_days(all.levels[0].median), "2.0");
  EXPECT_EQ(show_days(all.levels[1].median), "2.5") << "between the two in the middle";
  EXPECT_EQ(show_days(all.levels[2].median), "—");
  EXPECT_EQ(all.levels[0].cases, 4);
  EXPECT_EQ(all.levels[0].closed, 3);
}

TEST(Statistics, EchoesAreCountedWhereKnown) {
  static const Clocks kClocks = default_clocks();
  Statistics statistics{weekdays(), kClocks, kNow};
  for (const bool in_time : {true, true, false}) statistics.add_echo(in_time);
  EXPECT_EQ(percent(statistics.figures().echo), "66.7%");
}

}  // namespace
}  // namespace huiyin
