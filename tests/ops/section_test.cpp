#include "server/ops/section.h"

#include <gtest/gtest.h>

#include <array>

namespace huiyin::settings {
namespace {

struct DistanceCase {
  const char *a, *b;
  std::size_t distance;
};
const DistanceCase kDistances[] = {
    {"", "", 0},
    {"", "abc", 3},
    {"abc", "", 3},
    {"listen", "listen", 0},
    {"lissten", "listen", 1},
    {"lsiten", "listen", 1},
    {"liste", "listen", 1},
    {"kitten", "sitting", 3},
    {"ab", "ba", 1},
    {"abcd", "badc", 2},
};

TEST(Section, EditDistance) {
  for (const auto& [a, b, distance] : kDistances) {
    EXPECT_EQ(edit_distance(a, b), distance) << a << " " << b;
    EXPECT_EQ(edit_distance(b, a), distance) << b << " " << a;
  }
}

TEST(Section, Joins) {
  constexpr std::array<std::string_view, 3> kThree{"a", "b", "c"};
  EXPECT_EQ(join(kThree), "a, b or c");
  EXPECT_EQ(join(std::span{kThree}.first(1)), "a");
  EXPECT_EQ(join({}), "");
}

TEST(Section, KeysThatWereNotAskedForAreUnknownAtAnyDepth) {
  Problems problems;
  const Node document =
      read_text("a = 1\nb = 2\n[t]\nc = 3\n[t.u]\nd = 4\n[v]\ne = 5\n", "f", problems);
  Reading reading{problems};
  {
    Section root{reading, document};
    root.whole("a", 0, 0, 9);
    Section t = root.section("t");
    Section u = t.section("u");
    u.whole("dd", 7, 0, 9);
    t.whole("c", 0, 0, 9);
  }
  reading.report_unknown();
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(show(problems[0]), "f:2:1: b: unknown key; the nearest known key is a");
  EXPECT_EQ(show(problems[1]), "f:6:1: t.u.d: unknown key; the nearest known key is t.u.dd");
  EXPECT_EQ(show(problems[2]), "f:7:2: v: unknown key; the nearest known key is a");
}

}  // namespace
}  // namespace huiyin::settings
