#include "server/pipeline/media_guard.h"

#include <gtest/gtest.h>

#include <vector>

namespace huiyin {
namespace {

struct Row {
  const char* url;
  MediaHost host;
};

TEST(MediaGuard, LetsOnlyThePlatformsHostsThrough) {
  const std::vector<std::string> hosts{".qpic.cn", "files.example.com"};
  const Row rows[] = {
      {"https://api.example.com/file?id=1", MediaHost::own},
      {"https://API.example.COM/file", MediaHost::own},
      {"https://api.example.com:443/file", MediaHost::own},
      {"http://api.example.com/file", MediaHost::refused},
      {"https://api.example.com:8443/file", MediaHost::refused},
      {"https://api.example.com.evil.com/", MediaHost::refused},
      {"https://mmbiz.qpic.cn/1", MediaHost::foreign},
      {"https://a.b.QPIC.cn/1", MediaHost::foreign},
      {"https://qpic.cn/1", MediaHost::foreign},
      {"https://files.example.com/1", MediaHost::foreign},
      {"https://a.files.example.com/1", MediaHost::foreign},
      {"https://evilqpic.cn/1", MediaHost::refused},
      {"https://evil-files.example.com/1", MediaHost::refused},
      {"https://qpic.cn.evil.com/1", MediaHost::refused},
      {"https://mmbiz.qpic.cn./1", MediaHost::refused},
      {"https://mmbiz.qpic.cn:22/1", MediaHost::refused},
      {"http://mmbiz.qpic.cn/1", MediaHost::refused},
      {"ftp://mmbiz.qpic.cn/1", MediaHost::refused},
      {"file:///etc/passwd", MediaHost::refused},
      {"https://user@mmbiz.qpic.cn/1", MediaHost::refused},
      {"https://evil.com/mmbiz.qpic.cn", MediaHost::refused},
      {"https://evil.com?.qpic.cn", MediaHost::refused},
      {"https://evil.com#.qpic.cn", MediaHost::refused},
      {"https://evil.com\\.qpic.cn/", MediaHost::refused},
      {"https://evil.com%2f.qpic.cn/", MediaHost::refused},
      {"https://127.0.0.1/", MediaHost::refused},
      {"https://[::1]/", MediaHost::refused},
      {"", MediaHost::refused},
  };
  for (const Row& row : rows)
    EXPECT_EQ(media_host(row.url, "https://api.example.com", hosts), row.host) << row.url;
}

TEST(MediaGuard, KnowsAPlayedPlatform) {
  const std::string base = "http://127.0.0.1:4711/wechat";
  EXPECT_EQ(media_host("http://127.0.0.1:4711/anything", base, {}), MediaHost::own);
  EXPECT_EQ(media_host("http://127.0.0.1:4712/wechat", base, {}), MediaHost::refused);
  EXPECT_EQ(media_host("https://127.0.0.1:4711/wechat", base, {}), MediaHost::refused);
  EXPECT_EQ(media_host("https://a.com/", "", {}), MediaHost::refused);
  const std::vector<std::string> nothing{"", "."};
  EXPECT_EQ(media_host("https://a.com/", base, nothing), MediaHost::refused);
}

}  // namespace
}  // namespace huiyin
