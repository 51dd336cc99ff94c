// A thread for work that network threads hand over because it may take long.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace huiyin {

class Errands {
 public:
  static constexpr std::size_t kWaiting = 64;

  Errands() : thread_{[this] { loop(); }} {}
  ~Errands() { stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  // False when too much waits already or all is over; `work` is not run then.
  bool post(std::function<void()> work);
  void stop();  // finishes what waits

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace huiyin
