// Files of a message: one request, and what can go wrong with it.
#include <gtest/gtest.h>

#include "tests/handlers/feishu_fixture.h"
#include "tests/handlers/media_line.h"

namespace huiyin::feishu::test {
namespace {

using huiyin::test::media_line;
using huiyin::test::rates_line;

MediaRef file(std::string id, MediaKind kind = MediaKind::image) {
  MediaRef file;
  file.kind = kind;
  file.id = std::move(id);
  return file;
}

TEST(FeishuMedia, TheMessageIsNamedWithTheKey) {
  const auto channel = make_channel(config());
  const auto decoded = channel->decode(
      Push{.body = said("image", R"({"image_key":"img_v2_041b28e3"})")}.request(), kNow);
  const auto id = std::get<std::vector<Message>>(decoded).at(0).media_id;
  const auto image = channel->media_request(file(id), Token{"t-1"}).value();
  EXPECT_EQ(image.method, "GET");
  EXPECT_EQ(image.url,
            "https://open.feishu.cn/open-apis/im/v1/messages/om_5ce6d572455d361153b7cb51da133945/"
            "resources/img_v2_041b28e3?type=image");
  EXPECT_EQ(net::find_header(image.headers, "Authorization"), "Bearer t-1");
  for (const auto kind : {MediaKind::voice, MediaKind::video})
    EXPECT_TRUE(channel->media_request(file(id, kind), Token{"t-1"})->url.ends_with("?type=file"));
  EXPECT_EQ(channel->media_request(file("om_1/../x?y"), Token{})->url,
            "https://open.feishu.cn/open-apis/im/v1/messages/om_1/resources/..%2Fx%3Fy?type=image");
  for (const char* broken : {"", "img_1", "om_1/", "/img_1"})
    EXPECT_FALSE(channel->media_request(file(broken), Token{})) << broken;
  EXPECT_TRUE(channel->media_hosts().empty()) << "the API's own host alone";
}

TEST(FeishuMedia, WhatCanGoWrong) {
  struct Row {
    int status;
    const char *type, *body, *expected;
  };
  const Row rows[] = {
      {200, "image/jpeg", "\xFF\xD8", "content"},
      {200, "application/octet-stream", "OggS", "content"},
      {401, "application/json", R"({"code":99991663})", "token_expired 99991663"},
      {200, "application/json; charset=utf-8", R"({"code":99991663})", "token_expired 99991663"},
      {400, "application/json", R"({"code":99991672})", "retry 99991672"},
      {400, "application/json", R"({"code":234043})", "gone 234043"},
      {400, "application/json", R"({"code":230002})", "gone 230002"},
      {400, "application/json", R"({"code":234999})", "retry 234999"},
      {429, "application/json", R"({"code":99991400})", "retry 99991400"},
      {502, "text/html", "<html>", "retry http_502"},
      {404, "text/plain", "", "retry http_404"},
      {200, "application/json", "", "retry unreadable"},
  };
  const auto channel = make_channel(config());
  for (const auto& row : rows) {
    const auto answer = channel->interpret_media(
        file("om_1/img_1"), 0, net::HttpResponse::text(row.status, row.body, row.type), Token{});
    EXPECT_EQ(media_line(answer), row.expected) << row.body;
  }
}

TEST(FeishuLimits, OfThePages) {
  const auto limits = make_channel(config())->limits();
  EXPECT_EQ(rates_line(limits.account), "1000/60000ms 50/1000ms");
  EXPECT_EQ(rates_line(limits.recipient), "5/1000ms");
}

}  // namespace
}  // namespace huiyin::feishu::test
