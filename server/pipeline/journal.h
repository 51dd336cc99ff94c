// Crash journal (DESIGN §1a "Poison that kills the process"): what a worker has in its hands is on
// local disk while it decides. After a crash those inputs are suspects: they run alone, and one
// that was in flight in too many crashes is set aside.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "server/store/store.h"

namespace huiyin {

struct InFlight {
  store::InboundKey key;
  std::string raw;
};

// Thread-safe. One object a process; the directory belongs to one process at a time.
class Journal {
 public:
  static constexpr int kMostCrashes = 5;

  // Reads what an earlier process left behind. Empty directory name: keeps nothing. Throws
  // std::runtime_error when the directory cannot be used.
  Journal(const std::string& directory, unsigned workers);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // A disk that is full or gone must not stop the inbox: failures are counted, not thrown.
  void begin(unsigned worker, std::span<const InFlight> inputs);
  void end(unsigned worker);

  // In how many crashes the input was in flight.
  int crashes(const store::InboundKey& key) const;
  void clear(const store::InboundKey& key);  // it went well, or was set aside
  bool any_suspects() const;

 private:
  void save_suspects();

  std::string directory_;
  std::vector<int> files_;
  mutable std::mutex mutex_;
  std::map<store::InboundKey, int> suspects_;
};

}  // namespace huiyin
