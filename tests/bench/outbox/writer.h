// Writes notices as a batch of the inbox does, without its rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/pipeline/outbox.h"
#include "server/store/store.h"
#include "tests/bench/outbox/platform.h"

namespace huiyin::bench {

class Writer {
 public:
  // Makes `people` new persons with an account each. `store` is migrated. One thread.
  Writer(store::Store& store, std::size_t people);

  // One commit: a notice to each of the next `n` people, in turn. `left_due`: they are left to be
  // claimed, as those to people whom nobody wrote to for half a minute.
  void write(Outbox& outbox, std::size_t n, bool left_due);

  // When each notice was committed.
  const std::map<std::int64_t, Steady::time_point>& committed() const { return committed_; }
  void forget() { committed_.clear(); }

 private:
  store::Store& store_;
  std::int64_t first_ = 0;  // person; the account is the next id
  std::size_t people_, next_ = 0;
  std::map<std::int64_t, Steady::time_point> committed_;
};

}  // namespace huiyin::bench
