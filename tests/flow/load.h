// Many people writing at once, and which of them were told that they were heard.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace huiyin::flow {

// Threads that post console messages, each from a new sender, until stopped.
class Load {
 public:
  // Senders are named PREFIX-THREAD-COUNT.
  Load(const std::string& url, const std::string& prefix, unsigned threads);
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop();
  std::size_t acknowledged_so_far() const { return count_; }
  // After stop: senders who got a 200, and those who got anything else.
  const std::set<std::string>& acknowledged() const { return acknowledged_; }
  const std::set<std::string>& unanswered() const { return unanswered_; }

 private:
  void write(const std::string& url, const std::string& prefix);

  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::set<std::string> acknowledged_, unanswered_;
  std::vector<std::thread> threads_;
};

// {"user":..., "id":..., "text":...} as the console takes it.
std::string console_message(const std::string& user, const std::string& id,
                            const std::string& text);
// Posts it; the status, 0 when there was no answer. `body` receives the answer.
int post_console(const std::string& url, const std::string& message, std::string* body = nullptr);

}  // namespace huiyin::flow
