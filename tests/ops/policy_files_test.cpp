#include "server/ops/policy_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "server/ops/vocabulary_file.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;

std::vector<std::string> shown(const Problems& problems) {
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(show(problem));
  return lines;
}

bool same(const Span& a, const Span& b) {
  return a.working_days == b.working_days && a.working == b.working && a.natural == b.natural;
}

bool same(const Clocks& a, const Clocks& b) {
  const auto spans = [](const std::map<Urgency, Span>& x, const std::map<Urgency, Span>& y) {
    return std::ranges::equal(x, y, [](const auto& p, const auto& q) {
      return p.first == q.first && same(p.second, q.second);
    });
  };
  return spans(a.accept, b.accept) && spans(a.contact, b.contact) && spans(a.handle, b.handle) &&
         spans(a.triage, b.triage) && spans(a.claim, b.claim) && same(a.approval, b.approval) &&
         a.ladder == b.ladder && a.unclaimed_working_days == b.unclaimed_working_days &&
         a.extension_working_days == b.extension_working_days &&
         a.suspension_days == b.suspension_days && a.handle_working_days == b.handle_working_days &&
         same(a.answer, b.answer) && same(a.draft_place, b.draft_place) &&
         same(a.draft_media, b.draft_media) && a.supplement_window == b.supplement_window &&
         a.silence_working_days == b.silence_working_days && a.reopen_days == b.reopen_days &&
         a.archive_days == b.archive_days && a.return_working_days == b.return_working_days &&
         a.progress_limit_working_days == b.progress_limit_working_days &&
         a.quiet_from == b.quiet_from && a.quiet_to == b.quiet_to && a.brief == b.brief &&
         a.telephone == b.telephone;
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{HUIYIN_SOURCE_DIR + ("/" + path)}.rdbuf();
  return text.str();
}

TEST(Deadlines, TheShippedFileHoldsTheHandbooksFigures) {
  const auto loaded = load_clocks(HUIYIN_SOURCE_DIR "/config/deadlines.toml");
  EXPECT_THAT(shown(loaded.problems), testing::IsEmpty());
  EXPECT_TRUE(same(loaded.clocks, default_clocks()));
  EXPECT_TRUE(same(read_clocks("", "d").clocks, default_clocks()));
}

// Each line of the shipped file is really read: a changed number changes the clocks, and a key
// without its value is a problem of that key.
TEST(Deadlines, EveryLineOfTheShippedFileCounts) {
  std::istringstream file{text_of("config/deadlines.toml")};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  int keys = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto equals = lines[i].find(" = ");
    if (lines[i].starts_with('#') || equals == std::string::npos) continue;
    ++keys;
    for (const bool broken : {false, true}) {
      std::string changed;
      for (std::size_t j = 0; j < lines.size(); ++j) {
        std::string line = lines[j];
        if (i == j && broken) line = line.substr(0, equals) + " = true";
        const auto colon = equals + std::string_view{" = \"08"}.size();
        const bool time_of_day = line.size() > colon && line[colon] == ':';
        if (i == j && !broken && time_of_day)
          line[colon + 2] = '7';
        else if (i == j && !broken)
          line.insert(line.find_first_of("123456789", equals), "1");
        changed += line + "\n";
      }
      const auto loaded = read_clocks(changed, "d");
      EXPECT_EQ(loaded.problems.size(), broken ? 1U : 0U) << lines[i];
      EXPECT_EQ(same(loaded.clocks, default_clocks()), broken) << lines[i];
      if (broken) {
        EXPECT_EQ(loaded.problems.at(0).place.line, static_cast<int>(i) + 1);
      }
    }
  }
  EXPECT_EQ(keys, 36);
}

struct FileCase {
  const char* label;
  const char* toml;
  std::vector<std::string> problems;
};
constexpr const char* kSpanForm =
    "must be a number and a unit: \"3 working days\", \"4 working hours\", \"30 working minutes\", "
    "\"24 hours\" or \"15 minutes\"";
const FileCase kDeadlines[] = {
    {"unknown_key",
     "[accept]\nnormall = \"1 hour\"\n",
     {"d.toml:2:1: accept.normall: unknown key; the nearest known key is accept.normal"}},
    {"no_unit",
     "[accept]\nnormal = \"4\"\n",
     {std::string{"d.toml:2:1: accept.normal: "} + kSpanForm}},
    {"number", "[accept]\nnormal = 4\n", {std::string{"d.toml:2:1: accept.normal: "} + kSpanForm}},
    {"nothing",
     "[wait]\nanswer = \"0 hours\"\n",
     {std::string{"d.toml:2:1: wait.answer: "} + kSpanForm}},
    {"too_long",
     "[wait]\nanswer = \"999999 hours\"\n",
     {std::string{"d.toml:2:1: wait.answer: "} + kSpanForm}},
    {"natural_days",
     "[wait]\nanswer = \"3 days\"\n",
     {std::string{"d.toml:2:1: wait.answer: "} + kSpanForm}},
    {"working_window",
     "[wait]\nsupplement_window = \"1 working hour\"\n",
     {"d.toml:2:1: wait.supplement_window: must be hours or minutes, not working time"}},
    {"three_levels",
     "[handle.working_days]\nhelp = [5, 10, 15]\n",
     {"d.toml:2:1: handle.working_days.help: must be four numbers of working days from 1 to 366, "
      "level 1 to 4: [5, 10, 15, 15]"}},
    {"praise_has_no_clock",
     "[handle.working_days]\npraise = [1, 1, 1, 1]\n",
     {"d.toml:2:1: handle.working_days.praise: unknown key; the nearest known key is "
      "handle.working_days.complaint"}},
    {"time_of_day",
     "[delivery]\nquiet_from = \"24:00\"\nquiet_to = \"7:30\"\nbrief = \"12:00\"\n",
     {"d.toml:2:1: delivery.quiet_from: must be a time of day before 24:00 with two digits each: "
      "\"07:30\"",
      "d.toml:3:1: delivery.quiet_to: must be a time of day before 24:00 with two digits each: "
      "\"07:30\"",
      "d.toml:4:1: delivery.brief: must be a time of day before 12:00 with two digits each: "
      "\"07:30\""}},
    {"time_of_rubbish",
     "[delivery]\nquiet_from = \"21:60\"\nquiet_to = \"+7:30\"\nbrief = 8\n",
     {"d.toml:2:1: delivery.quiet_from: must be a time of day before 24:00 with two digits each: "
      "\"07:30\"",
      "d.toml:3:1: delivery.quiet_to: must be a time of day before 24:00 with two digits each: "
      "\"07:30\"",
      "d.toml:4:1: delivery.brief: must be a time of day before 12:00 with two digits each: "
      "\"07:30\""}},
    {"telephone",
     "[delivery]\ntelephone_hours = 0\n",
     {"d.toml:2:1: delivery.telephone_hours: must be a whole number from 1 to 720"}},
    {"days",
     "[days]\nreopen_days = 0\n",
     {"d.toml:2:1: days.reopen_days: must be a whole number from 1 to 366"}},
};
class Deadlines : public testing::TestWithParam<FileCase> {};
TEST_P(Deadlines, BadLinesAreNamed) {
  EXPECT_EQ(shown(read_clocks(GetParam().toml, "d.toml").problems), GetParam().problems);
}
INSTANTIATE_TEST_SUITE_P(Files, Deadlines, testing::ValuesIn(kDeadlines),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Deadlines, UnitsAreRead) {
  const auto loaded = read_clocks(
      "[accept]\nnormal = \"90 working minutes\"\nurgent = \"2 working days\"\nemergency = \"1 "
      "minute\"\n",
      "d");
  EXPECT_THAT(shown(loaded.problems), testing::IsEmpty());
  EXPECT_TRUE(same(loaded.clocks.accept.at(Urgency::normal), Span{0, 90min, {}}));
  EXPECT_TRUE(same(loaded.clocks.accept.at(Urgency::urgent), Span{2, {}, {}}));
  EXPECT_TRUE(same(loaded.clocks.accept.at(Urgency::emergency), Span{0, {}, 1min}));
}

TEST(Holidays, TheShippedFileIs2026) {
  const auto loaded = load_calendar(HUIYIN_SOURCE_DIR "/config/holidays.toml");
  EXPECT_THAT(shown(loaded.problems), testing::IsEmpty());
  int working = 0;
  for (auto day = local_days{2026y / 1 / 1}; day < local_days{2027y / 1 / 1};
       day += std::chrono::days{1})
    working += loaded.calendar.is_working_day(day);
  EXPECT_EQ(working, 248);
  const auto due = loaded.calendar.add_working_days(from_shanghai(local_days{2026y / 9 / 30}), 3);
  EXPECT_EQ(format_rfc3339(due), "2026-10-10T17:30:00+08:00");
  EXPECT_TRUE(loaded.calendar.provisional(from_shanghai(local_days{2027y / 1 / 1})));
}

constexpr const char* kDaysForm =
    "must be a list of dates and of pairs [first, last]: [2026-01-04, [2026-05-01, 2026-05-05]]";
constexpr const char* kIntervalForm =
    "must be times of day in order, without overlap: [\"08:30-12:00\", \"14:00-17:30\"]";
const FileCase kHolidays[] = {
    {"unknown_key",
     "[year.2026]\noff_days = []\n",
     {"h.toml:2:1: year.2026.off_days: unknown key; the nearest known key is year.2026.off"}},
    {"no_year", "[year.next]\noff = []\n", {"h.toml:1:7: year.next: must be a year: [year.2026]"}},
    {"no_list",
     "[year.2026]\noff = 2026-01-01\n",
     {std::string{"h.toml:2:1: year.2026.off: "} + kDaysForm}},
    {"text_for_a_date",
     "[year.2026]\noff = [\n  \"2026-01-01\"]\n",
     {std::string{"h.toml:3:3: year.2026.off: "} + kDaysForm}},
    {"pair_backwards",
     "[year.2026]\noff = [[2026-01-03, 2026-01-01]]\n",
     {std::string{"h.toml:2:8: year.2026.off: "} + kDaysForm}},
    {"other_year",
     "[year.2026]\noff = [\n2026-01-01,\n2027-01-01]\n",
     {"h.toml:4:1: year.2026.off: this date is not in 2026"}},
    {"worked_weekday",
     "[year.2026]\nworked = [2026-03-26]\n",
     {"h.toml:2:1: year.2026.worked: a date is no Saturday or Sunday"}},
    {"both",
     "[year.2026]\noff = [2026-02-28]\nworked = [2026-02-28]\n",
     {"h.toml:3:1: year.2026.worked: a date is both in off and in worked"}},
    {"interval_words",
     "[working_time]\nintervals = [\"8-12\"]\n",
     {std::string{"h.toml:2:1: working_time.intervals: "} + kIntervalForm}},
    {"interval_overlap",
     "[working_time]\nintervals = [\"08:00-12:00\", \"11:00-17:00\"]\n",
     {std::string{"h.toml:2:1: working_time.intervals: "} + kIntervalForm}},
    {"interval_backwards",
     "[working_time]\nintervals = [\"12:00-08:00\"]\n",
     {std::string{"h.toml:2:1: working_time.intervals: "} + kIntervalForm}},
    {"interval_signs",
     "[working_time]\nintervals = [\"-8:00-12:00\"]\n",
     {std::string{"h.toml:2:1: working_time.intervals: "} + kIntervalForm}},
};
class Holidays : public testing::TestWithParam<FileCase> {};
TEST_P(Holidays, BadLinesAreNamed) {
  EXPECT_EQ(shown(read_calendar(GetParam().toml, "h.toml").problems), GetParam().problems);
}
INSTANTIATE_TEST_SUITE_P(Files, Holidays, testing::ValuesIn(kHolidays),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Holidays, DefaultHoursWithoutAFile) {
  const auto loaded = read_calendar("", "h");
  EXPECT_TRUE(loaded.calendar.is_working_time(from_shanghai(local_days{2026y / 3 / 26} + 9h)));
  EXPECT_FALSE(loaded.calendar.is_working_time(from_shanghai(local_days{2026y / 3 / 26} + 13h)));
}

TEST(VocabularyFile, TheShippedOneIsRead) {
  const auto loaded = load_vocabulary(HUIYIN_SOURCE_DIR "/config/vocabulary.toml");
  EXPECT_THAT(shown(loaded.problems), testing::IsEmpty());
  const Vocabulary& words = loaded.vocabulary;
  EXPECT_THAT(words.commands[0].at(Verb::status), testing::Contains("查询"));
  EXPECT_THAT(words.commands[1].at(Verb::return_case), testing::Contains("退回"));
  EXPECT_THAT(words.commands[2].at(Verb::triage), testing::Contains("分流"));
  EXPECT_THAT(words.commands[3].at(Verb::claim), testing::Contains("认领"));
  EXPECT_EQ(words.grades.size(), 5U);
  EXPECT_THAT(words.grades.at(1), testing::Contains("差评"));
  EXPECT_THAT(words.bare_accept, testing::Contains("收到"));
  EXPECT_EQ(words.topics.size(), 15U);
  EXPECT_EQ(words.dangers.size(), 5U);
  EXPECT_EQ(words.types.size(), EnumNames<CaseType>::kNames.size());
  EXPECT_EQ(words.officials.size(), 2U);
  for (const auto* list :
       {&words.yes, &words.no, &words.small_talk, &words.urgent, &words.guards, &words.openly})
    EXPECT_FALSE(list->empty());
}

constexpr const char* kWordsForm =
    "must be a list of words in [\"quotes\", \"and brackets\"], none of them empty";
const FileCase kWords[] = {
    {"unknown_verb",
     "[resident]\nstauts = [\"查\"]\n",
     {"v.toml:2:1: resident.stauts: unknown key; the nearest known key is resident.status"}},
    {"unknown_speaker",
     "[residents]\nstatus = [\"查\"]\n",
     {"v.toml:1:2: residents: unknown key; the nearest known key is resident"}},
    {"unknown_topic",
     "[topics]\nfarming = [\"姜\"]\n",
     {"v.toml:2:1: topics.farming: unknown key; the nearest known key is topics.land"}},
    {"unknown_grade",
     "[grades]\n6 = [\"好\"]\n",
     {"v.toml:2:1: grades.6: unknown key; the nearest known key is grades.1"}},
    {"one_word", "[words]\nyes = \"是\"\n", {std::string{"v.toml:2:1: words.yes: "} + kWordsForm}},
    {"empty_word",
     "[danger]\nfire = [\"火\", \"\"]\n",
     {std::string{"v.toml:2:1: danger.fire: "} + kWordsForm}},
    {"two_meanings",
     "[cadre]\nclose = [\"好了\"]\naccept = [\"好了\"]\n",
     {"v.toml:2:1: cadre.close: the word 好了 stands here and in cadre.accept; it can mean only "
      "one"}},
};
class Words : public testing::TestWithParam<FileCase> {};
TEST_P(Words, BadLinesAreNamed) {
  EXPECT_EQ(shown(read_vocabulary(GetParam().toml, "v.toml").problems), GetParam().problems);
}
INSTANTIATE_TEST_SUITE_P(Files, Words, testing::ValuesIn(kWords),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(VocabularyFile, TheSameWordOfTwoSpeakersIsFine) {
  const auto loaded =
      read_vocabulary("[resident]\nhelp = [\"帮助\"]\n[cadre]\nhelp = [\"帮助\"]\n", "v");
  EXPECT_THAT(shown(loaded.problems), testing::IsEmpty());
}

}  // namespace
}  // namespace huiyin
