// Ids and case numbers out of blocks that are leased from the store; block sizes follow the load so
// that the sequence's row is not hot (DESIGN §6).
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "server/cases/working_set.h"
#include "server/store/store.h"

namespace huiyin {

// About 39 random bits, of the form of Supply::next_code; for the command line too.
std::string fresh_bind_code();

// Belongs to one worker thread. Leasing is a transaction of its own, so it happens before the batch
// begins (reserve), never while one is open on the same connection.
class LeasedSupply : public Supply {
 public:
  // Thrown while deciding when the reserve was too small: roll back, grow(), begin again.
  struct Short : std::runtime_error {
    Short() : std::runtime_error{"not enough ids reserved"} {}
  };

  // Starts a batch: what was drawn before is used up. Leases what is missing; store::Error.
  void begin(store::Store& store, std::size_t ids, std::size_t numbers, Instant now);
  // After Short. Doubles the reserve.
  void grow(store::Store& store, Instant now);
  // The batch is decided again: the same ids and numbers come again, in the same order.
  void rewind();
  // Ids drawn since begin().
  std::size_t drawn() const { return drawn_ids_.size(); }

  std::int64_t next_id() override;
  std::string next_number(Instant at) override;
  std::string next_code() override;

 private:
  struct Pool {
    std::deque<std::pair<std::int64_t, std::int64_t>> blocks;  // [next, end)
    std::int64_t left = 0;
    std::int64_t block = 1;  // size of the last lease
    std::chrono::steady_clock::time_point leased{};
    void fill(store::Store& store, const std::string& sequence, std::int64_t need,
              std::int64_t most);
    std::int64_t take();
  };

  Pool ids_;
  std::map<std::string, Pool> days_;
  std::vector<std::int64_t> drawn_ids_;
  std::vector<std::pair<std::string, std::string>> drawn_numbers_;  // day, number
  std::vector<std::string> drawn_codes_;
  std::size_t id_at_ = 0, number_at_ = 0, code_at_ = 0;
  std::size_t want_ids_ = 0, want_numbers_ = 0;
};

}  // namespace huiyin
