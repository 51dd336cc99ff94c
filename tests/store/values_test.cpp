// The small pure parts: URL, error tables, packed content, clipping.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "server/store/connection.h"
#include "server/store/content.h"
#include "server/store/url.h"
#include "server/store/utf8.h"

namespace huiyin::store {
namespace {

struct UrlCase {
  const char* label;
  const char* text;
  const char* user;
  const char* password;
  const char* host;
  int port;
  const char* database;
  const char* socket = "";
  bool tls = false;
};
class ParseUrl : public testing::TestWithParam<UrlCase> {};
TEST_P(ParseUrl, Mysql) {
  const auto& c = GetParam();
  const auto url = parse_url(c.text);
  EXPECT_EQ(url.engine, Url::mysql);
  EXPECT_EQ(url.user, c.user);
  EXPECT_EQ(url.password, c.password);
  EXPECT_EQ(url.host, c.host);
  EXPECT_EQ(url.port, c.port);
  EXPECT_EQ(url.database, c.database);
  EXPECT_EQ(url.socket, c.socket);
  EXPECT_EQ(url.tls, c.tls);
}
INSTANTIATE_TEST_SUITE_P(
    Store, ParseUrl,
    testing::Values(
        UrlCase{"plain", "mysql://u:p@db.local:3307/huiyin", "u", "p", "db.local", 3307, "huiyin"},
        UrlCase{"default_port", "mysql://u:p@db/h", "u", "p", "db", 3306, "h"},
        UrlCase{"no_password", "mysql://u@db/h", "u", "", "db", 3306, "h"},
        UrlCase{"encoded", "mysql://u%40x:p%2F%3a@db/h", "u@x", "p/:", "db", 3306, "h"},
        UrlCase{"raw_at_in_password", "mysql://u:p@ss/w@db/h", "u", "p@ss/w", "db", 3306, "h"},
        UrlCase{"ipv6", "mysql://u:p@[::1]:3307/h", "u", "p", "::1", 3307, "h"},
        UrlCase{"socket", "mysql://u:p@localhost/h?socket=/run/my%20sql.sock", "u", "p",
                "localhost", 3306, "h", "/run/my sql.sock"},
        UrlCase{"tls", "mysql://u:p@db/h?tls=on", "u", "p", "db", 3306, "h", "", true},
        UrlCase{"ca", "mysql://u:p@db/h?ca=/etc/ca.pem", "u", "p", "db", 3306, "h", "", true}),
    [](const auto& info) { return std::string{info.param.label}; });

TEST(ParseUrl, Sqlite) {
  EXPECT_EQ(parse_url("sqlite:var/huiyin.db").path, "var/huiyin.db");
  EXPECT_EQ(parse_url("sqlite:/a b/c?d").path, "/a b/c?d");
}

TEST(ParseUrl, RefusedWithoutRepeatingSecrets) {
  for (const char* text :
       {"", "huiyin.db", "postgres://u:geheim@h/d", "sqlite:", "mysql://geheim", "mysql://:p@h/d",
        "mysql://u:geheim@/d", "mysql://u:geheim@h", "mysql://u:geheim@h/",
        "mysql://u:geheim@h:x/d", "mysql://u:geheim@h:0/d", "mysql://u:geheim@h:70000/d",
        "mysql://u:geheim@h:33x/d", "mysql://u:geheim%2@h/d", "mysql://u:geheim%zz@h/d",
        "mysql://u:geheim@[::1/d", "mysql://u:geheim@[::1]x/d", "mysql://u:geheim@h/d?sockt=/x",
        "mysql://u:geheim@h/d?tls=maybe"}) {
    try {
      parse_url(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const std::invalid_argument& error) {
      const std::string what = error.what();
      EXPECT_EQ(what.find("geheim"), what.npos) << what;
      EXPECT_NE(what.find("store url: "), what.npos) << what;
    }
  }
}

TEST(Troubles, MysqlTable) {
  const struct {
    Trouble trouble;
    std::vector<int> codes;
  } kTable[] = {
      {Trouble::retry, {1213, 1205, 1412, 1615, 8002, 8005, 8022, 8028, 9007}},
      {Trouble::lost, {2006, 2013, 2055, 1053, 1927}},
      {Trouble::away, {1290, 1836, 1047, 3100, 2002, 2003, 1040, 1203, 1226}},
      {Trouble::duplicate, {1062}},
      {Trouble::poison, {1406, 1366, 3988, 1264}},
      {Trouble::full, {1114, 1021}},
      {Trouble::broken, {1045, 1146, 1054, 1064, 1049}},
  };
  for (const auto& row : kTable)
    for (const int code : row.codes)
      EXPECT_EQ(mysql_trouble(code, "HY000", ""), row.trouble) << code;
  EXPECT_EQ(mysql_trouble(9999, "40001", ""), Trouble::retry);
  EXPECT_EQ(mysql_trouble(1030, "HY000", "Got error 28 \"No space left\" from storage engine"),
            Trouble::full);
  EXPECT_EQ(mysql_trouble(1030, "HY000", "Got error 5 from storage engine"), Trouble::away);
  EXPECT_EQ(mysql_trouble(1026, "HY000", "Error writing file './binlog' (errno: 28 \"No space\")"),
            Trouble::full);
}

TEST(Troubles, SqliteTable) {
  const std::pair<int, Trouble> kTable[] = {
      {SQLITE_BUSY, Trouble::retry},
      {SQLITE_BUSY_SNAPSHOT, Trouble::retry},
      {SQLITE_LOCKED, Trouble::retry},
      {SQLITE_FULL, Trouble::full},
      {SQLITE_IOERR_WRITE, Trouble::full},
      {SQLITE_CONSTRAINT_UNIQUE, Trouble::duplicate},
      {SQLITE_CONSTRAINT_PRIMARYKEY, Trouble::duplicate},
      {SQLITE_CONSTRAINT_CHECK, Trouble::poison},
      {SQLITE_TOOBIG, Trouble::poison},
      {SQLITE_READONLY, Trouble::away},
      {SQLITE_CANTOPEN, Trouble::away},
      {SQLITE_CORRUPT, Trouble::broken},
      {SQLITE_ERROR, Trouble::broken},
  };
  for (const auto& [code, trouble] : kTable) EXPECT_EQ(sqlite_trouble(code), trouble) << code;
}

TEST(Content, ComesBack) {
  Notice notice;
  notice.buttons = {{"a", "b"}, {"", ""}, {"t\tn\nb\\", "\\t\\n\\\\"}};
  notice.link = "https://x/\\n";
  notice.fields = {{"a", ""}, {"", "b"}, {"f\t", "g\n"}};
  Notice back;
  decode_content(encode_content(notice), back);
  EXPECT_EQ(back.buttons, notice.buttons);
  EXPECT_EQ(back.link, notice.link);
  EXPECT_EQ(back.fields, notice.fields);
  EXPECT_EQ(encode_content(Notice{}), "");
}

TEST(Content, UnknownAndBrokenLinesAreSkipped) {
  Notice notice;
  decode_content("z\tnew\nb\tonly label\nl\thttps://x\n\nf\ta\tb\tc\nb\tl\tc", notice);
  EXPECT_EQ(notice.link, "https://x");
  ASSERT_EQ(notice.buttons.size(), 1u);
  EXPECT_EQ(notice.buttons[0], (Button{"l", "c"}));
  EXPECT_TRUE(notice.fields.empty());
}

TEST(Lists, ComeBack) {
  for (const std::vector<std::string>& list :
       {std::vector<std::string>{}, {"a"}, {"a", "b"}, {"a|b", "c\\"}, {"", ""}, {"\\|", "", "x"}})
    EXPECT_EQ(split_list(join_list(list)), list);
  EXPECT_EQ(split_list("溪东|村头"), (std::vector<std::string>{"溪东", "村头"}));
}

TEST(Utf8, Clip) {
  EXPECT_EQ(clip("abc", 2), "ab");
  EXPECT_EQ(clip("😀𠮷x", 2), "😀𠮷");
  EXPECT_EQ(clip("a\xff\xc3(", 9), std::string{"a?"} + "?(");
  EXPECT_EQ(clip("\xed\xa0\x80", 9), std::string(3, 0x3f));  // a surrogate
  EXPECT_EQ(clip("ab  ", 9), "ab__");
}

TEST(Utf8, Valid) {
  for (const char* good : {"", "plain ascii, long enough", "石璜镇楼家村", "😀 𠮷 مرحبا"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\xff", "12345678\x80", "\xc0\xaf", "\xe4\xb8", "\xf4\x90\x80\x80",
                          "\xed\xbf\xbf", "\xf0\x80\x80\x80"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace huiyin::store
