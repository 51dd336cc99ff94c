// What the pipeline and the shell tell, into log and metrics.
#pragma once

#include "server/app/serve.h"
#include "server/ops/config.h"
#include "server/ops/log.h"
#include "server/ops/metrics.h"

namespace huiyin {

class Observer : public Monitor {
 public:
  // Throws std::runtime_error when the log's file cannot be opened.
  explicit Observer(const LogConfig& config);
  ~Observer() override;

  ServeOps ops();  // refers to this

  void event(Severity severity, std::string_view name, Fields fields) override;
  void received(std::string_view channel, std::string_view kind) override;
  void refused(std::string_view channel, std::string_view reason) override;
  void committed(std::size_t inputs, int attempts, std::chrono::microseconds took) override;
  void duplicate(std::string_view channel) override;
  void quarantined(std::string_view channel) override;
  void sent(std::string_view channel, std::string_view outcome) override;
  void retrying(std::string_view channel) override;
  void breaker(std::string_view channel, bool open) override;
  void echo_owed(std::string_view channel) override;
  void echo_delivered(std::string_view channel, bool in_time) override;
  void media(std::string_view channel, std::string_view outcome) override;

 private:
  std::string expose();
  void counted(const store::Counts& counts, Instant now);
  void sample(const net::ServerCounters& counters, std::size_t waiting);

  Log log_;
  Metrics metrics_;
};

}  // namespace huiyin
