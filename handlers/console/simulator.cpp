#include <map>
#include <set>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/console/console.h"
#include "handlers/json.h"

namespace huiyin::console {
namespace {

namespace json = boost::json;

constexpr std::string_view kind_name(MessageKind kind) {
  switch (kind) {
    case MessageKind::text:
      return "text";
    case MessageKind::image:
      return "image";
    case MessageKind::voice:
      return "voice";
    case MessageKind::video:
      return "video";
    case MessageKind::position:
      return "position";
    case MessageKind::link:
      return "link";
    case MessageKind::follow:
      return "follow";
    case MessageKind::scan:
      return "scan";
    case MessageKind::unfollow:
      return "unfollow";
    case MessageKind::menu:
      return "menu";
    case MessageKind::file:
      return "file";
    case MessageKind::delivery:
    case MessageKind::other:
      break;
  }
  throw std::invalid_argument("the console has no such kind of message");
}

Seen seen_of(const std::string& user, const json::object& reply, std::string via) {
  Seen seen{user, json_string(reply, "title"), {}, std::move(via)};
  if (const auto text = json_string(reply, "text"); !text.empty())
    seen.text += (seen.text.empty() ? "" : "\n") + text;
  if (const auto link = json_string(reply, "link"); !link.empty()) seen.text += "\n" + link;
  std::string labels;
  for (const auto& button : reply.at("buttons").as_array()) {
    labels += (labels.empty() ? "\n[" : " [") + json_string(button.as_object(), "label") + "]";
    seen.buttons.push_back(json_string(button.as_object(), "command"));
  }
  seen.text += labels;
  return seen;
}

class ConsoleSimulator final : public Simulator {
 public:
  explicit ConsoleSimulator(std::string channel) : path_{"/hooks/" + std::move(channel)} {}

  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) last = body_of(said, now);
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    auto request = request_to("POST", path_);
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = last;
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage& said,
                                 const net::HttpResponse& response) override {
    auto seen = read(said.user, response, "reply");
    if (seen.empty()) return std::nullopt;
    return std::move(seen.front());
  }

  std::optional<net::HttpRequest> fetch(const std::string& user) override {
    return request_to(
        "GET", path_ + "?user=" + percent_encode(user) + "&after=" + std::to_string(after_[user]));
  }

  std::vector<Seen> read_fetch(const std::string& user,
                               const net::HttpResponse& response) override {
    return read(user, response, "fetch");
  }

  net::HttpResponse serve(const net::HttpRequest&, Instant, std::vector<Seen>&) override {
    return net::HttpResponse::text(404, "the console has no API: its people fetch\n");
  }
  void inject(const std::string&, int) override {
    throw std::invalid_argument("the console has no API that could fail");
  }

 private:
  static net::HttpRequest request_to(std::string method, std::string target) {
    net::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.peer = "127.0.0.1";
    request.loopback_listener = true;
    return request;
  }

  std::string body_of(const PlayedMessage& said, Instant now) {
    json::object body;
    body["user"] = said.user;
    // Unique over several plays against one database as long as their clocks differ.
    body["id"] = std::to_string(now.time_since_epoch().count()) + "-" + std::to_string(++count_);
    body["kind"] = json::string_view{kind_name(said.kind).data(), kind_name(said.kind).size()};
    body["text"] = said.text;
    if (!said.scene.empty()) body["scene"] = said.scene;
    if (!said.media_id.empty()) body["media_id"] = said.media_id;
    if (said.position) {
      json::object position;
      position["latitude"] = said.position->latitude;
      position["longitude"] = said.position->longitude;
      position["label"] = said.position->label;
      body["position"] = std::move(position);
    }
    return json::serialize(body);
  }

  // A reply that rode on a response is listed again by a later fetch; a person sees it once.
  std::vector<Seen> read(const std::string& user, const net::HttpResponse& response,
                         const std::string& via) {
    const auto body = parse_json_object(response.body);
    if (response.status != 200 || !body || !body->contains("replies"))
      throw std::runtime_error("console: status " + std::to_string(response.status) +
                               " and no replies");
    std::vector<Seen> seen;
    for (const auto& reply : body->at("replies").as_array()) {
      const auto id = reply.at("id").as_int64();
      if (via == "fetch") after_[user] = id;  // the list is in order of writing
      // Asked again by a resend, the same reply is shown again.
      if (!read_[user].insert(id).second && via == "fetch") continue;
      seen.push_back(seen_of(user, reply.as_object(), via));
    }
    return seen;
  }

  const std::string path_;
  std::uint64_t count_ = 0;
  std::map<std::string, std::string> last_;
  std::map<std::string, std::int64_t> after_;
  std::map<std::string, std::set<std::int64_t>> read_;
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<ConsoleSimulator>(config.name);
}

}  // namespace huiyin::console
