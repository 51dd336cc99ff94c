// Where lines go: stderr or a rotated file, written by a thread of its own. Who logs never waits
// for the disk; when too many lines wait, the oldest are dropped and counted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/ops/log_line.h"

namespace huiyin {

struct LogConfig {
  LogLevel level = LogLevel::info;
  bool json = false;                   // format = "json" | "text"
  std::string file;                    // empty: stderr
  std::size_t rotate_megabytes = 50;   // a file is closed at this size
  std::size_t rotate_files = 10;       // and so many old ones are kept
  std::size_t repeat_per_second = 20;  // lines of one event; more are counted, not written
  std::size_t queue = 8192;            // lines waiting for the disk; beyond: oldest are dropped
};

// Thread-safe.
class Log {
 public:
  // For the rate of repeated lines; tests give their own.
  using SteadyNow = std::function<std::chrono::steady_clock::time_point()>;

  // Throws std::runtime_error that names the file when it cannot be opened.
  explicit Log(const LogConfig& config, SteadyNow now = std::chrono::steady_clock::now);
  ~Log();  // writes what waits
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void event(LogLevel level, std::string_view name, LogFields fields);
  std::uint64_t overruns() const;        // lines dropped since the start
  std::uint64_t write_failures() const;  // lines that the disk refused

 private:
  struct Output;
  void write(LogLevel level, std::string_view name, LogFields fields);
  void tell_suppressed();

  const LogConfig config_;
  const SteadyNow now_;
  struct Guarded;
  std::unique_ptr<Guarded> guarded_;
  std::unique_ptr<Output> output_;
};

// The program's log; nullptr (the default) prints text lines to stderr. `log` must outlive its use:
// set nullptr before it ends.
void set_log(Log* log);
void log_event(LogLevel level, std::string_view name, LogFields fields = {});

}  // namespace huiyin
