#include "server/ops/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <stdexcept>

#include "server/ops/repeat_limit.h"

namespace huiyin {

namespace {

std::atomic<Log*> the_log{nullptr};

LogTime wall_clock() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

spdlog::sink_ptr open_sink(const LogConfig& config) {
  if (config.file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  try {
    return std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        config.file, config.rotate_megabytes * 1024 * 1024, config.rotate_files);
  } catch (const spdlog::spdlog_ex& error) {
    throw std::runtime_error{"log file " + config.file + " cannot be opened: " + error.what()};
  }
}

}  // namespace

struct Log::Output {
  explicit Output(const LogConfig& config)
      : pool{std::make_shared<spdlog::details::thread_pool>(config.queue, 1)},
        logger{std::make_shared<spdlog::async_logger>(
            "huiyin", open_sink(config), pool, spdlog::async_overflow_policy::overrun_oldest)} {
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    // Each line reaches the system at once: a crash loses none that was taken from the queue.
    logger->flush_on(spdlog::level::trace);
    logger->set_error_handler([this](const std::string&) { ++failures; });
  }
  // The pool first: its thread writes what waits, then ends.
  ~Output() { pool.reset(); }

  std::atomic<std::uint64_t> failures{0};
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

struct Log::Guarded {
  std::mutex mutex;
  RepeatLimit limit;
  std::chrono::steady_clock::time_point swept;
  std::uint64_t overruns_told = 0;
};

Log::Log(const LogConfig& config, SteadyNow now)
    : config_{config},
      now_{std::move(now)},
      guarded_{new Guarded{{}, RepeatLimit{config.repeat_per_second}, now_(), 0}},
      output_{std::make_unique<Output>(config_)} {}

Log::~Log() {
  for (const auto& [event, lines] : guarded_->limit.rest())
    write(LogLevel::warning, "log.repeated", {{"of", event}, {"lines", std::to_string(lines)}});
}

void Log::write(LogLevel level, std::string_view name, LogFields fields) {
  const std::string line = config_.json ? json_line(wall_clock(), level, name, fields)
                                        : text_line(wall_clock(), level, name, fields);
  output_->logger->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
}

// Under the lock.
void Log::tell_suppressed() {
  const auto now = now_();
  if (now - guarded_->swept < std::chrono::seconds{1}) return;
  guarded_->swept = now;
  for (const auto& [event, lines] : guarded_->limit.finished(now))
    write(LogLevel::warning, "log.repeated", {{"of", event}, {"lines", std::to_string(lines)}});
  const std::uint64_t lost = overruns() - guarded_->overruns_told;
  if (lost == 0) return;
  guarded_->overruns_told += lost;
  write(LogLevel::warning, "log.overrun", {{"lines", std::to_string(lost)}});
}

void Log::event(LogLevel level, std::string_view name, LogFields fields) {
  if (level < config_.level) return;
  const std::lock_guard lock{guarded_->mutex};
  tell_suppressed();
  if (guarded_->limit.admit(name, now_())) write(level, name, fields);
}

std::uint64_t Log::overruns() const { return output_->pool->overrun_counter(); }

std::uint64_t Log::write_failures() const { return output_->failures; }

void set_log(Log* log) { the_log = log; }

void log_event(LogLevel level, std::string_view name, LogFields fields) {
  if (Log* log = the_log.load()) return log->event(level, name, fields);
  const std::string line = text_line(wall_clock(), level, name, fields) + '\n';
  std::fputs(line.c_str(), stderr);
}

}  // namespace huiyin
