#include "server/pipeline/links.h"

#include <gtest/gtest.h>

#include <string>

namespace huiyin {
namespace {

using Opened = MediaLinks::Opened;
using namespace std::chrono_literals;

const Instant kNow = *parse_rfc3339("2026-03-26T09:10:00.5+08:00");
const std::string kSecret(32, 's');
const MediaLinks kLinks{"https://huiyin.test", kSecret, 72h};

std::string token_of(const MediaLinks& links, MediaId id, Instant now = kNow) {
  const std::string link = links.link(id, now), path = "/m/";
  return link.substr(link.find(path) + path.size());
}

TEST(MediaLinks, LeadToTheFileUntilTheirTimeIsOver) {
  const std::string token = token_of(kLinks, MediaId{4711});
  struct Row {
    const char* what;
    std::chrono::microseconds later;
    int state;
  };
  // Whole seconds, rounded up.
  const Row rows[] = {{"at once", 0us, Opened::good},
                      {"before it was made", -24h, Opened::good},
                      {"in the last moment", 72h + 500ms, Opened::good},
                      {"after it", 72h + 500ms + 1us, Opened::over},
                      {"years later", 24h * 1000, Opened::over}};
  for (const Row& row : rows) {
    const Opened opened = kLinks.look(token, kNow + row.later);
    EXPECT_EQ(opened.state, row.state) << row.what;
    EXPECT_EQ(opened.id, MediaId{4711}) << row.what;
    EXPECT_EQ(kLinks.open(token, kNow + row.later).has_value(), row.state == Opened::good);
  }
}

TEST(MediaLinks, AreRefusedWhenOneCharacterIsAnother) {
  const std::string token = token_of(kLinks, MediaId{4711});
  ASSERT_EQ(kLinks.look(token, kNow).state, Opened::good);
  for (std::size_t at = 0; at < token.size(); ++at) {
    for (const char other : {'0', '1', 'a', 'F', '.', '-', ' ', '\0'}) {
      std::string forged = token;
      forged[at] = other;
      if (forged == token) continue;
      EXPECT_EQ(kLinks.look(forged, kNow).state, Opened::forged) << at << other;
      EXPECT_EQ(kLinks.look(forged, kNow + 24h * 1000).state, Opened::forged)
          << "who forges never learns that a time is over";
    }
  }
}

TEST(MediaLinks, AreRefusedWhenTheyAreMadeUp) {
  const std::string token = token_of(kLinks, MediaId{4711});
  const std::string signature = token.substr(token.rfind('.') + 1);
  const MediaLinks others{"https://huiyin.test", std::string(32, 't'), 72h};
  for (const std::string& forged :
       {std::string{}, std::string{"."}, std::string{".."}, std::string{"4711"}, signature,
        "." + signature, ".." + signature, "4711." + signature, token + "0", token + ".",
        "0" + token, token.substr(1), token.substr(0, token.size() - 1), token + token,
        token_of(others, MediaId{4711}), "4712" + token.substr(4), std::string(100'000, '.'),
        std::string(100'000, '9')}) {
    EXPECT_EQ(kLinks.look(forged, kNow).state, Opened::forged) << forged.substr(0, 80);
  }
}

TEST(MediaLinks, AreTheSameForAllProcessesAndNoneWithoutAnAddress) {
  const MediaLinks again{"https://huiyin.test", kSecret, 1h};
  EXPECT_EQ(again.open(token_of(kLinks, MediaId{5}), kNow), MediaId{5});
  EXPECT_EQ(MediaLinks("", kSecret, 72h).link(MediaId{5}, kNow), "");
  EXPECT_EQ(MediaLinks::fresh_secret().size(), 64U);
  EXPECT_NE(MediaLinks::fresh_secret(), MediaLinks::fresh_secret());
}

TEST(MediaLinks, HaveOnlyCharactersThatNoChatProgramBreaks) {
  const std::string link = kLinks.link(MediaId{std::numeric_limits<std::int64_t>::max()}, kNow);
  EXPECT_TRUE(link.starts_with("https://huiyin.test/m/"));
  EXPECT_EQ(link.substr(22).find_first_not_of("0123456789abcdef."), std::string::npos);
  EXPECT_EQ(kLinks.look(link.substr(22), kNow).state, Opened::good);
}

}  // namespace
}  // namespace huiyin
