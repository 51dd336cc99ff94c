// Every story that ships is really played: the real program, its real webhooks, on each engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <tuple>

#include "tests/flow/flow.h"

namespace huiyin::flow {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> stories() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{fs::path{HUIYIN_SOURCE_DIR} / "config/story"}) {
    if (entry.path().extension() == ".play") names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  return names;
}

class Stories : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Stories, is_played_to_the_end) {
  const auto& [story, engine] = GetParam();
  const Scratch scratch;
  const Database database{engine, scratch};
  prepare(scratch, database.url());
  Server server{scratch, database.url(), {}};
  ASSERT_TRUE(server.ready()) << server.log();

  std::vector<std::string> arguments{
      "play",       std::string{HUIYIN_SOURCE_DIR} + "/config/story/" + story + ".play",
      "--server",   server.url(),
      "--admin",    server.admin(),
      "--patience", "20"};
  arguments.insert(arguments.end(), server.settings().begin(), server.settings().end());
  const Finished played = huiyin(scratch, arguments);
  EXPECT_EQ(played.exit, 0) << played.out << played.errors << "\n---- server\n" << server.log();

  // Exactly one committed notice for each move that owes one, per person who shall hear it.
  EXPECT_THAT(database.rows("SELECT e.id FROM case_events e LEFT JOIN notice_events n"
                            " ON n.event_id = e.id WHERE e.echo = 1 AND n.event_id IS NULL"),
              testing::IsEmpty());
  EXPECT_THAT(database.rows("SELECT id FROM quarantine"), testing::IsEmpty());

  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait(milliseconds{20'000}).exit, 0) << server.log();
}

INSTANTIATE_TEST_SUITE_P(Flow, Stories,
                         testing::Combine(testing::ValuesIn(stories()),
                                          testing::ValuesIn(engines())),
                         [](const auto& info) {
                           std::string name =
                               std::get<0>(info.param) + "_" + std::get<1>(info.param);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace huiyin::flow
