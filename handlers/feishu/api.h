// Requests to open-apis and what their answers mean. Facts: pages "发送消息", "回复消息",
// "更新应用发送的消息卡片", "服务端错误码说明".
#pragma once

#include "handlers/channel.h"
#include "handlers/feishu/account.h"

namespace huiyin::feishu {

inline constexpr std::size_t kMaxText = 30 * 1024;  // bytes; a request may have 150 KB

net::OutgoingRequest tenant_token_request(const Account& account);
TokenAnswer read_token(const net::HttpResponse& response);

// PATCH of the card `replaces`; else an answer to the message `reply_address`; else a message to
// `recipient`. Notices with buttons, a link or the kind of a card are cards, others text.
net::OutgoingRequest send_request(const Account& account, const Notice& notice, const Token& token);

// `code` of the body, whatever the status is; statuses of bodies that cannot be read.
SendOutcome read_outcome(const net::HttpResponse& response);
// The same when it is known what was sent.
SendOutcome read_outcome(const Notice& notice, const net::HttpResponse& response);

}  // namespace huiyin::feishu
