// The list of platforms, and that each of them is documented.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file{HUIYIN_SOURCE_DIR "/" + path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// The commented example of this platform: from its line to the next [[channel]].
std::string example_of(const std::string& toml, std::string_view platform) {
  const auto at = toml.find("platform = \"" + std::string{platform} + "\"");
  if (at == std::string::npos) return {};
  return toml.substr(at, toml.find("[[channel]]", at) - at);
}

TEST(Registry, ListsEveryPlatformOnce) {
  std::set<std::string_view> names;
  for (const auto& platform : platforms()) {
    EXPECT_TRUE(names.insert(platform.name).second) << platform.name;
    EXPECT_EQ(find_platform(platform.name), &platform);
    EXPECT_NE(platform.make, nullptr) << platform.name;
    EXPECT_EQ(platform.loopback_only, platform.name == "console") << platform.name;
    EXPECT_EQ(platform.default_api_base.starts_with("https://"), platform.name != "console");
    EXPECT_FALSE(platform.default_api_base.ends_with('/')) << platform.name;
  }
  EXPECT_TRUE(names.contains("wechat"));
  EXPECT_EQ(find_platform("wechatt"), nullptr);
  ChannelConfig unknown;
  unknown.platform = "wechatt";
  EXPECT_THROW(make_simulator(unknown), std::invalid_argument);
}

TEST(Registry, EveryPlatformAndKeyIsDocumented) {
  const auto toml = read_file("config/huiyin.toml");
  for (const auto& platform : platforms()) {
    if (platform.loopback_only) continue;
    SCOPED_TRACE(platform.name);
    const auto example = example_of(toml, platform.name);
    EXPECT_FALSE(example.empty()) << "no [[channel]] example in config/huiyin.toml";
    for (const auto& key : platform.keys)
      EXPECT_NE(example.find("\n# " + std::string{key.name} + " = "), std::string::npos)
          << key.name << " is missing in the example";
    EXPECT_FALSE(read_file("docs/" + std::string{platform.name} + ".md").empty());
  }
}

// docs/platforms.md has a row for each platform in each of its three tables.
TEST(Registry, EveryPlatformIsCompared) {
  const auto page = read_file("docs/platforms.md");
  for (const auto& platform : platforms()) {
    const auto row = "\n| `" + std::string{platform.name} + "` |";
    int rows = 0;
    for (auto at = page.find(row); at != std::string::npos; at = page.find(row, at + 1)) ++rows;
    EXPECT_EQ(rows, 3) << platform.name;
  }
}

// A key that opens the door must never be shown.
TEST(Registry, SecretsAreMarked) {
  for (const auto& platform : platforms())
    for (const auto& key : platform.keys) {
      const bool secret =
          key.name.ends_with("secret") || key.name.ends_with("token") || key.name == "aes_key";
      EXPECT_TRUE(key.secret || !secret) << platform.name << " " << key.name;
    }
}

// Nothing opens without its secrets.
TEST(Registry, AChannelWithoutKeysStaysClosed) {
  for (const auto& platform : platforms()) {
    if (platform.loopback_only) continue;
    ChannelConfig empty;
    empty.name = "x";
    empty.platform = platform.name;
    EXPECT_THROW(platform.make(empty), std::invalid_argument) << platform.name;
  }
}

}  // namespace
}  // namespace huiyin
