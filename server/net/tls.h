// TLS contexts: 1.2 and newer, nothing optional that widens the attack surface.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <mutex>
#include <string>

namespace huiyin::net {

// Both throw std::runtime_error with the file and the cause.
std::shared_ptr<boost::asio::ssl::context> server_tls(const std::string& certificate,
                                                      const std::string& key);
// Trusts the system's store and, when not empty, the certificates in `ca_file`.
std::shared_ptr<boost::asio::ssl::context> client_tls(const std::string& ca_file);

// The context that the next connection gets. Thread-safe.
class CurrentTls {
 public:
  std::shared_ptr<boost::asio::ssl::context> get() const {
    const std::lock_guard lock{mutex_};
    return context_;
  }
  void set(std::shared_ptr<boost::asio::ssl::context> context) {
    const std::lock_guard lock{mutex_};
    context_ = std::move(context);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_;  // null: plain HTTP
};

}  // namespace huiyin::net
