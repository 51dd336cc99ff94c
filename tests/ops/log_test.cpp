#include "server/ops/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include "server/ops/repeat_limit.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const LogTime kTime{std::chrono::sys_days{2026y / 3 / 26} + 1h + 10min + 7ms + 999us};

struct EscapeCase {
  const char* label;
  std::string text, escaped;
};
const EscapeCase kEscapes[] = {
    {"plain", "inbox-1", "inbox-1"},
    {"chinese", "石璜镇", "石璜镇"},
    {"emoji", "😀", "😀"},
    {"quote", "a\"b\\c", "a\\\"b\\\\c"},
    {"new_line", "a\nlevel=error", "a\\nlevel=error"},
    {"return_and_tab", "\r\t", "\\r\\t"},
    {"nul", std::string{"a\0b", 3}, "a\\u0000b"},
    {"escape_sequence", "\x1b[2J", "\\u001b[2J"},
    {"delete", "\x7f", "\\u007f"},
    {"c1_control",
     "\xC2\x9B"
     "31m",
     "\\u009b31m"},
    {"line_separator", "a\u2028b\u2029c", "a\\u2028b\\u2029c"},
    {"right_to_left", "a\u202Eb\u2066c\u200Fd", "a\\u202eb\\u2066c\\u200fd"},
    {"byte_order_mark", "\uFEFFx", "\\ufeffx"},
    {"lone_continuation", "a\x80z", "a\uFFFDz"},
    {"cut_character", "a\xE7\x9F", "a\uFFFD\uFFFD"},
    {"overlong", "\xC0\xAF", "\uFFFD\uFFFD"},
    {"overlong_three", "\xE0\x80\x8A", "\uFFFD\uFFFD\uFFFD"},
    {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
    {"beyond_unicode", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"highest", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
    {"long", std::string(5000, 'x'), std::string(1024, 'x') + "..."},
};
class Escape : public testing::TestWithParam<EscapeCase> {};
TEST_P(Escape, ForLog) { EXPECT_EQ(escape_for_log(GetParam().text), GetParam().escaped); }
INSTANTIATE_TEST_SUITE_P(Log, Escape, testing::ValuesIn(kEscapes),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(LogLine, Json) {
  EXPECT_EQ(json_line(kTime, LogLevel::warning, "auth.reject",
                      {{"channel", "wechat"}, {"reason", "a\"\n\u2028"}}),
            R"({"time":"2026-03-26T01:10:00.007Z","level":"warning","event":"auth.reject",)"
            R"("channel":"wechat","reason":"a\"\n\u2028"})");
}

TEST(LogLine, Text) {
  EXPECT_EQ(text_line(kTime, LogLevel::info, "inbox.committed", {{"inputs", "3"}}),
            "2026-03-26T01:10:00.007Z info inbox.committed inputs=3");
  EXPECT_EQ(text_line(kTime, LogLevel::error, "x", {{"a", "b c=d"}, {"e", ""}, {"f", "\n"}}),
            "2026-03-26T01:10:00.007Z error x a=\"b c=d\" e=\"\" f=\"\\n\"");
}

TEST(LogLine, IsOneLineWhateverIsInIt) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  for (const std::string& line : {json_line(kTime, LogLevel::info, all, {{"a", all}}),
                                  text_line(kTime, LogLevel::info, all, {{"a", all}})})
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

// ---- repeated lines -----------------------------------------------------------------------------

constexpr RepeatLimit::Time kStart{std::chrono::hours{100}};

TEST(RepeatLimit, LetsSoManyOfAnEventThroughInASecond) {
  RepeatLimit limit{3};
  std::vector<bool> admitted;
  for (int i = 0; i < 5; ++i) admitted.push_back(limit.admit("a", kStart + i * 10ms));
  EXPECT_THAT(admitted, ElementsAre(true, true, true, false, false));
  EXPECT_TRUE(limit.admit("b", kStart + 60ms)) << "another event has its own";
  EXPECT_TRUE(limit.finished(kStart + 999ms).empty()) << "its second is not over";

  const auto said = limit.finished(kStart + 1s);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].event, "a");
  EXPECT_EQ(said[0].lines, 2U);
  EXPECT_TRUE(limit.finished(kStart + 5s).empty()) << "said once";
  EXPECT_TRUE(limit.admit("a", kStart + 5s));
}

TEST(RepeatLimit, ANewSecondBeginsByItselfWhenNothingWasHeldBack) {
  RepeatLimit limit{1};
  EXPECT_TRUE(limit.admit("a", kStart));
  EXPECT_TRUE(limit.admit("a", kStart + 1s));
  EXPECT_FALSE(limit.admit("a", kStart + 1500ms));
  EXPECT_FALSE(limit.admit("a", kStart + 2s)) << "what was held back is told first";
  EXPECT_EQ(limit.rest().at(0).lines, 2U);
  EXPECT_TRUE(limit.rest().empty());
}

// ---- the log itself -----------------------------------------------------------------------------

class LogFile : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("huiyin-log-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
    config_.file = (directory_ / "huiyin.log").string();
    config_.repeat_per_second = 1'000'000;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::vector<std::string> lines() const {
    std::ifstream file{config_.file};
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);)
      all.push_back(line.substr(line.find(' ') + 1));  // without the time
    return all;
  }

  std::filesystem::path directory_;
  LogConfig config_;
};

TEST_F(LogFile, HoldsWhatWasLoggedFromTheLevelOn) {
  {
    Log log{config_};
    log.event(LogLevel::debug, "a.debug", {});
    log.event(LogLevel::info, "a.info", {{"id", "7"}});
    log.event(LogLevel::error, "an.error", {});
  }
  EXPECT_THAT(lines(), ElementsAre("info a.info id=7", "error an.error"));
}

TEST_F(LogFile, JsonLines) {
  config_.json = true;
  { Log{config_}.event(LogLevel::info, "a", {{"k", "v"}}); }
  std::ifstream file{config_.file};
  std::string line;
  std::getline(file, line);
  EXPECT_TRUE(line.starts_with(R"({"time":"20)")) << line;
  EXPECT_TRUE(line.ends_with(R"("level":"info","event":"a","k":"v"})")) << line;
}

TEST_F(LogFile, RepeatedLinesAreSummarised) {
  config_.repeat_per_second = 2;
  auto now = kStart;
  {
    Log log{config_, [&now] { return now; }};
    for (int i = 0; i < 10; ++i) log.event(LogLevel::warning, "auth.reject", {});
    log.event(LogLevel::info, "other", {});
    now += 1s;
    log.event(LogLevel::info, "other", {});
    for (int i = 0; i < 3; ++i) log.event(LogLevel::warning, "auth.reject", {});
  }
  EXPECT_THAT(lines(), ElementsAre("warning auth.reject", "warning auth.reject", "info other",
                                   "warning log.repeated of=auth.reject lines=8", "info other",
                                   "warning auth.reject", "warning auth.reject",
                                   "warning log.repeated of=auth.reject lines=1"));
}

TEST_F(LogFile, EveryLineIsWrittenOrCountedAsDropped) {
  config_.queue = 64;
  constexpr int kThreads = 4, kEach = 2000;
  std::uint64_t dropped = 0;
  {
    Log log{config_, [] { return kStart; }};
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&log] {
        for (int i = 0; i < kEach; ++i) log.event(LogLevel::info, "line", {{"text", "x y"}});
      });
    threads.clear();
    dropped = log.overruns();
  }
  const auto written = lines();
  EXPECT_EQ(written.size() + dropped, static_cast<std::size_t>(kThreads * kEach));
  for (const std::string& line : written) ASSERT_EQ(line, "info line text=\"x y\"");
}

// A reader that does not read stands for a disk that hangs.
TEST_F(LogFile, NobodyWaitsForADiskThatHangs) {
  ASSERT_EQ(::mkfifo(config_.file.c_str(), 0600), 0);
  const int reader = ::open(config_.file.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  config_.queue = 64;
  std::jthread drain;
  {
    Log log{config_, [] { return kStart; }};
    const std::string text(500, 'x');
    auto logging = std::async(std::launch::async, [&] {
      for (int i = 0; i < 2000; ++i) log.event(LogLevel::info, "line", {{"text", text}});
    });
    EXPECT_EQ(logging.wait_for(5s), std::future_status::ready);
    EXPECT_GT(log.overruns(), 0U);
    ::fcntl(reader, F_SETFL, 0);
    drain = std::jthread{[reader] {
      std::array<char, 4096> part;
      while (::read(reader, part.data(), part.size()) > 0) {
      }
    }};
  }
  drain.join();
  ::close(reader);
}

TEST_F(LogFile, IsRotatedAndOldOnesAreKept) {
  config_.rotate_megabytes = 1;
  config_.rotate_files = 2;
  config_.queue = 8192;
  {
    Log log{config_};
    const std::string text(1000, 'x');
    for (int i = 0; i < 5000; ++i) log.event(LogLevel::info, "line", {{"text", text}});
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{directory_}) {
    ++files;
    EXPECT_LE(entry.file_size(), 1024U * 1024U);
  }
  EXPECT_EQ(files, 3U);
}

TEST_F(LogFile, ThatCannotBeOpenedIsNamed) {
  config_.file = "/proc/nowhere/huiyin.log";
  try {
    Log log{config_};
    FAIL() << "opened";
  } catch (const std::runtime_error& error) {
    EXPECT_TRUE(std::string{error.what()}.starts_with(
        "log file /proc/nowhere/huiyin.log cannot be opened: "))
        << error.what();
  }
}

TEST_F(LogFile, AFullDiskIsCountedAndNobodyWaits) {
  config_.file = "/dev/full";
  Log log{config_};
  const std::string text(800, 'x');
  for (int i = 0; i < 50; ++i) log.event(LogLevel::info, "line", {{"text", text}});
  for (int i = 0; i < 1000 && log.write_failures() == 0; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_GT(log.write_failures(), 0U);
}

TEST_F(LogFile, IsTheProgramsLogWhenSet) {
  {
    Log log{config_};
    set_log(&log);
    log_event(LogLevel::info, "server.ready", {{"port", "8080"}});
    log_event(LogLevel::info, "server.stopped");
    set_log(nullptr);
  }
  EXPECT_THAT(lines(), ElementsAre("info server.ready port=8080", "info server.stopped"));
  testing::internal::CaptureStderr();
  log_event(LogLevel::error, "no.log", {{"a", "\n"}});
  EXPECT_TRUE(testing::internal::GetCapturedStderr().ends_with(" error no.log a=\"\\n\"\n"));
}

}  // namespace
}  // namespace huiyin
