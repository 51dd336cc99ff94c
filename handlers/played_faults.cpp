#include "handlers/played_faults.h"

#include <algorithm>
#include <stdexcept>

#include "handlers/config_keys.h"

namespace huiyin {
namespace {

bool is_code(std::string_view name) {
  return !name.empty() && name.size() <= 80 && std::ranges::all_of(name, [](char c) {
    return c == '.' || c == '_' || c == '-' || is_alphanumeric({&c, 1});
  });
}

bool is_known(std::string_view name) {
  return name == "drop" || is_shared_fault(name) ||
         (is_code(name) && name.find_first_of("0123456789.") != std::string_view::npos);
}

}  // namespace

bool is_shared_fault(std::string_view name) {
  return std::ranges::find(kSharedFaults, name) != kSharedFaults.end();
}

std::string FaultCodes::of(std::string_view fault) const {
  if (fault == "throttle") return std::string{throttle};
  if (fault == "expired_token") return std::string{expired_token};
  if (fault == "lost_reply") return "drop";
  return std::string{fault};
}

void PlayedFaults::inject(std::string_view fault, int times) {
  constexpr std::string_view prefix = "token:";
  const bool is_token = fault.starts_with(prefix);
  const auto name = fault.substr(is_token ? prefix.size() : 0);
  if (!is_known(name))
    throw std::invalid_argument(
        "a fault is throttle, expired_token, hang, reset, lost_reply, a code of the platform or an "
        "HTTP status");
  for (; times > 0; --times) (is_token ? token_ : other_).push_back(codes_.of(name));
}

std::string PlayedFaults::next(bool is_token) {
  auto& queue = is_token ? token_ : other_;
  if (queue.empty()) return {};
  auto fault = std::move(queue.front());
  queue.pop_front();
  return fault;
}

std::optional<net::HttpResponse> played_silence(std::string_view fault) {
  if (fault != "hang" && fault != "reset") return std::nullopt;
  net::HttpResponse response;
  response.status = fault == "hang" ? kKeepsSilent : kHangsUp;
  return response;
}

std::optional<net::HttpResponse> played_status(std::string_view fault) {
  if (auto silence = played_silence(fault)) return silence;
  if (fault.size() != 3 || !is_digits(fault) || (fault[0] != '4' && fault[0] != '5'))
    return std::nullopt;
  return net::HttpResponse::text(std::stoi(std::string{fault}), "played fault\n");
}

}  // namespace huiyin
