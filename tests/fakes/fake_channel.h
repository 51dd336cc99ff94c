// A platform for tests that is nothing but its rules: what it sends is "user|kind|text", what it
// answers is the name of an outcome.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#include "handlers/channel.h"

namespace huiyin {

class FakeChannel : public Channel {
 public:
  struct Traits {
    bool replies = true;     // notices may ride on the response
    bool windowed = false;   // free text only inside a window
    bool templates = false;  // there is a way outside it
    bool tokens = false;
    bool edits = false;   // cards can change
    bool pulled = false;  // notices are read by those who ask
    SendLimits limits;
  };
  explicit FakeChannel(Traits traits) : traits_{traits} {}

  Decoded decode(const net::HttpRequest& request, Instant) const override {
    if (request.body == "forged") return Refused{};
    if (request.body.starts_with("senseless")) {
      Senseless senseless{"no message in it", request.body};
      if (const auto nonce = net::query_parameter(request.query(), "nonce"); !nonce.empty())
        senseless.nonce = NonceClaim{nonce, request.body};
      return senseless;
    }
    Message message;
    message.sender = net::query_parameter(request.query(), "user");
    message.dedupe_key = net::query_parameter(request.query(), "id");
    message.text = message.raw = request.body;
    if (const auto stream = net::query_parameter(request.query(), "stream"); !stream.empty()) {
      message.kind = MessageKind::other;
      message.stream = Stream{stream, net::query_parameter(request.query(), "hint"), ""};
    }
    return std::vector<Message>{message};
  }
  net::HttpResponse acknowledge(const net::HttpRequest& request, const Message*,
                                const Notice* reply, Instant,
                                std::span<const unsigned char, 16>) const override {
    if (request.body == "unanswerable") throw std::runtime_error{"no random bytes"};
    return net::HttpResponse::text(200, reply ? reply->text : "success");
  }
  bool can_reply(const Message&) const override { return traits_.replies; }
  bool pulled() const override { return traits_.pulled; }
  bool can_edit() const override { return traits_.edits; }
  // Message::card is "notice:handle" of the button's card.
  std::optional<CardHandle> card_handle(const Message& message) const override {
    const auto colon = message.card.find(':');
    if (colon == std::string::npos) return std::nullopt;
    return CardHandle{NoticeId{std::stoll(message.card)}, message.card.substr(colon + 1)};
  }
  std::optional<net::OutgoingRequest> token_request() const override {
    if (!traits_.tokens) return std::nullopt;
    net::OutgoingRequest request;
    request.url = "http://platform/token";
    return request;
  }
  TokenAnswer interpret_token(const net::HttpResponse& response) const override {
    TokenAnswer answer;
    answer.configuration_fault = response.status != 200;
    if (response.status == 200) answer.value = response.body;
    answer.lifetime = std::chrono::seconds{7200};
    return answer;
  }
  bool has_route(Route route, const Notice&) const override {
    return route == Route::session || traits_.templates;
  }
  bool session_needs_window() const override { return traits_.windowed; }
  net::OutgoingRequest encode(const Notice& notice, Route route,
                              const Token& token) const override {
    if (notice.recipient == "unwritable") throw std::length_error{"too long"};
    net::OutgoingRequest request;
    request.url = route == Route::session ? "http://platform/session" : "http://platform/template";
    request.headers.emplace_back("Token", token.value);
    if (!notice.replaces.empty()) request.headers.emplace_back("Replaces", notice.replaces);
    if (!notice.reply_address.empty()) request.headers.emplace_back("Reply", notice.reply_address);
    request.body = notice.recipient + "|" + notice.kind + "|" + notice.text;
    return request;
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    if (response.body == "senseless") throw std::out_of_range{"no such field"};
    SendOutcome outcome;
    for (int kind = SendOutcome::delivered; kind <= SendOutcome::unknown; ++kind)
      if (response.body == outcome_name(static_cast<SendOutcome::Kind>(kind)))
        outcome.kind = static_cast<SendOutcome::Kind>(kind);
    if (response.body == "busy") {
      outcome.kind = SendOutcome::retry;
      outcome.tries = 3;
    }
    outcome.code = response.body;
    if (outcome.kind == SendOutcome::delivered) outcome.platform_id = "sent";
    return outcome;
  }
  SendLimits limits() const override { return traits_.limits; }

  // Asked with "stream|cursor|hint". The answer's first line is "cursor" or "cursor more", then one
  // message a line, "user|id|text"; or the name of a fault.
  std::optional<net::OutgoingRequest> pull_request(const Stream& stream,
                                                   const Token& token) const override {
    net::OutgoingRequest request;
    request.url = "http://platform/pull";
    request.headers.emplace_back("Token", token.value);
    request.body = stream.name + "|" + stream.cursor + "|" + stream.hint;
    return request;
  }
  Page interpret_pull(const Stream& stream, const net::HttpResponse& response,
                      Instant now) const override {
    Page page;
    page.code = response.body;
    page.hint_spent = response.body == "hint_spent";
    page.kind = response.body == "retry"           ? Page::retry
                : page.hint_spent                  ? Page::retry
                : response.body == "token_expired" ? Page::token_expired
                : response.body == "stopped"       ? Page::stopped
                                                   : Page::messages;
    if (page.kind != Page::messages) return page;
    std::istringstream lines{response.body};
    std::string line;
    std::getline(lines, line);
    page.cursor = line.substr(0, line.find(' '));
    page.more = line.ends_with(" more");
    while (std::getline(lines, line)) {
      Message message;
      const auto first = line.find('|'), second = line.find('|', first + 1);
      message.sender = line.substr(0, first);
      message.dedupe_key = line.substr(first + 1, second - first - 1);
      message.text = message.raw = line.substr(second + 1);
      message.sent_at = now;
      message.stream = Stream{stream.name, "", ""};
      page.read.push_back(std::move(message));
    }
    return page;
  }

 private:
  Traits traits_;
};

}  // namespace huiyin
