// What the platforms share: UTF-8, base64, XML, JSON, keys, plain words.
#include <gtest/gtest.h>

#include <set>

#include "handlers/base64.h"
#include "handlers/config_keys.h"
#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/json.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"
#include "handlers/xml.h"

namespace huiyin {
namespace {

// ---- UTF-8
// ---------------------------------------------------------------------------------------

TEST(Utf8, OnlyWellFormedTextPasses) {
  for (const char* good :
       {"", "abc", "回音", "😀", "𠮷", "👨‍👩‍👧", "eight ASCII bytes, then 汉"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xE5\x9B", "\xF0\x9F\x98", "12345678\xFF", "\xC3("})
    EXPECT_FALSE(is_utf8(bad));
}

TEST(Utf8, CutsOnlyBetweenCharacters) {
  const std::string text = "a汉😀b";  // 1 + 3 + 4 + 1 bytes
  const std::string_view expected[] = {"",    "a",   "a",   "a",    "a汉",
                                       "a汉", "a汉", "a汉", "a汉😀", "a汉😀b"};
  for (std::size_t bytes = 0; bytes <= text.size(); ++bytes)
    EXPECT_EQ(cut_bytes(text, bytes), expected[bytes]) << bytes;
  EXPECT_EQ(cut_characters(text, 3), "a汉😀");
  EXPECT_EQ(cut_characters(text, 9), text);
  EXPECT_EQ(count_characters(text), 4u);
}

TEST(Utf8, PresentableKeepsTextAndDropsWhatXmlForbids) {
  EXPECT_EQ(presentable("一\n二\t😀👨‍👩‍👧"), "一\n二\t😀👨‍👩‍👧");
  EXPECT_EQ(presentable(std::string_view{"a\0b\x1b[1m\rc", 9}), "ab[1mc");
  EXPECT_EQ(presentable("x\xEF\xBF\xBEy"), "xy");
  EXPECT_EQ(presentable("x\xFFy\xE5\x9B"), "x\uFFFDy\uFFFD\uFFFD");
}

// ---- base64
// --------------------------------------------------------------------------------------

TEST(Base64, DecodesWhatItEncodes) {
  std::string bytes;
  for (int size = 0; size < 70; ++size) {
    const auto text =
        encode_base64({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
    EXPECT_EQ(decode_base64(text), bytes);
    bytes.push_back(static_cast<char>(size * 37));
  }
  EXPECT_EQ(decode_base64("5rC0"), "水");
  EXPECT_EQ(decode_base64("QR=="), "A") << "stray bits are tolerated";
}

TEST(Base64, RefusesEverythingElse) {
  for (const char* bad : {"A", "AA", "AAA", "AAA!", "AA=A", "A===", "====", " AAA", "AAAA\n",
                          "AA-_", "AAAA=", "\xE6\xB0\xB4\x41"})
    EXPECT_FALSE(decode_base64(bad)) << bad;
}

// ---- XML
// -----------------------------------------------------------------------------------------

struct XmlCase {
  const char* label;
  std::string text;
  XmlFault fault;
};

std::string nested(int depth) {
  std::string xml;
  for (int i = 0; i < depth; ++i) xml += "<a>";
  for (int i = 0; i < depth; ++i) xml += "</a>";
  return xml;
}
std::string many(int elements) {
  std::string xml = "<xml>";
  for (int i = 1; i < elements; ++i) xml += "<a/>";
  return xml + "</xml>";
}

const XmlCase kXml[] = {
    {"plain", "<xml><A>1</A></xml>", XmlFault::none},
    {"prolog", "<?xml version=\"1.0\"?>\n<xml><A>1</A></xml>\n", XmlFault::none},
    {"doctype_inside_cdata", "<xml><A><![CDATA[<!DOCTYPE x>]]></A></xml>", XmlFault::none},
    {"depth_16", nested(16), XmlFault::none},
    {"elements_64", many(64), XmlFault::none},
    {"doctype", "<!DOCTYPE xml><xml><A>1</A></xml>", XmlFault::forbidden},
    {"doctype_lower_case", "<!doctype xml [<!ENTITY e \"x\">]><xml>&e;</xml>", XmlFault::forbidden},
    {"external_entity", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x>",
     XmlFault::forbidden},
    {"doctype_after_cdata", "<xml><A><![CDATA[x]]></A><!DOCTYPE x></xml>", XmlFault::forbidden},
    {"comment", "<xml><!-- x --></xml>", XmlFault::forbidden},
    {"lower_case_cdata", "<xml><![cdata[x]]></xml>", XmlFault::forbidden},
    {"depth_17", nested(17), XmlFault::too_large},
    {"depth_10000", nested(10000), XmlFault::too_large},
    {"elements_65", many(65), XmlFault::too_large},
    {"long", "<xml>" + std::string(300 * 1024, 'x') + "</xml>", XmlFault::too_large},
    {"empty", "", XmlFault::broken},
    {"words", "hello", XmlFault::broken},
    {"cut", "<xml><A>1</A>", XmlFault::broken},
    {"open_cdata", "<xml><A><![CDATA[x</A></xml>", XmlFault::broken},
    {"wrong_end", "<xml><A>1</B></xml>", XmlFault::broken},
    {"two_roots", "<xml/><xml/>", XmlFault::broken},
    {"not_utf8", "<xml><A>\xFF</A></xml>", XmlFault::broken},
    {"nul", std::string{"<xml><A>1\0</A></xml>", 20}, XmlFault::broken},
    {"utf16", std::string{"\xFF\xFE<\0x\0/\0>\0", 10}, XmlFault::broken},
};

class XmlGate : public testing::TestWithParam<XmlCase> {};
TEST_P(XmlGate, Judges) {
  XmlDocument document;
  EXPECT_EQ(document.parse(GetParam().text), GetParam().fault);
  EXPECT_EQ(static_cast<bool>(document.root()), GetParam().fault == XmlFault::none);
}
INSTANTIATE_TEST_SUITE_P(Xml, XmlGate, testing::ValuesIn(kXml),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Xml, TextIsByteIdentical) {
  for (const char* text :
       {"", "]]>", "a]]>b]]>", "]]]]>>", "<xml>&amp;", "😀 𠮷 👨‍👩‍👧", "  \n x "}) {
    std::string xml = "<xml><A>";
    append_cdata(xml, text);
    XmlDocument document;
    ASSERT_EQ(document.parse(xml + "</A></xml>"), XmlFault::none) << text;
    EXPECT_EQ(xml_text(document.root().child("A")), text);
  }
}

TEST(Xml, CharacterReferencesCannotSmuggleBrokenText) {
  XmlDocument document;
  ASSERT_EQ(document.parse("<xml><A>a&#xD800;b&#1;c&#27700;&lt;</A></xml>"), XmlFault::none);
  const auto text = xml_text(document.root().child("A"));
  EXPECT_TRUE(is_utf8(text));
  EXPECT_NE(text.find("c水<"), std::string::npos);
  EXPECT_EQ(text.find('\1'), std::string::npos);
}

// ---- JSON
// ----------------------------------------------------------------------------------------

TEST(Json, OnlyBoundedObjectsPass) {
  EXPECT_TRUE(parse_json_object("{\"a\":\"水\"}"));
  const std::string deep = std::string(31, '[') + std::string(31, ']');
  EXPECT_TRUE(parse_json_object("{\"a\":" + deep + "}"));
  EXPECT_FALSE(parse_json_object("{\"a\":[" + deep + "]}"));
  EXPECT_FALSE(parse_json_object(std::string(100000, '[')));
  for (const char* bad : {"", "[]", "1", "{\"a\":", "{\"a\":1}x", "{'a':1}", "{\"a\":\"\xFF\"}"})
    EXPECT_FALSE(parse_json_object(bad)) << bad;
}

// ---- keys
// ----------------------------------------------------------------------------------------

TEST(DedupeKey, DifferentListsNeverShareOne) {
  const std::string long_part(300, 'x');
  const std::set<std::string> keys = {dedupe_key({"a", "b", "c"}),
                                      dedupe_key({"a", "bc"}),
                                      dedupe_key({"a|b", "c"}),
                                      dedupe_key({"a", "b|c"}),
                                      dedupe_key({"a", "b", "c", ""}),
                                      dedupe_key({"", "a", "b", "c"}),
                                      dedupe_key({"a", "B", "c"}),
                                      dedupe_key({"a", "水"}),
                                      dedupe_key({"a", "氷"}),
                                      dedupe_key({"a", long_part}),
                                      dedupe_key({"a", long_part + "y"}),
                                      dedupe_key({"a", "b", "c d"}),
                                      dedupe_key({"a", "b", "c\nd"})};
  EXPECT_EQ(keys.size(), 13u);
  for (const auto& key : keys) EXPECT_LE(key.size(), kMaxDedupeKey);
  EXPECT_EQ(dedupe_key({"a", "b"}), "a|b");
}

TEST(Digest, KnownAnswersAndConstantTimeComparison) {
  EXPECT_EQ(sha1_hex({"a", "bc"}), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha256_hex({"abc"}),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "abcd"));
  EXPECT_FALSE(equal_constant_time("", "")) << "an empty secret opens nothing";
}

TEST(PercentEncode, EscapesAllButUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~ &=+/水"), "aZ09-._~%20%26%3D%2B%2F%E6%B0%B4");
}

// ---- words
// ---------------------------------------------------------------------------------------

Notice notice_of(std::string title, std::string text) {
  Notice notice;
  notice.title = std::move(title);
  notice.text = std::move(text);
  return notice;
}

TEST(PlainText, TitleTextCommandsLink) {
  auto notice = notice_of("已登记", "生姜缺水，已转驻村干部。");
  notice.buttons = {{"催办", "催办 260323-0001"}, {"满意", "1"}};
  notice.link = "https://example.org/c/abc";
  EXPECT_EQ(plain_text(notice, 2048),
            "已登记\n生姜缺水，已转驻村干部。\n可回复：\n催办 260323-0001\n满意：1\n"
            "https://example.org/c/abc");
  notice.buttons = {{"Urge", "urge 260323-0001"}};
  EXPECT_NE(plain_text(notice, 2048).find("\nReply:\nUrge：urge 260323-0001"), std::string::npos);
}

TEST(PlainText, TitleIsNotSaidTwice) {
  EXPECT_EQ(plain_text(notice_of("已登记", "已登记 260323-0001"), 2048), "已登记 260323-0001");
  EXPECT_EQ(plain_text(notice_of("已登记", ""), 2048), "已登记");
}

TEST(PlainText, NeverEmptyNeverTooLongAlwaysWholeCharacters) {
  EXPECT_EQ(plain_text(notice_of("", " \n\x01"), 2048), "回音");
  for (std::size_t size = 2030; size < 2060; ++size) {
    auto notice = notice_of("", std::string(size % 4, 'x'));
    while (notice.text.size() < size) notice.text += "😀";
    const auto text = plain_text(notice, 2048);
    EXPECT_LE(text.size(), 2048u);
    EXPECT_TRUE(is_utf8(text));
    if (notice.text.size() > 2048) {
      EXPECT_TRUE(text.ends_with("…"));
    }
  }
}

TEST(PlainText, ALongTextLeavesCommandsAndLink) {
  auto notice = notice_of("", std::string(5000, 'x'));
  notice.buttons = {{"催办", "催办 260323-0001"}};
  notice.link = "https://example.org/c/abc";
  const auto text = plain_text(notice, 2048);
  EXPECT_EQ(text.size(), 2048u);
  EXPECT_TRUE(text.ends_with("…\n可回复：\n催办 260323-0001\nhttps://example.org/c/abc"));
}

TEST(PlainText, ManyCommandsDoNotPushTheLinkOut) {
  auto notice = notice_of("t", std::string(500, 'x'));
  for (int i = 0; i < 200; ++i) notice.buttons.push_back({"签收", "签收 260323-0001"});
  notice.link = "https://example.org/c/abc";
  const auto text = plain_text(notice, 600);
  EXPECT_LE(text.size(), 600u);
  EXPECT_TRUE(text.ends_with("\n签收 260323-0001\nhttps://example.org/c/abc"));
}

}  // namespace
}  // namespace huiyin
