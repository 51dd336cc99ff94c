// The faults that every played platform knows by the same names (docs/play.md), felt by its
// handler.
#include <gtest/gtest.h>

#include <set>

#include "handlers/played_faults.h"
#include "tests/handlers/platform_table.h"

namespace huiyin::test {
namespace {

constexpr Instant kNow{std::chrono::seconds{1795423428}};
constexpr const char* kAesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

struct Sample {
  const char* platform;
  const char* person;
  std::map<std::string, std::string> keys;
};
const Sample kSamples[] = {
    {"wechat",
     "oFarmer",
     {{"app_id", "wx0123456789abcdef"},
      {"app_secret", "0123456789abcdef0123456789abcdef"},
      {"token", "PlayedToken"},
      {"aes_key", kAesKey}}},
    {"telegram",
     "1111111",
     {{"token", "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"},
      {"secret_token", "PlayedSecret"}}},
    {"wecom",
     "LiSi",
     {{"corp_id", "wx5823bf96d3bd56c7"},
      {"agent_id", "1000002"},
      {"secret", "played-secret"},
      {"token", "PlayedToken"},
      {"aes_key", kAesKey}}},
    {"wecom-robot", "LiSi", {{"token", "PlayedToken"}, {"aes_key", kAesKey}}},
    {"wecom-kf",
     "wmPlayedCustomer",
     {{"corp_id", "wx5823bf96d3bd56c7"},
      {"secret", "played-secret"},
      {"open_kfid", "wkPlayed"},
      {"token", "PlayedToken"},
      {"aes_key", kAesKey}}},
    {"line",
     "U4af4980629e1c9f2d8b0d0a3b6b3e111",
     {{"channel_secret", "454359b1c71eceb725e996275527a4cb"}, {"access_token", "Played/Access"}}},
    {"feishu",
     "ou_played",
     {{"app_id", "cli_played"},
      {"app_secret", "played-secret"},
      {"verification_token", "PlayedToken"},
      {"encrypt_key", "PlayedKey"}}},
    {"dingtalk", "manager4220", {{"app_key", "dingplayed"}, {"app_secret", "played-secret"}}},
    {"dingtalk-gov",
     "manager4220",
     {{"app_key", "app-played"},
      {"app_secret", "played-secret"},
      {"tenant_id", "642886"},
      {"callbacks", "signed"}}},
    {"whatsapp",
     "8613800000000",
     {{"app_secret", "5bbe543ef2a6bb4e19863e8fb2df3cc6"},
      {"verify_token", "played"},
      {"access_token", "EAAGplayed"},
      {"phone_number_id", "956535246208513"}}},
    {"slack", "U2147483697", {{"signing_secret", "8f742231"}, {"bot_token", "xoxb-1-played"}}},
};

ChannelConfig config_of(const Sample& sample) {
  ChannelConfig config;
  config.name = "played";
  config.platform = sample.platform;
  config.api_base = "http://127.0.0.1:9001";
  config.keys = sample.keys;
  return config;
}

// One who has just written, so that every window is open and every address of a reply known.
class Conversation : public BothSides {
 public:
  explicit Conversation(const Sample& sample) : BothSides{config_of(sample), kNow} {
    person_ = sample.person;
    notice_.id = NoticeId{42};
    notice_.channel = "played";
    notice_.text = "已登记";
    if (const auto asked = channel_->token_request())
      token_.value = channel_->interpret_token(carry(*asked)).value;
    listen();
    seen_.clear();
  }
  void another_notice() { notice_.id = NoticeId{43}; }
  net::HttpResponse write() {
    if (!notice_.reply_address.empty()) listen();  // good once
    std::array<unsigned char, 16> fresh{};
    fresh[0] = ++count_;  // a nonce is good once
    return carry(channel_->stamp(channel_->encode(notice_, Route::session, token_), now_, fresh));
  }
  SendOutcome::Kind outcome() {
    return channel_->interpret_sent(notice_, Route::session, write()).kind;
  }

 private:
  void listen() {
    auto heard = hear({.user = person_, .kind = MessageKind::text, .text = "楼家村的沟断了"});
    if (heard.stream) heard = pulled(*heard.stream);
    notice_.recipient = heard.sender;
    notice_.reply_address.clear();
    if (!channel_->has_route(Route::session, notice_)) notice_.reply_address = heard.reply_address;
  }

  // What an event only said to be there.
  Message pulled(const Stream& stream) {
    const auto asked = channel_->pull_request(stream, token_);
    const auto page = channel_->interpret_pull(stream, carry(asked.value()), now_);
    return page.read.at(page.read.size() - 1);
  }

  std::string person_;
  Notice notice_;
  Token token_;
  unsigned char count_ = 0;
};

class SharedFaults : public testing::TestWithParam<Sample> {};

TEST_P(SharedFaults, AreKnownAndFelt) {
  Conversation talk{GetParam()};
  ASSERT_EQ(talk.outcome(), SendOutcome::delivered) << "without a fault";
  ASSERT_EQ(talk.seen_.size(), 1u);

  talk.simulator_->inject("throttle", 1);
  EXPECT_EQ(talk.outcome(), SendOutcome::retry);
  talk.simulator_->inject("expired_token", 1);
  const auto expired = talk.outcome();
  EXPECT_TRUE(expired == SendOutcome::token_expired || expired == SendOutcome::channel_stopped)
      << outcome_name(expired);
  talk.simulator_->inject("500", 1);
  const auto fault = talk.outcome();  // retry where an id keeps a repeat from being shown
  EXPECT_TRUE(fault == SendOutcome::unknown || fault == SendOutcome::retry) << outcome_name(fault);
  talk.simulator_->inject("hang", 1);
  EXPECT_EQ(talk.write().status, kKeepsSilent);
  talk.simulator_->inject("reset", 1);
  EXPECT_EQ(talk.write().status, kHangsUp);
  EXPECT_EQ(talk.seen_.size(), 1u) << "none of these was acted on";

  talk.another_notice();
  talk.simulator_->inject("lost_reply", 2);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(talk.write().status, kHangsUp);
  EXPECT_GE(talk.seen_.size(), 2u) << "acted on";
  EXPECT_LE(talk.seen_.size(), 3u);
  EXPECT_EQ(talk.outcome(), SendOutcome::delivered) << "all faults are used up";
}

TEST_P(SharedFaults, OtherNamesAreRefused) {
  const auto simulator = make_simulator(config_of(GetParam()));
  for (const char* name : {"", "trottle", "lost reply", "token:", "token:nonsense", "HANG"})
    EXPECT_THROW(simulator->inject(name, 1), std::invalid_argument) << name;
}

INSTANTIATE_TEST_SUITE_P(Platforms, SharedFaults, testing::ValuesIn(kSamples),
                         [](const auto& info) {
                           std::string name{info.param.platform};
                           std::erase(name, '-');
                           return name;
                         });

TEST(SharedFaultsOf, EveryPlatform) {
  std::set<std::string_view> played;
  for (const auto& sample : kSamples) played.insert(sample.platform);
  for (const auto& platform : platforms())
    EXPECT_TRUE(platform.loopback_only || played.contains(platform.name))
        << platform.name << " is not in the table of this test";
}

}  // namespace
}  // namespace huiyin::test
