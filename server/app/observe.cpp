#include "server/app/observe.h"

#include <utility>

namespace huiyin {
namespace {

LogLevel level_of(Severity severity) {
  switch (severity) {
    case Severity::info:
      return LogLevel::info;
    case Severity::warning:
      return LogLevel::warning;
    case Severity::error:
      break;
  }
  return LogLevel::error;
}

}  // namespace

Observer::Observer(const LogConfig& config) : log_{config} { set_log(&log_); }
Observer::~Observer() { set_log(nullptr); }

ServeOps Observer::ops() {
  return {.monitor = *this,
          .metrics = [this] { return expose(); },
          .counted = [this](const store::Counts& counts, Instant now) { counted(counts, now); },
          .sampled = [this](const net::ServerCounters& counters,
                            std::size_t waiting) { sample(counters, waiting); },
          .received = [this] { return metrics_.received_total(); }};
}

std::string Observer::expose() {
  metrics_.set_log(log_.overruns(), log_.write_failures());
  return metrics_.expose();
}

void Observer::counted(const store::Counts& counts, Instant now) {
  metrics_.set_stored({counts.notices_due, counts.notices_held, counts.notices_dead,
                       counts.quarantined, counts.open_cases});
  std::map<std::string, Metrics::Pending> pending;
  for (const auto& [channel, waiting] : counts.pending)
    pending[channel] = {waiting.notices, now - waiting.oldest};
  metrics_.set_pending(pending);
}

void Observer::sample(const net::ServerCounters& counters, std::size_t waiting) {
  metrics_.set_waiting(waiting);
  metrics_.set_connections({.open = counters.open,
                            .accepted = counters.accepted,
                            .requests = counters.requests,
                            .refused_framing = counters.refused_framing,
                            .refused_limit = counters.refused_limit,
                            .timeouts = counters.timeouts,
                            .accept_errors = counters.accept_errors,
                            .handler_timeouts = counters.handler_timeouts});
}

void Observer::event(Severity severity, std::string_view name, Fields fields) {
  log_.event(level_of(severity), name, fields);
}
void Observer::received(std::string_view channel, std::string_view kind) {
  metrics_.received(channel, kind);
}
void Observer::refused(std::string_view channel, std::string_view reason) {
  metrics_.refused(channel, reason);
}
void Observer::committed(std::size_t inputs, int attempts, std::chrono::microseconds took) {
  metrics_.committed(inputs, attempts, took);
}
void Observer::duplicate(std::string_view channel) { metrics_.duplicate(channel); }
void Observer::quarantined(std::string_view channel) { metrics_.quarantined(channel); }
void Observer::sent(std::string_view channel, std::string_view outcome) {
  metrics_.sent(channel, outcome);
}
void Observer::retrying(std::string_view channel) { metrics_.retrying(channel); }
void Observer::breaker(std::string_view channel, bool open) { metrics_.breaker(channel, open); }
void Observer::echo_owed(std::string_view channel) { metrics_.echo_owed(channel); }
void Observer::echo_delivered(std::string_view channel, bool in_time) {
  metrics_.echo_delivered(channel, in_time);
}
void Observer::media(std::string_view channel, std::string_view outcome) {
  metrics_.media(channel, outcome);
}

}  // namespace huiyin
