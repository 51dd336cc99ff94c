#include "server/app/observe.h"

#include <iostream>
#include <mutex>
#include <sstream>

namespace huiyin {

struct Observer::Parts {
  std::mutex mutex;
};

Observer::Observer(const LogConfig&) : parts_{std::make_unique<Parts>()} {}
Observer::~Observer() = default;

ServeOps Observer::ops() {
  return {*this, [] { return std::string{"huiyin_up 1\n"}; }, [](const store::Counts&) {},
          [](const net::ServerCounters&) {}, [this] { return received_.load(); }};
}

void Observer::event(Severity, std::string_view name, Fields fields) {
  std::ostringstream line;
  line << name;
  for (const auto& [key, value] : fields) line << " " << key << "=" << value;
  const std::lock_guard lock{parts_->mutex};
  std::cerr << line.str() << std::endl;
}
void Observer::received(std::string_view, std::string_view) { ++received_; }
void Observer::refused(std::string_view, std::string_view) {}
void Observer::committed(std::size_t, int, std::chrono::microseconds) {}
void Observer::duplicate(std::string_view) {}
void Observer::quarantined(std::string_view) {}
void Observer::sent(std::string_view, std::string_view) {}

}  // namespace huiyin
