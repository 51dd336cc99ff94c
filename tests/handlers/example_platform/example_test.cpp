// The platform of docs/adding-a-platform.md works, and the page quotes it truly.
#include "tests/handlers/example_platform/example.h"

#include <gtest/gtest.h>

#include "handlers/digest.h"
#include "tests/handlers/platform_table.h"

namespace huiyin::example {
namespace {

using namespace huiyin::test;

constexpr Instant kNow{std::chrono::seconds{1795423426}};

// As in handlers/registry.cpp, whose list the page adds a line to.
struct Entry {
  Platform platform;
  std::unique_ptr<Simulator> (*make_simulator)(const ChannelConfig&);
};
const auto& entries() {
  static const auto list = std::to_array<Entry>({
      {{"example", example::kDefaultApiBase, example::account_keys(), example::make_channel},
       example::make_simulator},
  });
  return list;
}

ChannelConfig config() {
  ChannelConfig config;
  config.name = "ex";
  config.platform = "example";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"secret", "s3cret"}, {"token", "t0ken"}};
  return config;
}

class ExamplePlatform : public BothSides, public testing::Test {
 protected:
  ExamplePlatform()
      : BothSides{entries().front().platform.make(config()),
                  entries().front().make_simulator(config()), kNow} {}
  static PlayedMessage say(std::string text) { return {.user = "anna", .text = std::move(text)}; }
};

TEST_F(ExamplePlatform, HearsAndRecognisesRepeats) {
  const auto first = hear(say("沟断了"));
  EXPECT_EQ(line_of(first), "text anna text=沟断了");
  EXPECT_EQ(acknowledge(say("沟断了"), first), std::nullopt);
  EXPECT_EQ(hear(say("沟断了"), true).dedupe_key, first.dedupe_key);
  EXPECT_NE(hear(say("沟断了")).dedupe_key, first.dedupe_key);
}

TEST_F(ExamplePlatform, RefusesWhatIsForged) {
  auto request = simulator_->deliver(say("x"), kNow);
  const auto line = [&] { return line_of(channel_->decode(request, kNow)); };
  request.body += " ";
  EXPECT_EQ(line(), "401 auth.reject");
  request.headers.back().second = hmac_sha256_hex("other", {request.body});
  EXPECT_EQ(line(), "401 auth.reject");
  request.headers.pop_back();
  EXPECT_EQ(line(), "401 auth.reject");
  request.body = "{";
  request.headers.emplace_back("X-Example-Signature", hmac_sha256_hex("s3cret", {request.body}));
  EXPECT_EQ(line(), "senseless");
  request.method = "GET";
  EXPECT_EQ(line(), "405 http.method");
}

TEST_F(ExamplePlatform, SendsAndReadsTheAnswer) {
  Notice notice;
  notice.recipient = "anna";
  for (int i = 0; i < 600; ++i) notice.text += "水";
  notice.buttons = {{"催办", "催办 261123-0042"}};
  EXPECT_EQ(line_of(send(notice)), "delivered id=s1 ()");
  EXPECT_TRUE(seen_.back().text.ends_with("…\n可回复：\n催办 261123-0042"));
  simulator_->inject("500", 1);
  EXPECT_EQ(send(notice).kind, SendOutcome::unknown);
  simulator_->inject("throttle", 1);  // as faults_test.cpp asks of every platform
  EXPECT_EQ(send(notice).kind, SendOutcome::retry);
  simulator_->inject("expired_token", 1);
  EXPECT_EQ(send(notice).kind, SendOutcome::channel_stopped);
  const auto said = [&](const char* error) {
    return channel_->interpret(
        Route::session, net::HttpResponse::text(200, R"({"error":")" + std::string{error} + "\"}"));
  };
  EXPECT_EQ(said("blocked").kind, SendOutcome::unreachable);
  EXPECT_EQ(said("bad_token").kind, SendOutcome::channel_stopped);
  EXPECT_EQ(said("brand_new").kind, SendOutcome::unknown);
}

TEST_F(ExamplePlatform, APhotoIsFetched) {
  const auto heard = hear({.user = "anna", .kind = MessageKind::image, .media_id = "p 1"});
  EXPECT_EQ(line_of(heard), "image anna media=p 1");
  EXPECT_TRUE(fetch(heard).starts_with("\x89PNG"));
  simulator_->inject("404", 1);
  MediaRef photo;
  photo.id = "p 1";
  EXPECT_EQ(line_of(fetch(photo)), "gone (http_404)");
  simulator_->inject("throttle", 1);
  EXPECT_EQ(line_of(fetch(photo)), "retry (http_429)");
}

TEST_F(ExamplePlatform, StaysClosedWithoutItsSecrets) {
  for (const auto& key : account_keys()) {
    auto without = config();
    without.keys.erase(std::string{key.name});
    EXPECT_THROW(make_channel(without), std::invalid_argument) << key.name;
  }
}

// ---- the page
// -------------------------------------------------------------------------------------

std::string read_file(const std::string& path) {
  std::ifstream file{HUIYIN_SOURCE_DIR "/" + path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// "<!-- path -->" above a block says of which file the block is a part.
TEST(AddingAPlatform, ThePageQuotesWhatIsBuilt) {
  const auto page = read_file("docs/adding-a-platform.md");
  int quotes = 0;
  for (auto at = page.find("<!-- "); at != std::string::npos; at = page.find("<!-- ", at + 1)) {
    const auto path = page.substr(at + 5, page.find(" -->", at) - at - 5);
    const auto begin = page.find('\n', page.find("```", at)) + 1;
    const auto block = page.substr(begin, page.find("```", begin) - begin);
    ASSERT_GT(block.size(), 20u) << path;
    EXPECT_NE(read_file(path).find(block), std::string::npos) << path << " no longer contains:\n"
                                                              << block;
    ++quotes;
  }
  EXPECT_EQ(quotes, 9);
}

}  // namespace
}  // namespace huiyin::example
