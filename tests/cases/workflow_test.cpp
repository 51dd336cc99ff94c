// docs/workflow.md says what the table says. scripts/workflow writes it, through this test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/cases/workflow_document.h"

namespace huiyin {
namespace {

TEST(Workflow, TheDocumentIsUpToDate) {
  const std::string path = HUIYIN_SOURCE_DIR "/docs/workflow.md";
  const std::string wanted = workflow::document();
  if (std::getenv("HUIYIN_WRITE_WORKFLOW") != nullptr) {
    std::ofstream out{path, std::ios::binary | std::ios::trunc};
    out << wanted;
    ASSERT_TRUE(out.flush()) << path << " cannot be written";
  }
  std::ifstream in{path, std::ios::binary};
  const std::string written{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_TRUE(written == wanted)
      << "docs/workflow.md is not what the table says: run scripts/workflow";
}

TEST(Workflow, EveryStageAndEveryMoveIsInIt) {
  const std::string text = workflow::document();
  for (const auto stage : EnumNames<Stage>::kNames)
    EXPECT_NE(text.find("--> " + std::string{stage}), std::string::npos) << stage;
  for (const auto move : EnumNames<Move>::kNames)
    EXPECT_NE(text.find("| `" + std::string{move} + "` |"), std::string::npos) << move;
  for (int number = 1; number <= 21; ++number)
    EXPECT_NE(text.find("| T" + std::to_string(number) + " |"), std::string::npos) << number;
}

}  // namespace
}  // namespace huiyin
