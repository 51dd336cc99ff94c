// Ids and case numbers out of blocks that are leased from the store; block sizes follow the load so
// that the sequence's row is not hot (DESIGN §6).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/cases/working_set.h"
#include "server/store/store.h"

namespace huiyin {

// Belongs to one worker thread. May throw store::Error when a new block is needed.
class LeasedSupply : public Supply {
 public:
  explicit LeasedSupply(store::Store& store) : store_{store} {}

  std::int64_t next_id() override;
  std::string next_number(Instant at) override;

  // Starts a batch: what was drawn before is used up.
  void begin();
  // The batch is decided again: the same ids and numbers come again, in the same order.
  void rewind();

 private:
  struct Block {
    std::int64_t next = 0, end = 0, size = 0;
    std::int64_t take(store::Store& store, const std::string& sequence, std::int64_t most);
  };
  store::Store& store_;
  Block ids_;
  std::map<std::string, Block> days_;
  std::vector<std::int64_t> drawn_ids_;
  std::vector<std::pair<std::string, std::string>> drawn_numbers_;  // day, number
  std::size_t id_at_ = 0, number_at_ = 0;
};

}  // namespace huiyin
