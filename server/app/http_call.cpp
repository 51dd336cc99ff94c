#include "server/app/http_call.h"

#include <future>
#include <memory>

namespace huiyin {

net::ClientResult call(net::Client& client, net::OutgoingRequest request,
                       std::chrono::milliseconds patience) {
  // Shared, because the client may still hold the callback when we have the answer.
  const auto answered = std::make_shared<std::promise<net::ClientResult>>();
  std::future<net::ClientResult> answer = answered->get_future();
  client.send(std::move(request), std::chrono::steady_clock::now() + patience,
              [answered](net::ClientResult result) { answered->set_value(std::move(result)); });
  return answer.get();
}

}  // namespace huiyin
