#include "handlers/channel.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>

#include "handlers/config_keys.h"
#include "handlers/console/console.h"
#include "handlers/dedupe.h"
#include "handlers/json.h"

namespace huiyin::console {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxId = 128;  // bytes of user and id

struct KindName {
  std::string_view name;
  MessageKind kind;
};
constexpr auto kKinds = std::to_array<KindName>({
    {"text", MessageKind::text},
    {"image", MessageKind::image},
    {"voice", MessageKind::voice},
    {"video", MessageKind::video},
    {"position", MessageKind::position},
    {"link", MessageKind::link},
    {"follow", MessageKind::follow},
    {"scan", MessageKind::scan},
    {"unfollow", MessageKind::unfollow},
    {"menu", MessageKind::menu},
    {"file", MessageKind::file},
});

net::HttpResponse json_response(int status, const json::object& body) {
  return net::HttpResponse::text(status, json::serialize(body) + "\n",
                                 "application/json; charset=utf-8");
}

// Whoever types at a console wants to read what was wrong; nothing is stored.
Handshake fault(std::string_view what) {
  json::object body;
  body["error"] = json::string_view{what.data(), what.size()};
  return {json_response(400, body)};
}

json::object notice_json(const Notice& notice) {
  json::array buttons;
  for (const auto& button : notice.buttons) {
    json::object entry;
    entry["label"] = button.label;
    entry["command"] = button.command;
    buttons.push_back(std::move(entry));
  }
  json::object entry;
  entry["id"] = notice.id.raw();
  entry["case"] = notice.case_number;
  entry["title"] = notice.title;
  entry["text"] = notice.text;
  entry["link"] = notice.link;
  entry["buttons"] = std::move(buttons);
  return entry;
}

net::HttpResponse replies(std::span<const Notice> notices) {
  json::array list;
  for (const auto& notice : notices) list.push_back(notice_json(notice));
  json::object body;
  body["replies"] = std::move(list);
  return json_response(200, body);
}

// A page in somebody's browser can reach a loopback port too, but not without these headers. "none"
// is a person typing the address.
bool from_a_page(const net::HttpRequest& request) {
  const auto site = net::find_header(request.headers, "Sec-Fetch-Site");
  return !net::find_header(request.headers, "Origin").empty() || (!site.empty() && site != "none");
}

// A proxy on this machine connects from the loopback address on behalf of the whole world. One that
// does not say so cannot be told; docs/wechat.md says what to pass on.
bool from_a_proxy(const net::HttpRequest& request) {
  constexpr std::array<std::string_view, 4> kMarks{"X-Forwarded-For", "Forwarded", "X-Real-IP",
                                                   "Via"};
  return std::ranges::any_of(kMarks, [&](std::string_view mark) {
    return !net::find_header(request.headers, mark).empty();
  });
}

std::optional<Position> read_position(const json::object& body) {
  const auto* value = body.if_contains("position");
  const auto* object = value ? value->if_object() : nullptr;
  if (!object) return std::nullopt;
  const auto latitude = json_number(*object, "latitude");
  const auto longitude = json_number(*object, "longitude");
  const auto inside = [](double degrees, double most) {
    return degrees >= -most && degrees <= most;
  };
  if (!latitude || !longitude || !inside(*latitude, 90) || !inside(*longitude, 180))
    return std::nullopt;
  return Position{*latitude, *longitude, json_string(*object, "label")};
}

bool is_optional_string(const json::object& body, std::string_view name) {
  const auto* value = body.if_contains({name.data(), name.size()});
  return !value || value->is_string();
}

class ConsoleChannel final : public Channel {
 public:
  explicit ConsoleChannel(std::string name) : name_{std::move(name)} {
    std::uint64_t salt = 0;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(&salt), sizeof salt) != 1)
      throw std::runtime_error("OpenSSL gave no random bytes");
    run_ = std::to_string(salt);
  }

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    if (!request.loopback_listener) return Refused{401, "console.loopback"};
    if (from_a_page(request)) return Refused{401, "console.page"};
    if (from_a_proxy(request)) return Refused{401, "console.proxy"};
    if (request.method == "GET") return read_fetch(request);
    if (request.method == "POST") return read_message(request, now);
    return Refused{405, "http.method"};
  }

  net::HttpResponse acknowledge(const net::HttpRequest&, const Message*, const Notice* reply,
                                Instant, std::span<const unsigned char, 16>) const override {
    return replies(reply ? std::span{reply, 1} : std::span<const Notice>{});
  }
  bool can_reply(const Message&) const override { return true; }

  bool pulled() const override { return true; }
  net::HttpResponse answer_fetch(const std::vector<Notice>& notices) const override {
    return replies(notices);
  }

  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  // Never called: everything is pulled.
  net::OutgoingRequest encode(const Notice&, Route, const Token&) const override { return {}; }
  SendOutcome interpret(Route, const net::HttpResponse&) const override {
    SendOutcome outcome;
    outcome.kind = SendOutcome::refused;
    outcome.code = "pulled";
    return outcome;
  }

 private:
  static Decoded read_fetch(const net::HttpRequest& request) {
    Fetch fetch{net::query_parameter(request.query(), "user"), 0};
    if (fetch.user.empty() || fetch.user.size() > kMaxId)
      return fault("user: give it in the address, ?user=farmer&after=0, at most 128 bytes");
    const auto after = net::query_parameter(request.query(), "after");
    const auto [end, error] =
        std::from_chars(after.data(), after.data() + after.size(), fetch.after);
    if (!after.empty() && (error != std::errc{} || end != after.data() + after.size()))
      return fault("after: must be the id of the last reply that was read, a whole number");
    return fetch;
  }

  Decoded read_message(const net::HttpRequest& request, Instant now) const {
    const auto body = parse_json_object(request.body);
    if (!body)
      return fault(
          "the body must be a JSON object in UTF-8: {\"user\":\"farmer\",\"text\":\"...\"}");
    for (const char* name : {"user", "id", "kind", "text", "scene", "media_id", "media_format"})
      if (!is_optional_string(*body, name)) return fault(std::string{name} + ": must be a string");

    Message message;
    message.channel = name_;
    message.sender = json_string(*body, "user");
    if (message.sender.empty() || message.sender.size() > kMaxId)
      return fault("user: who speaks, 1 to 128 bytes");
    const auto kind_name = json_string(*body, "kind");
    const auto kind = std::ranges::find(kKinds, kind_name, &KindName::name);
    if (kind == kKinds.end() && !kind_name.empty())
      return fault(
          "kind: text image voice video position link follow scan unfollow menu; text when left "
          "out");
    message.kind = kind == kKinds.end() ? MessageKind::text : kind->kind;
    message.text = json_string(*body, "text");
    message.scene = json_string(*body, "scene");
    message.media_id = json_string(*body, "media_id");
    message.media_format = json_string(*body, "media_format");
    message.position = read_position(*body);
    if (!message.position && (message.kind == MessageKind::position || body->contains("position")))
      return fault(
          "position: {\"latitude\":29.7,\"longitude\":120.8,\"label\":\"...\"} in degrees");

    const auto id = json_string(*body, "id");
    if (id.size() > kMaxId) return fault("id: at most 128 bytes");
    // Without an id no two requests are the same message, also when they come in one microsecond
    // or under a clock that stands still: this run's random number and a counter tell them apart.
    message.dedupe_key = id.empty()
                             ? dedupe_key({"unnamed", run_, std::to_string(counter_.fetch_add(1))})
                             : dedupe_key({"id", message.sender, id});
    message.recipient = "console";
    message.sent_at = now;
    message.raw = request.body;
    return std::vector<Message>{std::move(message)};
  }

  const std::string name_;
  std::string run_;
  mutable std::atomic<std::uint64_t> counter_{0};
};

}  // namespace

std::span<const ChannelKey> channel_keys() { return {}; }

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<ConsoleChannel>(config.name);
}

}  // namespace huiyin::console
