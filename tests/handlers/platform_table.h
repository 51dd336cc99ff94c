// What the tables of platform tests share: a decoded request as one line, the played platform and
// the handler side by side, the vectors that lie beside the repository.
#pragma once

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "handlers/channel.h"
#include "handlers/json.h"
#include "handlers/simulator.h"

namespace huiyin::test {

inline constexpr std::array<unsigned char, 16> kRandom{1, 2, 3};

inline std::string kind_name(MessageKind kind) {
  constexpr const char* names[] = {"text", "image",    "voice", "video",    "position",
                                   "link", "follow",   "scan",  "unfollow", "menu",
                                   "file", "delivery", "other"};
  return names[static_cast<int>(kind)];
}

// "image ou_1 media=f-2.jpg text=沟断了": kind, sender and all fields that are set, but for the
// common ones (recipient, key, raw body).
inline std::string line_of(const Message& message) {
  std::string line = kind_name(message.kind) + " " + message.sender;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) line.append(" ").append(name).append("=").append(value);
  };
  add("media", message.media_id);
  add("url", message.media_url);
  add("format", message.media_format);
  if (message.position) {
    auto number = [](double degrees) {
      auto text = std::to_string(degrees);
      return text.substr(0, text.find('.') + 3);
    };
    add("at", number(message.position->latitude) + "," + number(message.position->longitude));
    add("label", message.position->label);
  }
  add("scene", message.scene);
  add("card", message.card);
  add("reply", message.reply_address);
  if (message.delivery)
    add("delivery", message.delivery->platform_id +
                        (message.delivery->delivered ? " yes " : " no ") +
                        message.delivery->detail);
  add("text", message.text);
  return line;
}

// Lines of the messages joined by " / ", "nothing", "senseless", "401 auth.reject", "handshake …".
inline std::string line_of(const Decoded& decoded) {
  if (const auto* refused = std::get_if<Refused>(&decoded))
    return std::to_string(refused->status) + " " + std::string{refused->event};
  if (std::holds_alternative<Senseless>(decoded)) return "senseless";
  if (const auto* handshake = std::get_if<Handshake>(&decoded))
    return "handshake " + handshake->response.body;
  if (std::holds_alternative<Fetch>(decoded)) return "fetch";
  std::string lines;
  for (const auto& message : std::get<std::vector<Message>>(decoded))
    lines += (lines.empty() ? "" : " / ") + line_of(message);
  return lines.empty() ? "nothing" : lines;
}

inline std::string line_of(const SendOutcome& outcome) {
  std::string line{outcome_name(outcome.kind)};
  if (outcome.retry_after.count() > 0)
    line += " after " + std::to_string(outcome.retry_after.count() / 1000) + "s";
  if (!outcome.platform_id.empty()) line += " id=" + outcome.platform_id;
  return line + " (" + outcome.code + ")";
}

inline std::string line_of(const MediaAnswer& answer) {
  constexpr const char* names[] = {"content", "next", "retry", "token_expired", "gone"};
  return std::string{names[answer.kind]} + " (" + answer.code + ")";
}

inline Message only_message(const Decoded& decoded) {
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  if (!messages || messages->size() != 1)
    throw std::runtime_error("not one message: " + line_of(decoded));
  return messages->front();
}

// Handler and played platform; what leaves the one enters the other.
class BothSides {
 public:
  BothSides(const ChannelConfig& config, Instant now)
      : BothSides{find_platform(config.platform)->make(config), huiyin::make_simulator(config),
                  now} {}
  BothSides(std::unique_ptr<Channel> channel, std::unique_ptr<Simulator> simulator, Instant now)
      : now_{now}, channel_{std::move(channel)}, simulator_{std::move(simulator)} {}

  Decoded decode(const PlayedMessage& said, bool again = false) {
    return channel_->decode(simulator_->deliver(said, now_, again), now_);
  }
  Message hear(const PlayedMessage& said, bool again = false) {
    return only_message(decode(said, again));
  }
  // Throws when the platform would show a fault.
  std::optional<Seen> acknowledge(const PlayedMessage& said, const Message& heard,
                                  const Notice* reply = nullptr) {
    return simulator_->read_reply(said, channel_->acknowledge({}, &heard, reply, now_, kRandom));
  }
  net::HttpResponse carry(const net::OutgoingRequest& outgoing) {
    net::HttpRequest request;
    request.method = outgoing.method;
    // The played platform stands for all its hosts.
    request.target = outgoing.url.substr(outgoing.url.find('/', outgoing.url.find("://") + 3));
    request.headers = outgoing.headers;
    request.body = outgoing.body;
    return simulator_->serve(request, now_, seen_);
  }
  // All requests on the way to a file, until the last answer.
  MediaAnswer fetch(const MediaRef& media, const Token& token = {}) {
    const auto first = channel_->media_request(media, token);
    if (!first) throw std::runtime_error("there is nothing to fetch");
    auto response = carry(*first);
    for (int step = 0;; ++step) {
      auto answer = channel_->interpret_media(media, step, response, token);
      if (answer.kind == MediaAnswer::content && answer.bytes.empty())
        answer.bytes = std::move(response.body);
      if (answer.kind != MediaAnswer::next || step == 4) return answer;
      response = carry(answer.request);
    }
  }
  // The file that a message brought; empty when it cannot be had.
  std::string fetch(const Message& message, const Token& token = {}) {
    MediaRef media;
    media.kind = message.kind == MessageKind::voice   ? MediaKind::voice
                 : message.kind == MessageKind::video ? MediaKind::video
                                                      : MediaKind::image;
    media.id = message.media_id;
    media.url = message.media_url;
    media.format = message.media_format;
    media.user = message.sender;
    auto answer = fetch(media, token);
    return answer.kind == MediaAnswer::content ? std::move(answer.bytes) : std::string{};
  }
  SendOutcome send(const Notice& notice, Route route = Route::session) {
    return channel_->interpret_sent(notice, route, carry(channel_->encode(notice, route, Token{})));
  }

  Instant now_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Simulator> simulator_;
  std::vector<Seen> seen_;
};

// A group of ../shared/data/im_crypto_vectors.json, also found through HUIYIN_SHARED_DATA; empty
// when the file is not there.
inline boost::json::array shared_group(std::string_view name) {
  const char* directory = std::getenv("HUIYIN_SHARED_DATA");
  std::ifstream file{(directory ? std::string{directory} : HUIYIN_SOURCE_DIR "/../shared/data") +
                     "/im_crypto_vectors.json"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (text.empty()) {
    std::cout << name << ": im_crypto_vectors.json is not here: 0 cases ran\n";
    return {};
  }
  const auto all = parse_json_object(text);
  return all->at("groups").at(name).at("cases").as_array();
}

}  // namespace huiyin::test
