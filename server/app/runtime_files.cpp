#include "server/app/runtime_files.h"

#include <utility>

namespace huiyin {

void RuntimeFiles::reload() {
  Loaded fresh = load_();
  const std::lock_guard lock{mutex_};
  loaded_ = std::move(fresh);
}

RuntimePtr RuntimeFiles::make(const DirectoryPtr& directory) const {
  Loaded from;
  {
    const std::lock_guard lock{mutex_};
    from = loaded_;
  }
  auto made = std::make_shared<Runtime>();
  made->directory = directory;
  made->understanding = make_understanding(*from.vocabulary, *directory);
  made->policy = from.policy;
  made->renderer = from.renderer;
  return made;
}

}  // namespace huiyin
