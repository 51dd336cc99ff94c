#include "tests/fakes/fake_client.h"

namespace huiyin {

using Steady = std::chrono::steady_clock;

FakeClient::FakeClient(Play play) : play_{std::move(play)}, thread_{[this] { loop(); }} {}

FakeClient::~FakeClient() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void FakeClient::send(net::OutgoingRequest request, Steady::time_point, Callback done) {
  {
    std::lock_guard lock{mutex_};
    requests_.push_back(request);
    queue_.emplace_back(std::move(request), std::move(done));
  }
  wake_.notify_all();
}

void FakeClient::after(std::chrono::milliseconds delay, std::function<void()> work) {
  {
    std::lock_guard lock{mutex_};
    later_.emplace(Steady::now() + delay, std::move(work));
  }
  wake_.notify_all();
}

std::vector<net::OutgoingRequest> FakeClient::requests() const {
  std::lock_guard lock{mutex_};
  return requests_;
}

void FakeClient::hold() {
  std::lock_guard lock{mutex_};
  held_ = true;
}

void FakeClient::open() {
  {
    std::lock_guard lock{mutex_};
    held_ = false;
  }
  wake_.notify_all();
}

void FakeClient::loop() {
  std::unique_lock lock{mutex_};
  for (;;) {
    const auto ready = [&] { return stopping_ || (!held_ && !queue_.empty()); };
    if (later_.empty())
      wake_.wait(lock, ready);
    else
      wake_.wait_until(lock, later_.begin()->first, ready);
    if (stopping_) break;
    while (!later_.empty() && later_.begin()->first <= Steady::now()) {
      const auto work = std::move(later_.begin()->second);
      later_.erase(later_.begin());
      lock.unlock();
      work();
      lock.lock();
    }
    while (!held_ && !queue_.empty()) {
      auto [request, done] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      done(play_(request));
      lock.lock();
    }
  }
  auto rest = std::move(queue_);
  lock.unlock();
  for (auto& [request, done] : rest) {
    net::ClientResult result;
    result.fault = net::Fault::unknown;
    done(result);
  }
}

}  // namespace huiyin
