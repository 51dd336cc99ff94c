// Every story that ships is really played: the real program, its real webhooks, on each engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <tuple>

#include "server/app/play_script.h"
#include "tests/flow/flow.h"

namespace huiyin::flow {
namespace {

namespace fs = std::filesystem;

struct Story {
  std::string name;
  std::size_t way = 1;
  auto operator<=>(const Story&) const = default;
};

std::string read_text(const fs::path& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// Each in all its ways: people have accounts on platforms that speak XML and on others that speak
// JSON.
std::vector<Story> stories() {
  std::vector<Story> all;
  for (const auto& entry : fs::directory_iterator{fs::path{HUIYIN_SOURCE_DIR} / "config/story"}) {
    if (entry.path().extension() != ".play") continue;
    const auto ways = parse_play(read_text(entry.path()), entry.path().filename()).ways;
    for (std::size_t way = 1; way <= ways; ++way) all.push_back({entry.path().stem(), way});
  }
  std::ranges::sort(all);
  return all;
}

// As scripts/play chooses it.
std::string config_of(const std::string& story) {
  const std::string own = story.substr(0, story.find('-')) + "-story";
  const fs::path path = fs::path{HUIYIN_SOURCE_DIR} / "config/story" / (own + ".toml");
  return fs::exists(path) ? own : "seed-story";
}

Finished play(const Scratch& scratch, const Server& server, const Story& story) {
  std::vector<std::string> arguments{
      "play",       std::string{HUIYIN_SOURCE_DIR} + "/config/story/" + story.name + ".play",
      "--way",      std::to_string(story.way),
      "--server",   server.url(),
      "--admin",    server.admin(),
      "--patience", "20"};
  arguments.insert(arguments.end(), server.settings().begin(), server.settings().end());
  return huiyin(scratch, arguments);
}

// As of the moment at which the story ends.
Finished audit(const Scratch& scratch, const Server& server) {
  std::string now = request("PUT", server.admin() + "/clock", "+0s").response.body;
  now.erase(now.find_last_not_of('\n') + 1);
  std::vector<std::string> arguments{"audit", "--older", "0", "--at", now};
  arguments.insert(arguments.end(), server.settings().begin(), server.settings().end());
  return huiyin(scratch, arguments);
}

class Stories : public testing::TestWithParam<std::tuple<Story, std::string>> {};

TEST_P(Stories, is_played_to_the_end) {
  const auto& [story, engine] = GetParam();
  const Scratch scratch;
  const Database database{engine, scratch};
  prepare(scratch, database.url());
  Server::Options options;
  options.config = config_of(story.name);
  Server server{scratch, database.url(), std::move(options)};
  ASSERT_TRUE(server.ready()) << server.log();

  const Finished played = play(scratch, server, story);
  EXPECT_EQ(played.exit, 0) << played.out << played.errors << "\n---- server\n" << server.log();

  // Every move that owes the reporter an echo has exactly one committed notice to that person.
  EXPECT_THAT(database.rows("SELECT e.id, COUNT(t.id) FROM case_events e"
                            " JOIN cases c ON c.id = e.case_id LEFT JOIN"
                            " (SELECT event_id, id, person_id FROM notices WHERE echo = 1 UNION"
                            "  SELECT m.event_id, n.id, n.person_id FROM notice_events m"
                            "  JOIN notices n ON n.id = m.notice_id WHERE n.echo = 1) t"
                            " ON t.event_id = e.id AND t.person_id = c.reporter"
                            " WHERE e.echo = 1 GROUP BY e.id HAVING COUNT(t.id) <> 1"),
              testing::IsEmpty());
  EXPECT_THAT(database.rows("SELECT COUNT(*) FROM case_events WHERE echo = 1"),
              testing::Not(testing::ElementsAre("0")));
  EXPECT_THAT(database.rows("SELECT reason FROM quarantine"), testing::IsEmpty());
  const Finished audited = audit(scratch, server);
  EXPECT_EQ(audited.exit, 0) << audited.out << audited.errors;

  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait(milliseconds{20'000}).exit, 0) << server.log();
}

class Erasure : public testing::TestWithParam<std::string> {};

// The story in which somebody has his data deleted while his case is open: the matter stays, who
// reported it is in no row and in no export.
TEST_P(Erasure, leaves_the_matter_without_the_person) {
  const Scratch scratch;
  const Database database{GetParam(), scratch};
  prepare(scratch, database.url());
  Server::Options options;
  options.config = config_of("levels-privacy");
  Server server{scratch, database.url(), std::move(options)};
  ASSERT_TRUE(server.ready()) << server.log();
  const Finished played = play(scratch, server, {"levels-privacy"});
  ASSERT_EQ(played.exit, 0) << played.out << played.errors;

  const auto written = database.rows(
      "SELECT text FROM cases UNION ALL SELECT text FROM case_events UNION ALL"
      " SELECT body FROM inbound UNION ALL SELECT title FROM notices UNION ALL"
      " SELECT text FROM notices UNION ALL SELECT content FROM notices");
  EXPECT_THAT(written, testing::Contains(testing::HasSubstr("路灯坏了一盏")));
  for (const std::string& text : written) {
    EXPECT_EQ(text.find("王建国"), std::string::npos) << text;
    EXPECT_EQ(text.find("13812345678"), std::string::npos) << text;
  }
  std::vector<std::string> arguments{"export", "--since", "2026-03-01"};
  arguments.insert(arguments.end(), server.settings().begin(), server.settings().end());
  const Finished exported = huiyin(scratch, arguments);
  EXPECT_EQ(exported.exit, 0) << exported.errors;
  EXPECT_THAT(exported.out, testing::HasSubstr("路灯坏了一盏"));
  EXPECT_THAT(exported.out, testing::Not(testing::HasSubstr("王建国")));
  EXPECT_THAT(exported.out, testing::Not(testing::HasSubstr("13812345678")));
}

std::string transcript_in_readme() {
  const std::string text = read_text(fs::path{HUIYIN_SOURCE_DIR} / "README.md");
  const std::string begin = "```text\n";
  const auto from = text.find(begin, text.find("<!-- transcript"));
  const auto to = text.find("```\n<!-- end of transcript");
  if (from == std::string::npos || to == std::string::npos) return {};
  return text.substr(from + begin.size(), to - from - begin.size());
}

TEST(Readme, shows_what_is_really_said) {
  const Scratch scratch;
  const Database database{"sqlite", scratch};
  prepare(scratch, database.url());
  Server server{scratch, database.url(), {}};
  ASSERT_TRUE(server.ready()) << server.log();
  std::string said = play(scratch, server, {"ginger"}).out;
  said.erase(0, said.find_first_not_of('\n'));
  EXPECT_EQ(transcript_in_readme(), said) << "scripts/play --readme writes it anew";
}

INSTANTIATE_TEST_SUITE_P(Flow, Erasure, testing::ValuesIn(engines()));
INSTANTIATE_TEST_SUITE_P(Flow, Stories,
                         testing::Combine(testing::ValuesIn(stories()),
                                          testing::ValuesIn(engines())),
                         [](const auto& info) {
                           const Story& story = std::get<0>(info.param);
                           std::string name = story.name + "_" + std::get<1>(info.param);
                           if (story.way > 1) name += "_way" + std::to_string(story.way);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace huiyin::flow
