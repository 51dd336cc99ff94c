// The XML of one push → what it says. Every type and event of the platform's pages "接收普通消息",
// "接收事件推送", "订阅通知的事件推送"; unknown ones become MessageKind::other.
#pragma once

#include "handlers/channel.h"
#include "handlers/wechat/request.h"

namespace huiyin::wechat {

Decoded read_push(const Account& account, Authentic push, Instant now);

}  // namespace huiyin::wechat
