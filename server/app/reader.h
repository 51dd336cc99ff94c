// Reads for people who fetch their notices: a thread with a store of its own, so that no network
// thread ever waits for the database.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/store/store.h"

namespace huiyin {

class Reader {
 public:
  static constexpr std::size_t kWaiting = 1024;  // beyond that a reader gets nothing and asks again
  using Done = std::function<void(std::vector<Notice>)>;

  explicit Reader(std::unique_ptr<store::Store> store);
  ~Reader() { stop(); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Thread-safe. `done` is called exactly once; with nothing when the store is away.
  void notices_of(std::string channel, std::string user, std::int64_t after, Done done);
  void stop();  // finishes what waits

 private:
  struct Wanted {
    std::string channel, user;
    std::int64_t after;
    Done done;
  };
  void loop();
  std::vector<Notice> read(const Wanted& wanted);

  std::unique_ptr<store::Store> store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Wanted> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace huiyin
