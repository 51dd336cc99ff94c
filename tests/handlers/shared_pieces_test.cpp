// The pieces that the JSON platforms share: HMAC and UTF-16 lengths.
#include <gtest/gtest.h>

#include "handlers/digest.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"

namespace huiyin {
namespace {

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

}  // namespace
}  // namespace huiyin
