// What can be exchanged while the server runs: directory, words, texts, policy. Immutable pieces in
// one shared pointer; a batch keeps the one it began with.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>

#include "handlers/channel.h"
#include "server/cases/directory.h"
#include "server/desk/decide.h"
#include "server/intake/meaning.h"

namespace huiyin {

class Renderer;

using Decide = std::function<std::variant<Decision, Need>(
    const Input&, const WorkingSet&, const Directory&, const Policy&, Supply&)>;

struct Runtime {
  DirectoryPtr directory;
  std::shared_ptr<const Understanding> understanding;  // made for that directory
  std::shared_ptr<const Policy> policy;
  std::shared_ptr<const Renderer> renderer;
  Decide rules = decide;
};
using RuntimePtr = std::shared_ptr<const Runtime>;

// Thread-safe holder.
class Current {
 public:
  // Makes a runtime for a directory; called again for each new directory version and on SIGHUP.
  using Maker = std::function<RuntimePtr(DirectoryPtr)>;
  explicit Current(Maker maker) : maker_{std::move(maker)} {}

  RuntimePtr get() const;
  // Installs `directory` unless a newer one is there; returns what is installed then.
  RuntimePtr adopt(DirectoryPtr directory);
  // Reads words, texts and policy again. Throws what the maker throws; the old ones stay.
  void reload();

 private:
  Maker maker_;
  mutable std::mutex mutex_;  // guards current_ only
  std::mutex making_;
  RuntimePtr current_;
};

// Open channels by configured name. Filled at start, then read-only.
using Channels = std::map<std::string, std::unique_ptr<Channel>, std::less<>>;
// Names of those that send: all that are not pulled.
std::vector<std::string> sending_channels(const Channels& channels);

}  // namespace huiyin
