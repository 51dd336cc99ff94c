// Government DingTalk as played: signed work notifications, and robot callbacks of DingTalk's
// shape.
#include "handlers/simulator.h"

#include <random>
#include <set>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/dingtalk/sign.h"
#include "handlers/dingtalk_gov/dingtalk_gov.h"
#include "handlers/dingtalk_gov/sign.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/played_faults.h"

namespace huiyin::dingtalk_gov {
namespace {

namespace json = boost::json;

net::HttpResponse answer(const json::object& body) {
  return net::HttpResponse::text(200, json::serialize(body), "application/json");
}

net::HttpResponse error(std::string_view code) {
  json::object body;
  body["success"] = false;
  body["bizErrorCode"] = json::string_view{code.data(), code.size()};
  return answer(body);
}

class GovSimulator final : public Simulator {
 public:
  explicit GovSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        app_key_{required_key(config, "app_key")},
        app_secret_{required_key(config, "app_secret")},
        tenant_id_{required_key(config, "tenant_id")},
        callback_key_{optional_key(config, "callback_key")} {}

  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    if (said.kind != MessageKind::text && said.kind != MessageKind::menu)
      throw std::invalid_argument("this played platform carries words only");
    last_stamp_ =
        std::max(last_stamp_ + 1,
                 std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count());
    auto& last = last_[said.user];
    if (!again) last = body_of(said);
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_ + (callback_key_.empty() ? "" : "?key=" + callback_key_);
    request.headers = {{"Content-Type", "application/json"},
                       {"timestamp", std::to_string(last_stamp_)},
                       {"sign", dingtalk::robot_sign(std::to_string(last_stamp_), app_secret_)}};
    request.body = last;
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage&, const net::HttpResponse& response) override {
    if (response.status != 200)
      throw std::runtime_error("status " + std::to_string(response.status));
    return std::nullopt;
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    const auto fault = faults_.next(false);
    if (auto response = played_status(fault)) return *response;
    if (!fault.empty() && fault != "drop") return error(fault);
    auto response = act(request, now, seen);
    if (fault == "drop") response.status = 0;
    return response;
  }
  void inject(const std::string& fault, int times) override { faults_.inject(fault, times); }

 private:
  std::string body_of(const PlayedMessage& said) {
    json::object text;
    text["content"] = said.text;
    json::object body;
    body["msgtype"] = "text";
    body["text"] = std::move(text);
    body["msgId"] = "msg" + std::to_string(dice_());
    body["conversationType"] = "1";
    body["senderStaffId"] = said.user;
    body["createAt"] = last_stamp_;
    return json::serialize(body);
  }

  bool is_signed(const net::HttpRequest& request, Instant now) {
    const auto timestamp = single_header(request, "X-Hmac-Auth-Timestamp");
    const auto nonce = single_header(request, "X-Hmac-Auth-Nonce");
    const auto text = string_to_sign(request.method, timestamp, nonce, request.path(),
                                     parameters_of(request.body));
    return timestamp == timestamp_of(now) && nonces_.insert(std::string{nonce}).second &&
           single_header(request, "X-Hmac-Auth-Version") == "1.0" &&
           single_header(request, "apiKey") == app_key_ &&
           single_header(request, "X-Hmac-Auth-Signature") == signature(app_secret_, text);
  }

  net::HttpResponse act(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen) {
    if (request.method != "POST" || request.path() != "/message/workNotification")
      return net::HttpResponse::text(404, "no such path\n");
    if (!is_signed(request, now)) return error("OPF-B001-05-16-0009");
    if (net::query_parameter(request.body, "tenantId") != tenant_id_) return error("PLAYED-TENANT");
    const auto message = parse_json_object(net::query_parameter(request.body, "msg"));
    const auto user = net::query_parameter(request.body, "receiverIds");
    if (!message || user.empty()) return error("PLAYED-PARAMETER");
    const auto& inner = json_child(*message, json_string(*message, "msgtype"));
    auto words = json_string(inner, "content");
    if (words.empty()) words = json_string(inner, "markdown");
    seen.push_back({user, std::move(words), {}, "notice"});
    json::object data;
    data["msgId"] = std::to_string(dice_() >> 8);
    json::object content;
    content["success"] = true;
    content["data"] = std::move(data);
    json::object body;
    body["success"] = true;
    body["content"] = std::move(content);
    return answer(body);
  }

  const std::string path_, app_key_, app_secret_, tenant_id_, callback_key_;
  PlayedFaults faults_{{"429", "OPF-B001-05-16-0009"}};
  std::map<std::string, std::string> last_;
  std::set<std::string> nonces_;
  std::int64_t last_stamp_ = 0;
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<GovSimulator>(config);
}

}  // namespace huiyin::dingtalk_gov
