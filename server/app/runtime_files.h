// The files that can be exchanged while the server runs: texts, words, deadlines, holidays.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "server/intake/vocabulary.h"
#include "server/pipeline/render.h"
#include "server/pipeline/runtime.h"

namespace huiyin {

class RuntimeFiles {
 public:
  struct Loaded {
    std::shared_ptr<const Vocabulary> vocabulary;
    std::shared_ptr<const Policy> policy;
    std::shared_ptr<const Renderer> renderer;
  };
  using Load = std::function<Loaded()>;

  // Reads at once. Throws what `load` throws.
  explicit RuntimeFiles(Load load) : load_{std::move(load)}, loaded_{load_()} {}

  // Thread-safe. When reading throws, what was read before stays.
  void reload();
  // A runtime of these files for a directory, see Current::Maker.
  RuntimePtr make(const DirectoryPtr& directory) const;

 private:
  Load load_;
  mutable std::mutex mutex_;
  Loaded loaded_;
};

}  // namespace huiyin
