#include "handlers/console/console.h"

#include <gtest/gtest.h>

#include <set>

#include "handlers/json.h"

namespace huiyin::console {
namespace {

constexpr Instant kNow{std::chrono::seconds{1774314600}};
constexpr std::array<unsigned char, 16> kRandom{};

ChannelConfig config() {
  ChannelConfig config;
  config.name = "console";
  config.platform = "console";
  return config;
}

net::HttpRequest request(std::string method, std::string target, std::string body = {}) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  request.loopback_listener = true;
  return request;
}
net::HttpRequest post(std::string body) {
  return request("POST", "/hooks/console", std::move(body));
}

Message one(const Decoded& decoded) {
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  if (!messages || messages->size() != 1) throw std::runtime_error("not one message");
  return messages->front();
}

TEST(Console, ReadsAMessage) {
  const auto channel = make_channel(config());
  const std::string body = R"({"user":"farmer","text":"沟断了 😀","id":"1"})";
  const auto message = one(channel->decode(post(body), kNow));
  EXPECT_EQ(message.channel, "console");
  EXPECT_EQ(message.sender, "farmer");
  EXPECT_EQ(message.text, "沟断了 😀");
  EXPECT_EQ(message.kind, MessageKind::text);
  EXPECT_EQ(message.sent_at, kNow);
  EXPECT_EQ(message.raw, body);
  EXPECT_EQ(message.dedupe_key, "id|farmer|1");
  EXPECT_FALSE(message.nonce);
  EXPECT_TRUE(channel->can_reply(message));
}

TEST(Console, ReadsEveryKind) {
  const auto channel = make_channel(config());
  for (const auto& [name, kind] :
       std::vector<std::pair<std::string, MessageKind>>{{"text", MessageKind::text},
                                                        {"image", MessageKind::image},
                                                        {"voice", MessageKind::voice},
                                                        {"video", MessageKind::video},
                                                        {"position", MessageKind::position},
                                                        {"link", MessageKind::link},
                                                        {"follow", MessageKind::follow},
                                                        {"scan", MessageKind::scan},
                                                        {"unfollow", MessageKind::unfollow},
                                                        {"menu", MessageKind::menu},
                                                        {"file", MessageKind::file}}) {
    const auto message =
        one(channel->decode(post(R"({"user":"f","kind":")" + name +
                                 R"(","scene":"s","media_id":"m","media_format":"amr",)"
                                 R"("position":{"latitude":29.5,"longitude":120,"label":"村"}})"),
                            kNow));
    EXPECT_EQ(message.kind, kind) << name;
    EXPECT_EQ(message.scene, "s");
    EXPECT_EQ(message.media_id, "m");
    EXPECT_EQ(message.media_format, "amr");
    ASSERT_TRUE(message.position);
    EXPECT_EQ(message.position->longitude, 120);
    EXPECT_EQ(message.position->label, "村");
  }
}

TEST(Console, AnIdNamesAMessageOfItsUser) {
  const auto channel = make_channel(config());
  const auto key = [&](const char* body) {
    return one(channel->decode(post(body), kNow)).dedupe_key;
  };
  EXPECT_EQ(key(R"({"user":"a","text":"x","id":"1"})"), key(R"({"user":"a","text":"y","id":"1"})"));
  EXPECT_NE(key(R"({"user":"a","text":"x","id":"1"})"), key(R"({"user":"b","text":"x","id":"1"})"));
  EXPECT_NE(key(R"({"user":"a","text":"x","id":"1"})"), key(R"({"user":"a","text":"x","id":"2"})"));
}

TEST(Console, WithoutAnIdEveryRequestIsAnotherMessage) {
  std::set<std::string> keys;
  for (int run = 0; run < 2; ++run) {  // a restart under a clock that stands still
    const auto channel = make_channel(config());
    for (int i = 0; i < 100; ++i)
      keys.insert(one(channel->decode(post(R"({"user":"a","text":"1"})"), kNow)).dedupe_key);
  }
  EXPECT_EQ(keys.size(), 200u);
}

TEST(Console, IsRefusedFromElsewhere) {
  const auto channel = make_channel(config());
  for (const char* method : {"GET", "POST"}) {
    auto outside = request(method, "/hooks/console?user=a", R"({"user":"a","text":"x"})");
    outside.loopback_listener = false;
    const auto refused = std::get<Refused>(channel->decode(outside, kNow));
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.event, "console.loopback");

    for (const auto& [name, value] : std::vector<net::Header>{{"Origin", "https://evil.example"},
                                                              {"Origin", "null"},
                                                              {"sec-fetch-site", "cross-site"}}) {
      auto page = request(method, "/hooks/console?user=a", R"({"user":"a","text":"x"})");
      page.headers.emplace_back(name, value);
      EXPECT_EQ(std::get<Refused>(channel->decode(page, kNow)).event, "console.page");
    }
  }
  EXPECT_EQ(std::get<Refused>(channel->decode(request("PUT", "/hooks/console"), kNow)).status, 405);
}

// Behind a proxy on this machine everybody comes from the loopback address.
TEST(Console, IsRefusedThroughAProxy) {
  const auto channel = make_channel(config());
  for (const char* name : {"X-Forwarded-For", "Forwarded", "x-real-ip", "Via"})
    for (const char* method : {"GET", "POST"}) {
      auto proxied = request(method, "/hooks/console?user=a", R"({"user":"a","text":"x"})");
      proxied.headers.emplace_back(name, "203.0.113.9");
      const auto decoded = channel->decode(proxied, kNow);
      const auto* refused = std::get_if<Refused>(&decoded);
      ASSERT_NE(refused, nullptr) << name;
      EXPECT_EQ(refused->status, 401);
      EXPECT_EQ(refused->event, "console.proxy");
    }
}

TEST(Console, SaysWhatIsWrong) {
  struct Row {
    net::HttpRequest request;
    const char* named;
  };
  const Row rows[] = {
      {post(""), "the body"},
      {post("[1]"), "the body"},
      {post("{\"user\":\"\xFF\"}"), "the body"},
      {post(std::string(100, '[')), "the body"},
      {post(R"({"text":"x"})"), "user"},
      {post(R"({"user":1})"), "user"},
      {post(R"({"user":")" + std::string(129, 'x') + R"("})"), "user"},
      {post(R"({"user":"a","text":1})"), "text"},
      {post(R"({"user":"a","kind":"song"})"), "kind"},
      {post(R"({"user":"a","kind":"delivery"})"), "kind"},
      {post(R"({"user":"a","id":")" + std::string(129, 'x') + R"("})"), "id"},
      {post(R"({"user":"a","kind":"position"})"), "position"},
      {post(R"({"user":"a","position":{"latitude":"x","longitude":1}})"), "position"},
      {post(R"({"user":"a","position":{"latitude":91,"longitude":1}})"), "position"},
      {request("GET", "/hooks/console"), "user"},
      {request("GET", "/hooks/console?user=a&user=b"), "user"},
      {request("GET", "/hooks/console?user=a&after=x"), "after"},
  };
  const auto channel = make_channel(config());
  for (const auto& row : rows) {
    SCOPED_TRACE(row.request.target + " " + row.request.body);
    const auto decoded = channel->decode(row.request, kNow);
    const auto* handshake = std::get_if<Handshake>(&decoded);
    ASSERT_TRUE(handshake);
    EXPECT_EQ(handshake->response.status, 400);
    const auto body = parse_json_object(handshake->response.body);
    ASSERT_TRUE(body);
    EXPECT_EQ(json_string(*body, "error").find(row.named), 0u) << json_string(*body, "error");
  }
}

TEST(Console, ReadsAFetch) {
  const auto channel = make_channel(config());
  const auto fetch =
      std::get<Fetch>(channel->decode(request("GET", "/hooks/console?user=a%20b&after=17"), kNow));
  EXPECT_EQ(fetch.user, "a b");
  EXPECT_EQ(fetch.after, 17);
  EXPECT_EQ(std::get<Fetch>(channel->decode(request("GET", "/hooks/console?user=a"), kNow)).after,
            0);
}

Notice notice(std::int64_t id) {
  Notice notice;
  notice.id = NoticeId{id};
  notice.case_number = "260324-0001";
  notice.title = "已登记";
  notice.text = "沟断了 😀";
  notice.buttons = {{"催办", "催办 260324-0001"}};
  return notice;
}

TEST(Console, AnswersInOneShape) {
  const auto channel = make_channel(config());
  const std::string reply =
      R"({"id":7,"case":"260324-0001","title":"已登记","text":"沟断了 😀","link":"",)"
      R"("buttons":[{"label":"催办","command":"催办 260324-0001"}]})";
  const auto said = notice(7);
  const auto answered = channel->acknowledge({}, nullptr, &said, kNow, kRandom);
  EXPECT_EQ(answered.body, "{\"replies\":[" + reply + "]}\n");
  EXPECT_EQ(net::find_header(answered.headers, "Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(channel->answer_fetch({said}).body, answered.body);
  EXPECT_EQ(channel->acknowledge({}, nullptr, nullptr, kNow, kRandom).body, "{\"replies\":[]}\n");
  EXPECT_EQ(channel->answer_fetch({}).body, "{\"replies\":[]}\n");
  EXPECT_TRUE(channel->pulled());
  EXPECT_FALSE(channel->session_needs_window());
  EXPECT_FALSE(channel->token_request());
}

TEST(ConsolePlay, SaysAndReads) {
  const auto channel = make_channel(config());
  const auto simulator = huiyin::make_simulator(config());
  const PlayedMessage said{.user = "farmer",
                           .kind = MessageKind::position,
                           .text = "沟断了",
                           .position = Position{29.5, 120.8, "溪东"}};
  const auto first = one(channel->decode(simulator->deliver(said, kNow), kNow));
  const auto again = one(channel->decode(simulator->deliver(said, kNow, true), kNow));
  const auto second = one(channel->decode(simulator->deliver(said, kNow), kNow));
  EXPECT_EQ(first.text, "沟断了");
  EXPECT_EQ(first.position->label, "溪东");
  EXPECT_EQ(first.dedupe_key, again.dedupe_key);
  EXPECT_NE(first.dedupe_key, second.dedupe_key);

  const auto reply = notice(9);
  const auto response = channel->acknowledge({}, &first, &reply, kNow, kRandom);
  const auto seen = simulator->read_reply(said, response);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->text, "已登记\n沟断了 😀\n[催办]");
  EXPECT_EQ(seen->buttons, std::vector<std::string>{"催办 260324-0001"});
  EXPECT_TRUE(simulator->read_reply(said, response)) << "a resend shows the reply again";
  EXPECT_FALSE(
      simulator->read_reply(said, channel->acknowledge({}, &first, nullptr, kNow, kRandom)));

  const auto fetch = std::get<Fetch>(channel->decode(*simulator->fetch("farmer"), kNow));
  EXPECT_EQ(fetch.user, "farmer");
  EXPECT_EQ(fetch.after, 0);
  const auto listed =
      simulator->read_fetch("farmer", channel->answer_fetch({notice(8), notice(9)}));
  ASSERT_EQ(listed.size(), 1u) << "what rode on the response is not seen twice";
  EXPECT_EQ(listed[0].via, "fetch");
  EXPECT_EQ(std::get<Fetch>(channel->decode(*simulator->fetch("farmer"), kNow)).after, 9);
}

}  // namespace
}  // namespace huiyin::console
