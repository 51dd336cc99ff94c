#include "server/ops/repeat_limit.h"

namespace huiyin {

namespace {
constexpr std::chrono::seconds kWindow{1};
}

bool RepeatLimit::admit(std::string_view event, Time now) {
  auto found = windows_.find(event);
  if (found == windows_.end())
    found = windows_.emplace(std::string{event}, Window{now, 0, 0}).first;
  Window& window = found->second;
  // A window that held lines back stays until finished() has said so.
  if (now - window.begin >= kWindow && window.suppressed == 0) window = Window{now, 0, 0};
  if (window.lines < per_second_) {
    ++window.lines;
    return true;
  }
  ++window.suppressed;
  return false;
}

std::vector<RepeatLimit::Suppressed> RepeatLimit::take(
    const std::function<bool(const Window&)>& over) {
  std::vector<Suppressed> said;
  for (auto window = windows_.begin(); window != windows_.end();) {
    if (!over(window->second)) {
      ++window;
      continue;
    }
    if (window->second.suppressed > 0) said.push_back({window->first, window->second.suppressed});
    window = windows_.erase(window);
  }
  return said;
}

std::vector<RepeatLimit::Suppressed> RepeatLimit::finished(Time now) {
  return take([now](const Window& window) { return now - window.begin >= kWindow; });
}

std::vector<RepeatLimit::Suppressed> RepeatLimit::rest() {
  return take([](const Window&) { return true; });
}

}  // namespace huiyin
