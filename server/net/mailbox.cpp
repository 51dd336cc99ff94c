#include "server/net/mailbox.h"

#include <boost/asio/post.hpp>

#include "server/net/net_log.h"
#include "server/net/response_head.h"

namespace huiyin::net {

void Written::say(bool written) noexcept {
  if (!tell_) return;
  const auto tell = std::move(tell_);
  tell_ = nullptr;
  try {
    tell(written);
  } catch (...) {
    // The answer itself is done with; the connection must go on.
    report("http.callback", "");
  }
}

void Mailbox::put(Delivery delivery) {
  if (owner_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    hand_over(delivery);
    return;
  }
  {
    const std::lock_guard lock{mutex_};
    if (io_) {
      waiting_.push_back(std::move(delivery));
      if (waiting_.size() == 1)
        boost::asio::post(*io_, [self = shared_from_this()] { self->empty(); });
      return;
    }
  }
  hand_over(delivery);
}

void Mailbox::close() {
  owner_ = std::thread::id{};
  {
    const std::lock_guard lock{mutex_};
    io_ = nullptr;
  }
  empty();
}

void Mailbox::empty() {
  {
    const std::lock_guard lock{mutex_};
    handing_over_.swap(waiting_);
  }
  for (auto& delivery : handing_over_) hand_over(delivery);
  handing_over_.clear();
}

void Mailbox::hand_over(Delivery& delivery) {
  const auto receiver = delivery.to.lock();
  if (receiver && receiver->deliver(delivery.request, delivery.answer)) return;
  Written{std::move(delivery.answer.on_written)}.say(false);
}

Ticket::~Ticket() {
  if (spend()) mailbox_->put({to_, request_, Answer{plain_response(500), {}}});
}

void Ticket::answer(Answer answer) {
  if (spend()) mailbox_->put({to_, request_, std::move(answer)});
}

}  // namespace huiyin::net
