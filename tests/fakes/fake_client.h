// A net::Client without sockets: a function plays the platform. Answers on a thread of its own, as
// the real one does.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "server/net/client.h"

namespace huiyin {

class FakeClient : public net::Client {
 public:
  using Play = std::function<net::ClientResult(const net::OutgoingRequest&)>;

  explicit FakeClient(Play play);
  ~FakeClient() override;

  void send(net::OutgoingRequest request, std::chrono::steady_clock::time_point deadline,
            Callback done) override;
  void after(std::chrono::milliseconds delay, std::function<void()> work) override;

  std::vector<net::OutgoingRequest> requests() const;  // in the order of send()
  // Answers wait until open() is called again.
  void hold();
  void open();

 private:
  void loop();

  Play play_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<net::OutgoingRequest, Callback>> queue_;
  std::vector<net::OutgoingRequest> requests_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> later_;
  bool held_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace huiyin
