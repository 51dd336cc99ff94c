#include "tests/flow/load.h"

#include <boost/json.hpp>
#include <chrono>

#include "tests/flow/flow.h"

namespace huiyin::flow {

std::string console_message(const std::string& user, const std::string& id,
                            const std::string& text) {
  boost::json::object message;
  message["user"] = user;
  message["id"] = id;
  message["text"] = text;
  return boost::json::serialize(message);
}

int post_console(const std::string& url, const std::string& message, std::string* body) {
  const auto result =
      request("POST", url + "/hooks/console", message, {{"Content-Type", "application/json"}});
  if (body != nullptr) *body = result.response.body;
  return result.fault == net::Fault::none ? result.response.status : 0;
}

Load::Load(const std::string& url, const std::string& prefix, unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back(
        [this, url, name = prefix + "-" + std::to_string(i)] { write(url, name); });
  }
}

void Load::stop() {
  stopping_ = true;
  for (std::thread& one : threads_) one.join();
  threads_.clear();
}

void Load::write(const std::string& url, const std::string& prefix) {
  for (int i = 0; !stopping_; ++i) {
    const std::string sender = prefix + "-" + std::to_string(i);
    const int status =
        post_console(url, console_message(sender, "1", "楼家村路灯坏了，晚上看不见"));
    {
      const std::lock_guard lock{mutex_};
      (status == 200 ? acknowledged_ : unanswered_).insert(sender);
    }
    if (status == 200) ++count_;
    // Nobody is there: no need to knock a thousand times.
    if (status != 200) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

}  // namespace huiyin::flow
