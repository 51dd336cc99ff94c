#include "server/pipeline/runtime.h"

namespace huiyin {

RuntimePtr Current::get() const {
  std::lock_guard lock{mutex_};
  return current_;
}

RuntimePtr Current::adopt(DirectoryPtr directory) {
  // Making is slow (all place names); one thread does it while the others go on with the old one.
  std::lock_guard making{making_};
  const auto installed = get();
  if (installed && installed->directory->version() >= directory->version()) return installed;
  auto made = maker_(std::move(directory));
  std::lock_guard lock{mutex_};
  return current_ = std::move(made);
}

void Current::reload() {
  std::lock_guard making{making_};
  auto made = maker_(get()->directory);
  std::lock_guard lock{mutex_};
  current_ = std::move(made);
}

std::vector<std::string> sending_channels(const Channels& channels) {
  std::vector<std::string> names;
  for (const auto& [name, channel] : channels)
    if (!channel->pulled()) names.push_back(name);
  return names;
}

}  // namespace huiyin
