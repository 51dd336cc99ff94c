#include "server/pipeline/journal.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace huiyin {
namespace {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/huiyin-journal-XXXXXX";
    directory_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // A process that dies with these in its hands.
  void crash_with(std::vector<InFlight> inputs) {
    Journal journal{directory_, 2};
    journal.begin(1, inputs);
  }

  std::string directory_;
};

TEST_F(JournalTest, CleanEndLeavesNoSuspects) {
  {
    Journal journal{directory_, 1};
    const InFlight input{{"wx", "1"}, "raw"};
    journal.begin(0, {&input, 1});
    journal.end(0);
  }
  EXPECT_FALSE((Journal{directory_, 1}.any_suspects()));
}

TEST_F(JournalTest, CountsEachCrashUntilCleared) {
  const InFlight poison{{"wx", std::string{"key\0with any\nbyte", 17}}, std::string(100000, 'x')};
  const InFlight neighbour{{"wx", "2"}, ""};
  crash_with({poison, neighbour});
  for (int i = 2; i <= 5; ++i) crash_with({poison});
  Journal journal{directory_, 2};
  EXPECT_EQ(journal.crashes(poison.key), 5);
  EXPECT_EQ(journal.crashes(neighbour.key), 1);
  EXPECT_EQ(journal.crashes({"wx", "3"}), 0);
  journal.clear(poison.key);
  journal.clear(neighbour.key);
  EXPECT_FALSE((Journal{directory_, 2}.any_suspects()));
}

TEST_F(JournalTest, OneCrashCountsOnceWhenThereAreFewerWorkersNow) {
  crash_with({{{"wx", "1"}, "raw"}});  // in the hands of the second worker
  for (int start = 0; start < 3; ++start) {
    Journal journal{directory_, 1};
    EXPECT_EQ(journal.crashes({"wx", "1"}), 1) << start;
  }
}

TEST_F(JournalTest, TornFileIsReadAsFarAsItGoes) {
  crash_with({{{"wx", "1"}, "raw"}, {{"wx", "2"}, std::string(5000, 'y')}});
  std::filesystem::resize_file(directory_ + "/flight-1", 100);
  Journal journal{directory_, 2};
  EXPECT_EQ(journal.crashes({"wx", "1"}), 1);
  EXPECT_EQ(journal.crashes({"wx", "2"}), 0);
}

TEST(Journal, NoDirectoryKeepsNothing) {
  Journal journal{"", 4};
  const InFlight input{{"wx", "1"}, "raw"};
  journal.begin(3, {&input, 1});
  EXPECT_FALSE(journal.any_suspects());
}

}  // namespace
}  // namespace huiyin
