#include "handlers/wecom/account.h"

#include <algorithm>
#include <limits>

#include "handlers/config_keys.h"
#include "handlers/wecom/wecom.h"

namespace huiyin::wecom {
namespace {

constexpr ChannelKey kToken{"token", true, true, "1 to 32 letters and digits, as in the console"};
constexpr ChannelKey kAesKey{"aes_key", true, true, "43 characters, the EncodingAESKey"};

constexpr ChannelKey kCorpId{"corp_id", false, true, "企业ID, letters and digits, from 我的企业"};
constexpr ChannelKey kSecret{"secret", true, true, "Secret of this application"};

constexpr auto kAppKeys = std::to_array<ChannelKey>({
    kCorpId,
    {"agent_id", false, true, "AgentId of the application, a whole number"},
    kSecret,
    kToken,
    kAesKey,
    {"format", false, false,
     "text (default) or markdown, which is not shown in the WeChat plug-in: notices without "
     "buttons"},
});
constexpr auto kRobotKeys = std::to_array<ChannelKey>({
    kToken,
    kAesKey,
    {"media_host", false, false, "host of the files that people send; default: the observed one"},
});
constexpr auto kKfKeys = std::to_array<ChannelKey>({
    kCorpId,
    kSecret,
    {"open_kfid", false, true, "id of the customer-service account, wk and letters and digits"},
    kToken,
    kAesKey,
});

// Of the page's own example, and the only one that is seen in public.
constexpr std::string_view kRobotFiles = "ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com";

std::string read_corp_id(const ChannelConfig& config) {
  auto corp_id = required_key(config, "corp_id");
  if (!is_alphanumeric(corp_id) || corp_id.size() > 64)
    refuse_key("corp_id", "must be 1 to 64 letters and digits");
  return corp_id;
}

// A robot's frames end in an empty receive id.
tencent::Envelope envelope(const ChannelConfig& config, std::string receive_id) {
  const auto token = required_key(config, "token");
  if (!is_alphanumeric(token) || token.size() > 32)
    refuse_key("token", "must be 1 to 32 letters and digits");
  return {token, required_key(config, "aes_key"), std::move(receive_id)};
}

Format read_format(const std::string& text) {
  if (text.empty() || text == "text") return Format::text;
  if (text == "markdown") return Format::markdown;
  refuse_key("format", "must be text or markdown");
}

}  // namespace

std::span<const ChannelKey> app_keys() { return kAppKeys; }
std::span<const ChannelKey> robot_keys() { return kRobotKeys; }
std::span<const ChannelKey> kf_keys() { return kKfKeys; }

App read_app(const ChannelConfig& config) {
  const auto corp_id = read_corp_id(config);
  auto secret = required_key(config, "secret");
  required_key(config, "agent_id");
  const int agent_id =
      integer_key(config, "agent_id", 0, 1, std::numeric_limits<std::int32_t>::max());
  const auto format = read_format(optional_key(config, "format"));
  return {config.name, base_url(config, kDefaultApiBase), corp_id, std::move(secret), agent_id,
          format,      envelope(config, corp_id)};
}

Robot read_robot(const ChannelConfig& config) {
  auto host = optional_key(config, "media_host");
  if (host.empty()) host = kRobotFiles;
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  if (host.find_first_not_of(allowed) != std::string::npos || host.find('.') == std::string::npos ||
      host.front() == '.' || host.back() == '.')
    refuse_key("media_host", "must be the name of a host, in lower case");
  return {config.name, base_url(config, kDefaultApiBase), std::move(host), envelope(config, {})};
}

Kf read_kf(const ChannelConfig& config) {
  const auto corp_id = read_corp_id(config);
  auto secret = required_key(config, "secret");
  auto open_kfid = required_key(config, "open_kfid");
  const auto is_id = [](char c) { return c == '_' || c == '-' || is_alphanumeric({&c, 1}); };
  if (!std::ranges::all_of(open_kfid, is_id) || open_kfid.size() > 64)
    refuse_key("open_kfid", "must be 1 to 64 letters, digits, _ or -");
  return {config.name,          base_url(config, kDefaultApiBase), corp_id, std::move(secret),
          std::move(open_kfid), envelope(config, corp_id)};
}

}  // namespace huiyin::wecom
