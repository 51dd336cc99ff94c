// Lines that show a file of a case, and kinds that may change.
#include "handlers/card_parts.h"

#include <gtest/gtest.h>

namespace huiyin {
namespace {

#define TOKEN "12.1774314600.0123456789abcdef0123456789abcdef"

std::string shown(std::string_view line) {
  const auto file = read_file_line(line);
  return file ? std::string{file->words} + "|" + std::string{file->host} + "|" +
                    std::string{file->address}
              : "";
}

TEST(CardParts, FileLines) {
  struct Row {
    const char *line, *expected;
  };
  const Row rows[] = {
      {"照片：https://a.example/m/" TOKEN, "照片：|a.example|https://a.example/m/" TOKEN},
      {"Photo: http://127.0.0.1:8080/m/" TOKEN,
       "Photo: |127.0.0.1:8080|http://127.0.0.1:8080/m/" TOKEN},
      {"https://a.example/base/m/" TOKEN, "|a.example|https://a.example/base/m/" TOKEN},
      {"", ""},
      {"沟断了", ""},
      {"照片：https://a.example/m/" TOKEN " 看", ""},
      {"照片：https://a.example/m/12.1774314600.0123", ""},
      {"照片：https://a.example/m/12.x.0123456789abcdef0123456789abcdef", ""},
      {"照片：https://a.example/m/12.0123456789abcdef0123456789abcdef", ""},
      {"照片：https://a.example/x/" TOKEN, ""},
      {"照片：https:///m/" TOKEN, ""},
      {"照片：https://a@b.example/m/" TOKEN, ""},
      {"照片：https://a.example)](x/m/" TOKEN, ""},
      {"照片：https://水.example/m/" TOKEN, ""},
      {"照片：ftp://a.example/m/" TOKEN, ""},
  };
  for (const auto& row : rows) EXPECT_EQ(shown(row.line), row.expected) << row.line;
  EXPECT_EQ(shown("https://" + std::string(600, 'a') + "/m/" TOKEN), "");
}

TEST(CardParts, KindsThatMayChange) {
  for (const char* kind : {"card", "reopened", "returned"}) EXPECT_TRUE(is_card_kind(kind)) << kind;
  for (const char* kind : {"done", "closed", "supplement", ""})
    EXPECT_FALSE(is_card_kind(kind)) << kind;
}

}  // namespace
}  // namespace huiyin
