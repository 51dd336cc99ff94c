// What the pipeline and the shell tell, into log and metrics.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "server/app/serve.h"
#include "server/ops/config.h"

namespace huiyin {

class Observer : public Monitor {
 public:
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

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::atomic<std::uint64_t> received_{0};
};

}  // namespace huiyin
