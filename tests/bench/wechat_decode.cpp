// CPU microseconds a WeChat message costs its handler: safe mode, 1 KiB of XML in, a reply out. One
// thread, no sockets.   bench_wechat_decode [messages]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/handlers/wechat_fixture.h"

namespace {

using namespace huiyin;
using namespace huiyin::wechat::test;

template <class Work>
void measure(const char* what, int times, Work work) {
  for (int i = 0; i < times / 10; ++i) work();  // warm up
  const auto begin = std::clock();  // CPU time: steadier than the wall's on a shared machine
  for (int i = 0; i < times; ++i) work();
  const double spent = 1e6 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::printf("%-28s %7.2f us\n", what, spent / times);
}

}  // namespace

int main(int argc, char** argv) {
  const int times = argc > 1 ? std::max(10, std::atoi(argv[1])) : 200'000;
  std::string words;
  while (text_xml(words).size() < 1024) words += "沟断了，生姜缺水。";

  int failures = 0;
  for (const char* mode : {"plain", "compatible", "safe"}) {
    const auto channel = wechat::make_channel(config(mode));
    const auto request = Push{.mode = mode, .body = text_xml(words)}.request();
    const auto decoded = channel->decode(request, kNow);
    const auto& message = std::get<std::vector<Message>>(decoded).front();
    Notice notice;
    notice.title = "已登记 260324-0001";
    notice.text = words.substr(0, 600);
    const std::array<unsigned char, 16> random{1, 2, 3};

    std::printf("%s\n", mode);
    measure("  decode 1 KiB", times,
            [&] { failures += channel->decode(request, kNow).index() != 0; });
    measure("  acknowledge with a reply", times, [&] {
      failures += channel->acknowledge(request, &message, &notice, kNow, random).status != 200;
    });
  }
  return failures ? 1 : 0;
}
