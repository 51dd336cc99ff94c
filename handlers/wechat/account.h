// One WeChat Official Account (公众号 / 服务号) as configured.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "handlers/channel.h"
#include "handlers/tencent_crypto.h"
#include "handlers/wechat/template_fields.h"

namespace huiyin::wechat {

// How the platform's console says that pushes arrive. A request never chooses.
enum class Mode { plain, compatible, safe };

// What `template_id` is a template of.
enum class TemplateKind {
  message,       // 模板消息: whoever follows
  subscription,  // 订阅通知: whoever agreed, once or, with public services, for good
};

struct Account {
  std::string channel, api_base;
  std::string app_id, app_secret, token;
  Mode mode = Mode::safe;
  std::optional<tencent::Envelope> envelope;  // none in plain mode
  std::chrono::seconds window{0};             // accepted clock difference; zero: any
  std::string template_id;                    // empty: no template route
  TemplateKind template_kind = TemplateKind::message;
  std::vector<TemplateField> template_fields;
};

Account read_account(const ChannelConfig& config);  // throws std::invalid_argument, see channel.h

}  // namespace huiyin::wechat
