#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "handlers/channel.h"
#include "handlers/console/console.h"
#include "handlers/dingtalk/dingtalk.h"
#include "handlers/dingtalk_gov/dingtalk_gov.h"
#include "handlers/feishu/feishu.h"
#include "handlers/line/line.h"
#include "handlers/simulator.h"
#include "handlers/slack/slack.h"
#include "handlers/telegram/telegram.h"
#include "handlers/wechat/wechat.h"
#include "handlers/wecom/wecom.h"
#include "handlers/whatsapp/whatsapp.h"

namespace huiyin {
namespace {

// An explicit list: objects that register themselves are dropped by the linker from a static
// library.
struct Entry {
  Platform platform;
  std::unique_ptr<Simulator> (*make_simulator)(const ChannelConfig&);
};

const auto& entries() {
  static const auto list = std::to_array<Entry>({
      {{"wechat", wechat::kDefaultApiBase, wechat::account_keys(), wechat::make_channel},
       wechat::make_simulator},
      {{"telegram", telegram::kDefaultApiBase, telegram::account_keys(), telegram::make_channel},
       telegram::make_simulator},
      {{"wecom", wecom::kDefaultApiBase, wecom::app_keys(), wecom::make_app},
       wecom::make_app_simulator},
      {{"wecom-robot", wecom::kDefaultApiBase, wecom::robot_keys(), wecom::make_robot},
       wecom::make_robot_simulator},
      {{"wecom-kf", wecom::kDefaultApiBase, wecom::kf_keys(), wecom::make_kf},
       wecom::make_kf_simulator},
      {{"line", line::kDefaultApiBase, line::account_keys(), line::make_channel},
       line::make_simulator},
      {{"feishu", feishu::kDefaultApiBase, feishu::account_keys(), feishu::make_channel},
       feishu::make_simulator},
      {{"dingtalk", dingtalk::kDefaultApiBase, dingtalk::account_keys(), dingtalk::make_channel},
       dingtalk::make_simulator},
      {{"dingtalk-gov", dingtalk_gov::kDefaultApiBase, dingtalk_gov::account_keys(),
        dingtalk_gov::make_channel},
       dingtalk_gov::make_simulator},
      {{"whatsapp", whatsapp::kDefaultApiBase, whatsapp::account_keys(), whatsapp::make_channel},
       whatsapp::make_simulator},
      {{"slack", slack::kDefaultApiBase, slack::account_keys(), slack::make_channel},
       slack::make_simulator},
      {{"console", "", console::channel_keys(), console::make_channel, true},
       console::make_simulator},
  });
  return list;
}

}  // namespace

std::span<const Platform> platforms() {
  static const auto list = [] {
    std::vector<Platform> platforms;
    std::ranges::transform(entries(), std::back_inserter(platforms), &Entry::platform);
    return platforms;
  }();
  return list;
}

const Platform* find_platform(std::string_view name) {
  const auto found = std::ranges::find(platforms(), name, &Platform::name);
  return found == platforms().end() ? nullptr : &*found;
}

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  for (const auto& entry : entries())
    if (entry.platform.name == config.platform) return entry.make_simulator(config);
  throw std::invalid_argument("platform: must be one of those that are listed by check-config");
}

}  // namespace huiyin
