// Every kind of update, and everything that must not get in.
#include <gtest/gtest.h>

#include "tests/handlers/telegram_fixture.h"

namespace huiyin::telegram::test {
namespace {

using namespace std::chrono_literals;

struct Row {
  const char* label;
  std::string body;
  const char* expected;
};

std::string edited(std::string_view rest) {
  return update("\"edited_message\":{" TG_HEAD "\"edit_date\":1795423500," + std::string{rest} +
                "}");
}
std::string pressed(std::string_view rest) {
  return update("\"callback_query\":{\"id\":\"4382bfdwdsb323b2d9\"," TG_FROM
                ",\"chat_instance\":\"-1\"," +
                std::string{rest} + "}");
}
std::string member(std::string_view status, std::string_view chat = TG_CHAT) {
  return update("\"my_chat_member\":{" + std::string{chat} +
                "," TG_FROM
                ",\"date\":1795423426,\"old_chat_member\":{\"status\":\"member\"},"
                "\"new_chat_member\":{\"user\":{\"id\":7012345678,\"is_bot\":true},\"status\":\"" +
                std::string{status} + "\"}}");
}
std::string deep(int levels) {
  return message("\"text\":\"x\",\"x\":" + std::string(levels, '[') + std::string(levels, ']'));
}

const Row kRows[] = {
    {"text", message(R"("text":"沟断了，生姜缺水 😀𠮷")"),
     "text 5812345678 text=沟断了，生姜缺水 😀𠮷"},
    {"text_of_markup", message(R"("text":"<b>_*[x](y)&lt;","entities":[])"),
     "text 5812345678 text=<b>_*[x](y)&lt;"},
    {"text_command_word", message(R"("text":"签收 261123-0042")"),
     "text 5812345678 text=签收 261123-0042"},
    {"reply_to_a_message",
     message(R"("text":"是的","reply_to_message":{"message_id":3,"text":"?"})"),
     "text 5812345678 text=是的"},
    {"forwarded", message(R"("text":"转","forward_origin":{"type":"user"})"),
     "text 5812345678 text=转"},
    {"slash_alone", message(R"("text":"/")"), "text 5812345678 text=/"},
    {"slash_date", message(R"("text":"/ 3月")"), "text 5812345678 text=/ 3月"},

    {"start", message(R"("text":"/start")"), "follow 5812345678"},
    {"start_with_payload", message(R"("text":"/start lou-jia_2")"),
     "follow 5812345678 scene=lou-jia_2"},
    {"start_at_bot", message(R"("text":"/start@huiyin_bot lou-jia")"),
     "follow 5812345678 scene=lou-jia"},
    {"start_with_other_words", message(R"("text":"/start 你好")"), "follow 5812345678"},
    {"command", message(R"("text":"/help")"), "menu 5812345678 text=help"},
    {"command_with_number", message(R"("text":"/status@huiyin_bot 261123-0042")"),
     "menu 5812345678 text=status 261123-0042"},

    {"photo_the_largest",
     message(R"("photo":[{"file_id":"s","width":90,"height":67},{"file_id":"m","width":320},
              {"file_id":"l","file_unique_id":"u","width":1280,"height":960,"file_size":99999}])"),
     "image 5812345678 media=l"},
    {"photo_with_caption", message(R"("photo":[{"file_id":"l"}],"caption":"沟断了")"),
     "image 5812345678 media=l text=沟断了"},
    {"photo_of_an_album", message(R"("photo":[{"file_id":"l"}],"media_group_id":"137")"),
     "image 5812345678 media=l"},
    {"voice", message(R"("voice":{"file_id":"v","duration":4,"mime_type":"audio/ogg"})"),
     "voice 5812345678 media=v format=ogg"},
    {"audio", message(R"("audio":{"file_id":"v","duration":4,"mime_type":"audio/mpeg"})"),
     "voice 5812345678 media=v format=mpeg"},
    {"video", message(R"("video":{"file_id":"v","mime_type":"video/mp4"},"caption":"看")"),
     "video 5812345678 media=v format=mp4 text=看"},
    {"video_note", message(R"("video_note":{"file_id":"v","length":240,"duration":3})"),
     "video 5812345678 media=v"},
    {"animation",
     message(R"("animation":{"file_id":"v","mime_type":"video/mp4"},"document":{"file_id":"v"})"),
     "video 5812345678 media=v format=mp4"},
    {"picture_as_a_file",
     message(R"("document":{"file_id":"d","file_name":"a.jpg","mime_type":"image/jpeg"})"),
     "image 5812345678 media=d format=jpeg"},
    {"pdf", message(R"("document":{"file_id":"d","mime_type":"application/pdf"})"),
     "file 5812345678 media=d format=pdf"},
    {"pdf_with_words",
     message(R"("document":{"file_id":"d","mime_type":"application/pdf"},"caption":"合同在此")"),
     "text 5812345678 media=d format=pdf text=合同在此"},
    {"location", message(R"("location":{"latitude":29.5871,"longitude":120.8233})"),
     "position 5812345678 at=29.58,120.82"},
    {"live_location_begins",
     message(R"("location":{"latitude":29.5,"longitude":120,"live_period":900})"),
     "position 5812345678 at=29.50,120.00"},
    {"venue", message(R"("venue":{"location":{"latitude":29.5,"longitude":120.25},"title":"楼家村",
              "address":"石璜镇"},"location":{"latitude":29.5,"longitude":120.25})"),
     "position 5812345678 at=29.50,120.25 label=楼家村 石璜镇"},
    {"own_contact",
     message(
         R"("contact":{"phone_number":"+8613800000000","first_name":"姜","user_id":5812345678})"),
     "text 5812345678 text=补充 我的电话 +8613800000000"},
    {"contact_of_another",
     message(R"("contact":{"phone_number":"13900000000","first_name":"王五","user_id":6})"),
     "text 5812345678 text=补充 联系人 王五 13900000000"},
    {"contact_without_account",
     message(R"("contact":{"phone_number":"13900000000","first_name":"王五"})"),
     "text 5812345678 text=补充 联系人 王五 13900000000"},
    {"sticker", message(R"("sticker":{"file_id":"s"})"), "file 5812345678"},

    {"edit", edited(R"("text":"沟断了，在溪东")"), "text 5812345678 text=补充 沟断了，在溪东"},
    {"edit_of_a_caption", edited(R"("photo":[{"file_id":"l"}],"caption":"在溪东")"),
     "text 5812345678 text=补充 在溪东"},
    {"edit_of_a_command", edited(R"("text":"签收 261123-0042")"),
     "text 5812345678 text=补充 签收 261123-0042"},
    {"live_location_moves", edited(R"("location":{"latitude":1,"longitude":2,"live_period":900})"),
     "nothing"},
    {"edit_of_a_photo", edited(R"("photo":[{"file_id":"l"}])"), "nothing"},

    {"button",
     pressed(R"("data":"签收 261123-0042","message":{"message_id":21,"date":1795423400,)" TG_CHAT
             R"(,"text":"x"})"),
     "text 5812345678 card=5812345678:21 reply=4382bfdwdsb323b2d9 text=签收 261123-0042"},
    {"button_of_an_inaccessible_message",
     pressed(R"("data":"催办","message":{"message_id":21,"date":0,)" TG_CHAT "}"),
     "text 5812345678 card=5812345678:21 reply=4382bfdwdsb323b2d9 text=催办"},
    {"button_of_an_inline_message", pressed(R"("data":"催办","inline_message_id":"ABC")"),
     "text 5812345678 reply=4382bfdwdsb323b2d9 text=催办"},
    {"button_of_a_game", pressed(R"("game_short_name":"g")"), "nothing"},

    {"blocked", member("kicked"), "unfollow 5812345678"},
    {"unblocked", member("member"), "follow 5812345678"},
    {"restricted", member("restricted"), "nothing"},
    {"a_bot_changes_it",
     update("\"my_chat_member\":{" TG_CHAT
            R"(,"from":{"id":7,"is_bot":true},"new_chat_member":{"status":"member"}})"),
     "nothing"},
    {"kicked_from_a_group", member("kicked", R"("chat":{"id":-100123,"type":"supergroup"})"),
     "nothing"},

    {"id_beyond_32_bits",
     update(
         R"("message":{"message_id":1,"date":1,"from":{"id":4503599627370495},"chat":{"id":4503599627370495,"type":"private"},"text":"x"})"),
     "text 4503599627370495 text=x"},
    {"group",
     update(R"("message":{"message_id":1,"date":1,)" TG_FROM
            R"(,"chat":{"id":-1001234567890,"type":"supergroup"},"text":"沟断了"})"),
     "nothing"},
    {"a_bot_writes",
     update(
         R"("message":{"message_id":1,"date":1,"from":{"id":7,"is_bot":true},"chat":{"id":7,"type":"private"},"text":"x"})"),
     "nothing"},
    {"service_message", message(R"("pinned_message":{"message_id":4})"), "nothing"},
    {"channel_post", update(R"("channel_post":{"message_id":1,"text":"x"})"), "nothing"},
    {"inline_query", update(R"("inline_query":{"id":"1","query":"x"})"), "nothing"},
    {"unknown_kind", update(R"("brand_new_kind":{"id":"1"})"), "nothing"},
    {"no_payload", R"({"update_id":1})", "nothing"},

    {"empty_body", "", "senseless"},
    {"broken_json", R"({"update_id":1,)", "senseless"},
    {"an_array", "[]", "senseless"},
    {"not_utf8", message("\"text\":\"\xB9\xB5\""), "senseless"},
    {"deep", deep(40), "senseless"},
    {"no_update_id", R"({"message":{"text":"x"}})", "senseless"},
    {"update_id_is_text", R"({"update_id":"1","message":{"text":"x"}})", "senseless"},
    {"message_without_author", update("\"message\":{\"message_id\":1," TG_CHAT ",\"text\":\"x\"}"),
     "senseless"},
    {"photo_without_sizes", message(R"("photo":[])"), "senseless"},
    {"photo_of_wrong_type", message(R"("photo":"l")"), "senseless"},
    {"location_off_the_earth", message(R"("location":{"latitude":91,"longitude":0})"), "senseless"},
    {"location_without_longitude", message(R"("location":{"latitude":9})"), "senseless"},
    {"contact_without_number", message(R"("contact":{"first_name":"x"})"), "senseless"},
};

class TelegramDecode : public testing::TestWithParam<Row> {};

TEST_P(TelegramDecode, SaysWhatWasSaid) {
  const auto channel = make_channel(config());
  const auto decoded = channel->decode(push(GetParam().body), kNow);
  EXPECT_EQ(line_of(decoded), GetParam().expected);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  if (!messages) return;
  for (const auto& message : *messages) {
    EXPECT_EQ(message.channel, "tg");
    EXPECT_EQ(message.recipient, "7012345678");
    EXPECT_EQ(message.dedupe_key.substr(0, 7), "update|");
    EXPECT_EQ(message.raw, GetParam().body);
    EXPECT_EQ(message.window.messages, 0);
    EXPECT_EQ(message.reply_until, Instant{}) << "nothing but the acknowledgement may use it";
    EXPECT_FALSE(channel->can_reply(message));
  }
}
INSTANTIATE_TEST_SUITE_P(Telegram, TelegramDecode, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string{info.param.label}; });

Message decode_one(const std::string& body) {
  return only_message(make_channel(config())->decode(push(body), kNow));
}

TEST(TelegramDecode, Times) {
  EXPECT_EQ(decode_one(message(R"("text":"x")")).sent_at, Instant{std::chrono::seconds{kSecond}});
  EXPECT_EQ(decode_one(edited(R"("text":"x")")).sent_at, Instant{std::chrono::seconds{1795423500}});
  EXPECT_EQ(decode_one(pressed(R"("data":"x")")).sent_at, Instant{}) << "a press has no time";
  const auto late = update("\"edited_message\":{" TG_FROM "," TG_CHAT
                           R"(,"edit_date":9223372036854775807,"text":"x"})");
  EXPECT_EQ(decode_one(late).sent_at, Instant{}) << "no such time";
}

TEST(TelegramDecode, KeysTellMessagesApartAndKnowResends) {
  const auto first = decode_one(message(R"("text":"1")", 7));
  EXPECT_EQ(first.dedupe_key, "update|7");
  EXPECT_EQ(decode_one(message(R"("text":"1")", 7)).dedupe_key, first.dedupe_key);
  // The same words in the same second: two messages.
  EXPECT_NE(decode_one(message(R"("text":"1")", 8)).dedupe_key, first.dedupe_key);
  // An edit is a message of its own.
  EXPECT_NE(decode_one(edited(R"("text":"1")")).dedupe_key, first.dedupe_key);
}

// ---- the door
// -------------------------------------------------------------------------------------

struct Door {
  const char* label;
  net::HttpRequest (*request)();
  const char* expected;
};

net::HttpRequest good() { return push(message(R"("text":"x")")); }
net::HttpRequest with(std::string name, std::string value) {
  auto request = good();
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  request.headers.emplace_back(std::move(name), std::move(value));
  return request;
}
net::HttpRequest method(std::string name) {
  auto request = good();
  request.method = std::move(name);
  return request;
}

constexpr const char* kHeader = "X-Telegram-Bot-Api-Secret-Token";

const Door kDoors[] = {
    {"valid", good, "text 5812345678 text=x"},
    {"header_in_small_letters",
     [] {
       auto request = good();
       request.headers[1].first = "x-telegram-bot-api-secret-token";
       return request;
     },
     "text 5812345678 text=x"},
    {"no_header",
     [] {
       auto request = good();
       request.headers.pop_back();
       return request;
     },
     "401 auth.reject"},
    {"empty", [] { return with(kHeader, ""); }, "401 auth.reject"},
    {"wrong", [] { return with(kHeader, "gOsVf3NS227xm2Q-HElJ3_ZXSwsp0wpP"); }, "401 auth.reject"},
    {"prefix", [] { return with(kHeader, "fOsVf3NS227xm2Q"); }, "401 auth.reject"},
    {"longer", [] { return with(kHeader, std::string{kSecret} + "x"); }, "401 auth.reject"},
    {"given_twice",
     [] {
       auto request = good();
       request.headers.emplace_back(kHeader, std::string{kSecret});
       return request;
     },
     "401 auth.reject"},
    {"secret_in_the_address",
     [] {
       auto request = with(kHeader, "x");
       request.target += "?secret_token=" + std::string{kSecret};
       return request;
     },
     "401 auth.reject"},
    {"forged_and_broken", [] { return push("{", "x"); }, "401 auth.reject"},
    {"get", [] { return method("GET"); }, "405 http.method"},
    {"put", [] { return method("PUT"); }, "405 http.method"},
    {"form", [] { return with("Content-Type", "application/x-www-form-urlencoded"); },
     "415 http.type"},
    {"compressed", [] { return with("Content-Encoding", "gzip"); }, "415 http.type"},
};

class TelegramDoor : public testing::TestWithParam<Door> {};
TEST_P(TelegramDoor, Opens) {
  EXPECT_EQ(line_of(make_channel(config())->decode(GetParam().request(), kNow)),
            GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Telegram, TelegramDoor, testing::ValuesIn(kDoors),
                         [](const auto& info) { return std::string{info.param.label}; });

// A resend comes up to 24 hours later: nothing is refused by age.
TEST(TelegramDoor, LateResendsPass) {
  EXPECT_EQ(line_of(make_channel(config())->decode(good(), kNow + 24h)), "text 5812345678 text=x");
}

TEST(TelegramDamage, CutBodiesYieldNothing) {
  const auto channel = make_channel(config());
  const auto body = message(R"("text":"沟断了😀","photo":[{"file_id":"l"}])");
  for (std::size_t size = 0; size < body.size(); ++size)
    ASSERT_EQ(line_of(channel->decode(push(body.substr(0, size)), kNow)), "senseless") << size;
}

TEST(TelegramDamage, ChangedBytesNeverCrash) {
  const auto channel = make_channel(config());
  for (const auto& row : kRows)
    for (std::size_t i = 0; i < row.body.size() && i < 500; ++i)
      for (const char byte : {'\0', '"', '{', '}', '[', '0', '-', '\xFF'}) {
        auto changed = row.body;
        changed[i] = byte;
        const auto line = line_of(channel->decode(push(changed), kNow));
        ASSERT_NE(line.substr(0, 3), "401");
      }
}

// ---- configuration
// --------------------------------------------------------------------------------

std::string config_fault(std::string_view key, std::string value) {
  auto wrong = config();
  wrong.keys[std::string{key}] = value;
  try {
    make_channel(wrong);
    return {};
  } catch (const std::invalid_argument& error) {
    EXPECT_TRUE(value.size() < 3 || std::string{error.what()}.find(value) == std::string::npos)
        << "a value is never quoted";
    return error.what();
  }
}

TEST(TelegramConfig, FaultsNameTheKey) {
  EXPECT_EQ(config_fault("bot_token", std::string{kToken}), "");
  for (const char* token : {"", "7012345678", ":abc", "7012345678:", "x:abc", "7:a/b", "7:a b"})
    EXPECT_EQ(config_fault("bot_token", token).substr(0, 10), "bot_token:") << token;
  for (const char* secret : {"", "abc def", "abc+/="})
    EXPECT_EQ(config_fault("secret_token", secret).substr(0, 13), "secret_token:") << secret;
}

TEST(TelegramConfig, TheOlderNameOfTheToken) {
  auto older = config();
  older.keys.erase("bot_token");
  older.keys["token"] = "7:old";
  const auto address = [&] {
    return make_channel(older)->encode(Notice{}, Route::session, {}).url;
  };
  EXPECT_EQ(address(), "https://api.telegram.org/bot7:old/sendMessage");
  older.keys["bot_token"] = "7:new";
  EXPECT_EQ(address(), "https://api.telegram.org/bot7:new/sendMessage");
}

TEST(TelegramConfig, AllFaultsAreToldAtOnce) {
  auto wrong = config();
  wrong.keys = {{"secret_token", "a b"}};
  try {
    make_channel(wrong);
    ADD_FAILURE() << "was accepted";
  } catch (const std::invalid_argument& error) {
    const std::string told = error.what();
    EXPECT_EQ(told.find("bot_token: "), 0u) << told;
    EXPECT_NE(told.find("\nsecret_token: "), std::string::npos) << told;
  }
}

// ---- vectors
// --------------------------------------------------------------------------------------

bool opens(const std::string& configured, const boost::json::value* header) {
  auto with_secret = config();
  with_secret.keys["secret_token"] = configured;
  auto request = push(message(R"("text":"x")"));
  request.headers.pop_back();
  if (header && header->is_string())
    request.headers.emplace_back(kHeader, header->as_string().c_str());
  return line_of(make_channel(with_secret)->decode(request, kNow)) == "text 5812345678 text=x";
}

TEST(TelegramVectors, Secret) {
  int ran = 0;
  for (const auto& entry : shared_group("telegram_secret")) {
    const auto& row = entry.as_object();
    EXPECT_EQ(opens(json_string(row, "configured"), row.if_contains("header")),
              json_string(row, "expect") == "accept")
        << json_string(row, "id");
    ++ran;
  }
  std::cout << "telegram_secret: " << ran << " cases ran\n";
}

TEST(TelegramVectors, SecretConfiguration) {
  int ran = 0;
  for (const auto& entry : shared_group("telegram_secret_config")) {
    const auto& row = entry.as_object();
    EXPECT_EQ(config_fault("secret_token", json_string(row, "value")).empty(),
              json_true(row, "valid"))
        << json_string(row, "id");
    ++ran;
  }
  std::cout << "telegram_secret_config: " << ran << " cases ran\n";
}

}  // namespace
}  // namespace huiyin::telegram::test
