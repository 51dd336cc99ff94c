#include <stdexcept>

#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/tencent_push.h"
#include "handlers/wecom/api.h"
#include "handlers/wecom/card.h"
#include "handlers/wecom/request.h"
#include "handlers/wecom/robot_inbound.h"
#include "handlers/wecom/wecom.h"
#include "handlers/wecom/words.h"

namespace huiyin::wecom {
namespace {

namespace json = boost::json;

// In a group. Its own words stay unanswered there; the answer waits for the single chat, or goes to
// another account of the person.
constexpr std::string_view kElsewhere = "收到。群里大家都看得见，答复请在与我的单聊中查看。";

bool is_spoken(const Message& message) {
  return message.kind != MessageKind::other && message.kind != MessageKind::follow;
}

json::object with_card(json::object body, const Notice& notice, std::string task) {
  auto content = card(notice);
  content["task_id"] = std::move(task);
  body["template_card"] = std::move(content);
  return body;
}

// A card needs a button or a link. A notice that has neither asks how things stand.
Notice with_something_to_press(const Notice& notice) {
  auto pressable = notice;
  if (!has_card(notice) && notice.link.empty()) {
    pressable.buttons = {notice.case_number.empty() ? Button{"帮助", "帮助"}
                                                    : Button{"进度", "进度 " + notice.case_number}};
  }
  return pressable;
}

json::object stream(const Message& message, std::string words) {
  json::object stream;
  stream["id"] = "huiyin-" + sha256_hex({message.dedupe_key}).substr(0, 32);
  stream["finish"] = true;
  stream["content"] = std::move(words);
  json::object body;
  body["msgtype"] = "stream";
  body["stream"] = std::move(stream);
  return body;
}

// Page "被动回复消息" (101031). Words go as a stream that is finished at once; plain text is
// allowed as the welcome only; a click is answered by what its card becomes.
json::object passive_reply(const Message& message, const Notice& notice) {
  json::object body;
  if (!message.card.empty()) {
    body["response_type"] = "update_template_card";
    return with_card(std::move(body), with_something_to_press(notice), message.card);
  }
  if (message.kind == MessageKind::follow) {
    json::object text;
    text["content"] = text_content(notice);
    body["msgtype"] = "text";
    body["text"] = std::move(text);
    return body;
  }
  body = stream(message, markdown_content(notice));
  if (!has_card(notice)) return body;
  body["msgtype"] = "stream_with_template_card";
  return with_card(std::move(body), notice, task_id(notice));
}

// Lower-case names, and the time as a number: page "回调和回复的加解密方案" (101033).
std::string sealed_json(const tencent::Envelope& envelope, std::string_view message, Instant now,
                        std::span<const unsigned char, 16> random) {
  const auto seconds = tencent::write_seconds(now);
  const auto nonce = tencent::reply_nonce(random);
  const auto sealed = envelope.seal(message, seconds, nonce, random);
  json::object body;
  body["encrypt"] = sealed.encrypt;
  body["msgsignature"] = sealed.signature;
  body["timestamp"] =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  body["nonce"] = nonce;
  return json::serialize(body);
}

class RobotChannel final : public Channel {
 public:
  explicit RobotChannel(Robot robot) : robot_{std::move(robot)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    auto result = authenticate(robot_.envelope, Outer::json, request);
    if (auto* refused = std::get_if<Refused>(&result)) return *refused;
    if (auto* handshake = std::get_if<Handshake>(&result)) return std::move(*handshake);
    return read_callback(robot_, std::move(std::get<Opened>(result).message), now);
  }

  net::HttpResponse acknowledge(const net::HttpRequest&, const Message* message,
                                const Notice* reply, Instant now,
                                std::span<const unsigned char, 16> random) const override {
    const bool in_group =
        message && message->card.empty() && is_spoken(*message) && is_from_group(*message);
    if (!message || (!reply && !in_group)) return net::HttpResponse::text(200, "", "text/plain");
    const auto body = json::serialize(in_group ? stream(*message, std::string{kElsewhere})
                                               : passive_reply(*message, *reply));
    return net::HttpResponse::text(200, sealed_json(robot_.envelope, body, now, random),
                                   "application/json; charset=utf-8");
  }

  bool can_reply(const Message& message) const override {
    return message.kind != MessageKind::other && !is_from_group(message);
  }

  bool has_route(Route route, const Notice& notice) const override {
    return route == Route::session && notice.reply_address.starts_with(robot_.api_base + "/");
  }
  bool session_needs_window() const override { return true; }

  // The address is the permission; there is no token. Throws when there is none: see has_route().
  net::OutgoingRequest encode(const Notice& notice, Route route, const Token&) const override {
    if (!has_route(route, notice))
      throw std::logic_error("a robot writes to a response_url of the platform only");
    json::object body;
    if (has_card(notice)) {
      body["msgtype"] = "template_card";
      body = with_card(std::move(body), notice, task_id(notice));
    } else {
      json::object markdown;
      markdown["content"] = markdown_content(notice);
      body["msgtype"] = "markdown";
      body["markdown"] = std::move(markdown);
    }
    return post_json(notice.reply_address, body);
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_robot_outcome(response);
  }
  // Files need no token: their address is signed, and good for five minutes.
  std::optional<net::OutgoingRequest> media_request(const MediaRef& media,
                                                    const Token&) const override {
    if (!media.url.starts_with("https://" + robot_.media_host + "/") &&
        !media.url.starts_with(robot_.api_base + "/"))
      return std::nullopt;
    net::OutgoingRequest request;
    request.method = "GET";
    request.url = media.url;
    return request;
  }
  MediaAnswer interpret_media(const MediaRef&, int, const net::HttpResponse& response,
                              const Token&) const override {
    MediaAnswer answer;
    if (response.status != 200) {
      const bool passing = response.status >= 500 || response.status == 429;
      answer.kind = passing ? MediaAnswer::retry : MediaAnswer::gone;
      answer.code = http_failure(response).code;
      return answer;
    }
    auto bytes = robot_.envelope.open_file(response.body);
    answer.kind = bytes ? MediaAnswer::content : MediaAnswer::gone;
    if (bytes) answer.bytes = std::move(*bytes);
    if (!bytes) answer.code = "undecryptable";
    return answer;
  }
  std::vector<std::string> media_hosts() const override { return {robot_.media_host}; }

  // One answer for each response_url: the platform counts those, and names no rate.
  SendLimits limits() const override { return {.in_flight = 16}; }

 private:
  const Robot robot_;
};

}  // namespace

std::unique_ptr<Channel> make_robot(const ChannelConfig& config) {
  return std::make_unique<RobotChannel>(read_robot(config));
}

}  // namespace huiyin::wecom
