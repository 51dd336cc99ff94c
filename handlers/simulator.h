// The platform's side, for `huiyin play` and the flow tests: builds the webhook requests that the
// platform would send and answers our API calls as the platform would. Written from the platform's
// documents, not from our own handler. Pure like Channel; play does the sockets.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "handlers/channel.h"

namespace huiyin {

// What a played person does.
struct PlayedMessage {
  std::string user;
  MessageKind kind = MessageKind::text;
  std::string text{};   // text, menu key, link title
  std::string scene{};  // follow, scan
  std::string media_id{};
  std::optional<Position> position{};
};

// What a played person sees arrive.
struct Seen {
  std::string user;
  std::string text;                  // as shown: title, text, fields, button labels in brackets
  std::vector<std::string> buttons;  // commands behind the buttons, in order
  std::string via;                   // "reply", "customer-service", "template", "fetch"
};

class Simulator {
 public:
  virtual ~Simulator() = default;

  // The request that the platform sends to /hooks/{channel}; url is path and query only.
  // Each call is a new message (fresh ids, nonce); `again` repeats the last one of that user as the
  // platform's resend does.
  virtual net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again = false) = 0;
  // Reads the passive reply, checking it as the platform would. Empty when it says nothing; throws
  // std::runtime_error when the platform would show a fault.
  virtual std::optional<Seen> read_reply(const PlayedMessage& said,
                                         const net::HttpResponse& response) = 0;
  // The platform's API. What people see because of it is appended to `seen`.
  virtual net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                                  std::vector<Seen>& seen) = 0;
  // For pulled channels: the request that reads what was sent to `user`, and its answer.
  virtual std::optional<net::HttpRequest> fetch(const std::string&) { return std::nullopt; }
  virtual std::vector<Seen> read_fetch(const std::string&, const net::HttpResponse&) { return {}; }
  // Faults to inject into the next API answers, by name: "45015", "40001", "500", "drop".
  virtual void inject(const std::string& fault, int times) = 0;
};

// Throws std::invalid_argument for an unknown platform.
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin
