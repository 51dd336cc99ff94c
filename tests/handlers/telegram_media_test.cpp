// Files: getFile, then the file; what can go wrong on the way.
#include <gtest/gtest.h>

#include "handlers/media_parts.h"
#include "tests/handlers/media_line.h"
#include "tests/handlers/telegram_fixture.h"

namespace huiyin::telegram::test {
namespace {

using namespace std::chrono_literals;

MediaRef photo(std::string id = "AgACAgUAAxkBAAIB") {
  MediaRef file;
  file.id = std::move(id);
  return file;
}

TEST(TelegramMedia, GetFileThenTheFile) {
  const auto channel = make_channel(config());
  const auto ask = channel->media_request(photo(), {});
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->method, "POST");
  EXPECT_EQ(ask->url, "https://api.telegram.org/bot" + std::string{kToken} + "/getFile");
  EXPECT_EQ(ask->body, R"({"file_id":"AgACAgUAAxkBAAIB"})");
  const auto told = channel->interpret_media(
      photo(), 0,
      net::HttpResponse::text(
          200,
          R"({"ok":true,"result":{"file_id":"A","file_size":9,"file_path":"photos/file_3.jpg"}})"),
      {});
  EXPECT_EQ(media_line(told),
            "GET https://api.telegram.org/file/bot" + std::string{kToken} + "/photos/file_3.jpg");
  EXPECT_EQ(
      media_line(channel->interpret_media(photo(), 1, net::HttpResponse::text(200, "\xFF"), {})),
      "content");
  EXPECT_FALSE(channel->media_request(photo(""), {}));
  EXPECT_TRUE(channel->media_hosts().empty()) << "the API's own host alone";
}

constexpr const char* kUnavailable =
    "Bad Request: wrong file_id or the file is temporarily unavailable";

TEST(TelegramMedia, WhatCanGoWrong) {
  const auto path = [](std::string_view path) {
    return R"({"ok":true,"result":{"file_path":")" + std::string{path} + "\"}}";
  };
  const auto error = [](int code, std::string_view words) {
    return R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" +
           std::string{words} + "\"}";
  };
  struct Case {
    int step, status;
    std::string body;
    const char* expected;
  };
  const Case cases[] = {
      {0, 200, R"({"ok":true,"result":{}})", "retry no_file_path"},
      {0, 200, path("/var/lib/telegram-bot-api/photos/file_3.jpg"), "gone local_file_path"},
      {0, 200, path("photos/../../etc/passwd"), "gone local_file_path"},
      {0, 200, path("photos//x"), "gone local_file_path"},
      {0, 200, path("photos/x?y"), "gone local_file_path"},
      {0, 200, path("photos/x y"), "gone local_file_path"},
      {0, 200, path("photos/"), "gone local_file_path"},
      {0, 200, path(std::string(300, 'x')), "gone local_file_path"},
      {0, 400, error(400, "Bad Request: file is too big"), "gone 400 file_too_big"},
      {0, 400, error(400, kUnavailable), "retry 400 file_unavailable"},
      {0, 400, error(400, "Bad Request: invalid file_id"), "gone 400 bad_request"},
      {0, 401, error(401, "Unauthorized"), "retry 401 unauthorized"},
      {0, 429, error(429, "Too Many Requests: retry after 5"), "retry 429 flood"},
      {0, 502, "<html>", "retry http_502"},
      {0, 200, "<html>", "retry unreadable"},
      {1, 404, error(404, "Not Found"), "retry http_404"},
      {1, 500, "", "retry http_500"},
      {1, 302, "", "retry http_302"},
  };
  const auto channel = make_channel(config());
  for (const auto& row : cases) {
    const auto answer = channel->interpret_media(photo(), row.step,
                                                 net::HttpResponse::text(row.status, row.body), {});
    EXPECT_EQ(media_line(answer), row.expected) << row.body;
    EXPECT_EQ(answer.code.find(kToken), std::string::npos);
  }
}

TEST(TelegramMedia, FromTheOtherSide) {
  BothSides sides{config(), kNow};
  const auto heard =
      sides.hear({.user = "5812345678", .kind = MessageKind::image, .media_id = "m-1"});
  auto answer = media_next(sides.channel_->media_request(photo(heard.media_id), {}).value());
  for (int step = 0; answer.kind == MediaAnswer::next; ++step)
    answer = sides.channel_->interpret_media(photo(), step, sides.carry(answer.request), {});
  EXPECT_EQ(media_line(answer), "content");
  EXPECT_EQ(sides.carry(sides.channel_->media_request(photo("unknown"), {}).value()).status, 400);
}

TEST(TelegramLimits, OfTheGuide) {
  const auto limits = make_channel(config())->limits();
  EXPECT_EQ(rates_line(limits.account), "30/1000ms");
  EXPECT_EQ(rates_line(limits.recipient), "3/3000ms");
}

}  // namespace
}  // namespace huiyin::telegram::test
