// The way of an answer from any thread to the connection that waits for it.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/net/server.h"

namespace huiyin::net {

// Tells the handler once what became of its answer: false unless somebody says true.
class Written {
 public:
  explicit Written(std::function<void(bool)> tell) : tell_{std::move(tell)} {}
  ~Written() { say(false); }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;

  bool wanted() const { return static_cast<bool>(tell_); }
  void say(bool written) noexcept;

 private:
  std::function<void(bool)> tell_;
};

class Receiver {
 public:
  virtual ~Receiver() = default;
  // On the loop's thread. True: took `answer`. False: nobody waits for `request` any more.
  virtual bool deliver(std::uint64_t request, Answer& answer) = 0;
};

// One for each loop. Answers that come together cost one wake-up.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  explicit Mailbox(boost::asio::io_context& io) : io_{&io} {}

  struct Delivery {
    std::weak_ptr<Receiver> to;
    std::uint64_t request = 0;
    Answer answer;
  };

  void set_thread(std::thread::id id) { owner_ = id; }
  void put(Delivery delivery);
  // After the loop's thread has ended: what is there and what still comes is told "not written".
  void close();

 private:
  void empty();
  static void hand_over(Delivery& delivery);

  std::mutex mutex_;
  boost::asio::io_context* io_;  // null: closed
  std::vector<Delivery> waiting_;
  std::vector<Delivery> handing_over_;  // kept for its memory
  std::atomic<std::thread::id> owner_;
};

// One request's right to be answered once. When the last copy of its Respond dies unused, the
// connection gets 500 at once instead of waiting for the time limit.
class Ticket {
 public:
  Ticket(std::shared_ptr<Mailbox> mailbox, std::weak_ptr<Receiver> to, std::uint64_t request)
      : mailbox_{std::move(mailbox)}, to_{std::move(to)}, request_{request} {}
  ~Ticket();
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  void answer(Answer answer);
  // True for the first who calls it or answer().
  bool spend() { return !spent_.exchange(true, std::memory_order_acq_rel); }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const std::weak_ptr<Receiver> to_;
  const std::uint64_t request_;
  std::atomic<bool> spent_{false};
};

}  // namespace huiyin::net
