#include "handlers/wecom/played_account.h"

#include <stdexcept>
#include <utility>

#include "handlers/config_keys.h"
#include "handlers/played_media.h"

namespace huiyin::wecom {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kTokenLife = 7200s;

}  // namespace

net::HttpResponse played_answer(json::object body, int code) {
  body["errcode"] = code;
  body["errmsg"] = code == 0 ? "ok" : "played fault";
  return net::HttpResponse::text(200, json::serialize(body), "application/json; charset=UTF-8");
}

PlayedAccount::PlayedAccount(std::string corp_id, std::string secret)
    : corp_id_{std::move(corp_id)}, secret_{std::move(secret)} {}

void PlayedAccount::uploaded(const std::string& media_id, MediaKind kind) {
  media_[media_id] = kind;
}

bool PlayedAccount::asks_for_token(const net::HttpRequest& request) {
  return request.path() == "/cgi-bin/gettoken";
}
bool PlayedAccount::asks_for_media(const net::HttpRequest& request) {
  return request.path() == "/cgi-bin/media/get";
}

net::HttpResponse PlayedAccount::get_token(const net::HttpRequest& request, Instant now) {
  if (request.method != "GET") return played_answer({}, 43001);
  if (net::query_parameter(request.query(), "corpid") != corp_id_) return played_answer({}, 40013);
  if (net::query_parameter(request.query(), "corpsecret") != secret_)
    return played_answer({}, 40001);
  if (!token_ || token_->expires <= now)
    token_ = {"PLAYED_" + std::to_string(dice_()) + std::to_string(dice_()), now + kTokenLife};
  json::object body;
  body["access_token"] = token_->value;
  body["expires_in"] =
      std::chrono::duration_cast<std::chrono::seconds>(token_->expires - now).count();
  return played_answer(std::move(body));
}

std::optional<int> PlayedAccount::token_fault(const net::HttpRequest& request, Instant now) const {
  const auto given = net::query_parameter(request.query(), "access_token");
  if (given.empty()) return 41001;
  if (!token_ || given != token_->value) return 40014;
  if (token_->expires <= now) return 42001;
  return std::nullopt;
}

net::HttpResponse PlayedAccount::media(const net::HttpRequest& request) const {
  if (request.method != "GET") return played_answer({}, 43001);
  const auto id = net::query_parameter(request.query(), "media_id");
  const auto found = media_.find(id);
  return found == media_.end() ? played_answer({}, 40007) : played_file(found->second, id);
}

void PlayedAccount::inject(const std::string& fault, int times, std::string_view own) {
  const auto name = std::string_view{fault}.substr(fault.starts_with("token:") ? 6 : 0);
  const auto digits = name.substr(name.starts_with('-') ? 1 : 0);
  const bool is_own = !own.empty() && name == own;
  if (!is_shared_fault(name) && name != "drop" && !is_own &&
      (!is_digits(digits) || digits.size() > 6))
    throw std::invalid_argument(
        "a WeCom fault is an errcode, an HTTP status or a fault of every platform");
  faults_.inject(fault, times);
}

}  // namespace huiyin::wecom
