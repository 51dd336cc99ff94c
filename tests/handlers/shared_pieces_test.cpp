// The pieces that the JSON platforms share: HMAC, UTF-16 lengths, headers, HTTP failures.
#include <gtest/gtest.h>

#include "handlers/api_call.h"
#include "handlers/digest.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"
#include "handlers/webhook.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;

// RFC 4231, cases 1, 2 and 6.
TEST(Hmac, KnownAnswers) {
  EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), {"Hi ", "There"}),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256_hex("Jefe", {"what do ya want for nothing?"}),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256_hex(std::string(131, '\xaa'),
                            {"Test Using Larger Than Block-Size Key - Hash Key First"}),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// An empty key is a key of its own, not the one of the call before.
TEST(Hmac, EmptyKey) {
  const auto first = hmac_sha256_hex("", {"a"});
  hmac_sha256("other", {"a"});
  EXPECT_EQ(hmac_sha256_hex("", {"a"}), first);
  EXPECT_NE(hmac_sha256_hex("other", {"a"}), first);
}

TEST(Utf16, CountsAndCutsInUnits) {
  EXPECT_EQ(count_utf16(""), 0u);
  EXPECT_EQ(count_utf16("a水😀𠮷"), 6u);
  EXPECT_EQ(cut_utf16("a水😀𠮷", 6), "a水😀𠮷");
  EXPECT_EQ(cut_utf16("a水😀𠮷", 5), "a水😀");
  EXPECT_EQ(cut_utf16("a水😀𠮷", 3), "a水");
  EXPECT_EQ(cut_utf16("a水😀𠮷", 0), "");
}

TEST(PlainText, FitsInEveryMeasure) {
  Notice notice;
  notice.link = "https://huiyin.example.org/c/abc";
  notice.buttons = {{"签收", "签收 261123-0042"}};
  for (int i = 0; i < 200; ++i) notice.text += "水😀x";
  for (const Measure* measure : {&kBytes, &kCharacters, &kUtf16}) {
    const auto text = plain_text(notice, 200, *measure);
    EXPECT_LE(measure->count(text), 200u);
    EXPECT_GT(measure->count(text), 192u);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_NE(text.find("…\n可回复：\n签收 261123-0042\nhttps://"), std::string::npos);
  }
}

TEST(Webhook, AHeaderGivenTwiceCountsAsAbsent) {
  net::HttpRequest request;
  request.headers = {{"X-Secret", "a"}, {"Content-Type", "application/JSON; charset=utf-8"}};
  EXPECT_EQ(single_header(request, "x-secret"), "a");
  EXPECT_TRUE(has_type(request, "application/json"));
  EXPECT_FALSE(has_type(request, "text/xml"));
  request.headers.emplace_back("x-secret", "a");
  EXPECT_EQ(single_header(request, "X-Secret"), "");
  request.headers.emplace_back("Content-Encoding", "gzip");
  EXPECT_FALSE(has_type(request, "application/json"));
}

TEST(ApiCall, WhatAStatusMeans) {
  struct Row {
    int status;
    const char* after;
    SendOutcome::Kind kind;
    std::chrono::milliseconds retry_after;
  };
  for (const auto& row :
       {Row{429, "7", SendOutcome::retry, 7s}, Row{429, "99999", SendOutcome::retry, 3600s},
        Row{503, "soon", SendOutcome::retry, 0s}, Row{302, "", SendOutcome::retry, 60s},
        Row{404, "7", SendOutcome::retry, 60s}, Row{500, "7", SendOutcome::unknown, 0s},
        Row{200, "", SendOutcome::unknown, 0s}}) {
    auto response = net::HttpResponse::text(row.status, "<html>");
    if (*row.after) response.headers.emplace_back("retry-after", row.after);
    const auto outcome = http_failure(response);
    EXPECT_EQ(outcome.kind, row.kind) << row.status;
    EXPECT_EQ(outcome.retry_after, row.retry_after) << row.status;
    EXPECT_EQ(outcome.code, http_code(row.status));
  }
}

}  // namespace
}  // namespace huiyin
