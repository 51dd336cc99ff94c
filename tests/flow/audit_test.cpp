// The daily audit from outside: what is broken in the database reaches the person who is named in
// the configuration, once a day.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/flow/flow.h"

namespace huiyin::flow {
namespace {

TEST(Audit, BrokenPromisesReachTheAdminOnceADay) {
  const Scratch scratch;
  const Database database{"sqlite", scratch};
  prepare(scratch, database.url());
  Server::Options options;
  options.sets = {"audit.report_to=[\"lanting-clerk\"]"};
  Server server{scratch, database.url(), std::move(options)};
  ASSERT_TRUE(server.ready()) << server.log();
  const auto clock = [&](const std::string& text) {
    return request("PUT", server.admin() + "/clock", text).response.status;
  };
  const auto told = [&] {
    return database.rows("SELECT id FROM notices WHERE kind='audit'").size();
  };
  ASSERT_EQ(clock("2026-03-26T09:10:00+08:00"), 200);
  ASSERT_EQ(request("POST", server.url() + "/hooks/console",
                    R"({"user":"r1","text":"石璜镇楼家村的路灯坏了，晚上看不见路"})",
                    {{"Content-Type", "application/json"}})
                .response.status,
            200);
  ASSERT_EQ(database.rows("SELECT id FROM cases").size(), 1u);
  ASSERT_EQ(clock("2026-03-26T12:00:00+08:00"), 200);
  EXPECT_EQ(told(), 0u) << "nothing is broken";

  // Somebody laid hands on the database: an echo is gone (P2).
  database.rows("DELETE FROM notice_events");
  ASSERT_EQ(clock("2026-03-27T05:59:00+08:00"), 200);
  EXPECT_EQ(told(), 0u);
  ASSERT_EQ(clock("2026-03-27T06:01:00+08:00"), 200);
  EXPECT_EQ(told(), 1u);
  ASSERT_EQ(clock("2026-03-27T20:00:00+08:00"), 200);
  EXPECT_EQ(told(), 1u);
  const auto to = database.rows(
      "SELECT a.user FROM notices n JOIN accounts a ON a.id=n.account_id WHERE n.kind='audit'");
  EXPECT_THAT(to, testing::Each("lanting-clerk"));
  ASSERT_EQ(clock("2026-03-28T06:01:00+08:00"), 200);
  EXPECT_EQ(told(), 2u) << server.log();
}

}  // namespace
}  // namespace huiyin::flow
