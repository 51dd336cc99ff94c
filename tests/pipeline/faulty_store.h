// The real store, failing on demand (leveldb's ErrorEnv): what follows a fault is the real thing.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "server/store/store.h"

namespace huiyin {

// What to do at the next saves and commits; shared by all stores of a rig.
struct Faults {
  std::atomic<int> save_retry{0};          // deadlock victim
  std::atomic<int> lost_before_commit{0};  // COMMIT never reached the server
  std::atomic<int> lost_after_commit{0};   // committed, the answer is missing
  std::atomic<int> unknowable{0};          // was_committed() finds the database away
  std::atomic<int> claim_unknown{0};       // claimed, the answer is missing
  std::atomic<int> results_unknown{0};     // results written, the answer is missing
  std::function<void()> before_commit;     // once, with the transaction open
  std::atomic<int> away{0};
  std::atomic<int> begun{0}, committed{0};
  std::atomic<int> loaded{0};                       // calls of Batch::load
  std::function<void(const store::Writes&)> saved;  // sees what is saved
  std::string poison;                               // a body with this in it can never be stored

  static bool take(std::atomic<int>& left) {
    int now = left.load();
    while (now > 0 && !left.compare_exchange_weak(now, now - 1)) {
    }
    return now > 0;
  }
};

// Wraps `real`; what Faults names differs.
std::unique_ptr<store::Store> make_faulty(std::unique_ptr<store::Store> real, Faults& faults);

}  // namespace huiyin
