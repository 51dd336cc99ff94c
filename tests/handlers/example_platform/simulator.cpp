#include "handlers/simulator.h"

#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/json.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/utf8.h"
#include "tests/handlers/example_platform/example.h"

namespace huiyin::example {
namespace {

namespace json = boost::json;

net::HttpResponse answer(const char* name, const std::string& value) {
  json::object body;
  body[name] = value;
  return net::HttpResponse::text(200, json::serialize(body), "application/json");
}

class ExampleSimulator final : public Simulator {
 public:
  explicit ExampleSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        secret_{required_key(config, "secret")},
        token_{required_key(config, "token")} {}

  net::HttpRequest deliver(const PlayedMessage& said, Instant, bool again) override {
    auto& last = last_[said.user];
    if (!again) {
      json::object body;
      body["id"] = "m" + std::to_string(++count_);
      body["from"] = said.user;
      body["text"] = said.text;
      if (said.kind == MessageKind::image) body["photo"] = said.media_id;
      last = json::serialize(body);
    }
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_;
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Example-Signature", hmac_sha256_hex(secret_, {last})}};
    request.body = last;
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage&, const net::HttpResponse& response) override {
    if (response.status != 200) throw std::runtime_error("the webhook failed");
    return std::nullopt;
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant,
                          std::vector<Seen>& seen) override {
    const auto fault = faults_.next(false);
    if (auto status = played_status(fault)) return *status;
    if (net::find_header(request.headers, "Authorization") != "Bearer " + token_)
      return answer("error", "bad_token");
    if (request.method == "GET")
      return played_file(MediaKind::image, request.path().substr(request.path().rfind('/') + 1));
    const auto body = parse_json_object(request.body);
    if (!body || count_characters(json_string(*body, "text")) > 500)
      return answer("error", "too_long");
    seen.push_back({json_string(*body, "to"), json_string(*body, "text"), {}, "message"});
    auto response = answer("id", "s" + std::to_string(++count_));
    if (fault == "drop") response.status = kHangsUp;
    return response;
  }
  void inject(const std::string& fault, int times) override { faults_.inject(fault, times); }

 private:
  const std::string path_, secret_, token_;
  PlayedFaults faults_{{"429", "401"}};  // how it says "too many" and "your token is not good"
  int count_ = 0;
  std::map<std::string, std::string> last_;
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<ExampleSimulator>(config);
}

}  // namespace huiyin::example
