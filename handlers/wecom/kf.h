// 微信客服 (kf): residents on WeChat who write to the organisation. An event only says that there
// is something; the content is pulled page by page (DESIGN §1a "Pulling"). Pages "接收消息和事件"
// (94699), "发送消息" (96427); platform "wecom-kf", docs/wecom-kf.md.
#pragma once

#include <optional>
#include <string>

#include "handlers/channel.h"
#include "handlers/wecom/account.h"

namespace huiyin::wecom::kf {

// Event kf_msg_or_event: there is something to pull for this account. The token lives 10 minutes;
// without one pulling is strictly rate limited.
struct Call {
  std::string open_kfid, token;
};
// `xml`: decrypted body. Empty for anything else.
std::optional<Call> read_call(const std::string& xml);

inline constexpr int kMostPulled = 1000;

// POST /kf/sync_msg. Stream: open_kfid, the event's token, the cursor. Without a cursor: from the
// oldest message of the last three days. Without a token: the safety net against lost callbacks.
net::OutgoingRequest pull_request(const Kf& kf, const Stream& stream, const Token& access);

// Messages of customers; events: who enters (scene; a welcome may be answered within 20 s at
// reply_address), what we sent and was not delivered. What a human servicer wrote is left out, what
// cannot be read is a message `other` of the account itself. `now`: our clock.
Page read_page(const Kf& kf, const Stream& stream, const net::HttpResponse& response, Instant now);

// At most 32 of 0-9 A-Z a-z _ -, unique for the account, and the same for every attempt at one
// notice: a repeat is refused (95033).
std::string message_id(const Notice& notice);

// Text, or msgmenu when there are at most ten buttons; a tapped item comes back as its command.
// With a reply_address, the code of enter_session, it is the welcome: one message within 20 s.
net::OutgoingRequest send_request(const Kf& kf, const Notice& notice, const Token& access);
// Delivered means accepted: msg_send_fail may still follow as Message::delivery.
SendOutcome read_answer(const Notice& notice, const net::HttpResponse& response);

}  // namespace huiyin::wecom::kf
