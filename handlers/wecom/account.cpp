#include "handlers/wecom/account.h"

#include <limits>

#include "handlers/config_keys.h"
#include "handlers/wecom/wecom.h"

namespace huiyin::wecom {
namespace {

constexpr ChannelKey kToken{"token", true, true, "1 to 32 letters and digits, as in the console"};
constexpr ChannelKey kAesKey{"aes_key", true, true, "43 characters, the EncodingAESKey"};

constexpr auto kAppKeys = std::to_array<ChannelKey>({
    {"corp_id", false, true, "企业ID, letters and digits, from 我的企业"},
    {"agent_id", false, true, "AgentId of the application, a whole number"},
    {"secret", true, true, "Secret of this application"},
    kToken,
    kAesKey,
    {"format", false, false,
     "text (default) or markdown, which is not shown in the WeChat plug-in: notices without "
     "buttons"},
});
constexpr auto kRobotKeys = std::to_array<ChannelKey>({kToken, kAesKey});

std::string api_base(const ChannelConfig& config) {
  std::string base = config.api_base.empty() ? std::string{kDefaultApiBase} : config.api_base;
  while (base.ends_with('/')) base.pop_back();
  return base;
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

App read_app(const ChannelConfig& config) {
  const auto corp_id = required_key(config, "corp_id");
  if (!is_alphanumeric(corp_id) || corp_id.size() > 64)
    refuse_key("corp_id", "must be 1 to 64 letters and digits");
  auto secret = required_key(config, "secret");
  required_key(config, "agent_id");
  const int agent_id =
      integer_key(config, "agent_id", 0, 1, std::numeric_limits<std::int32_t>::max());
  const auto format = read_format(optional_key(config, "format"));
  return {config.name, api_base(config),         corp_id, std::move(secret), agent_id,
          format,      envelope(config, corp_id)};
}

Robot read_robot(const ChannelConfig& config) {
  return {config.name, api_base(config), envelope(config, {})};
}

}  // namespace huiyin::wecom
