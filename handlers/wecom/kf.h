// 微信客服 (kf): residents on WeChat who write to the organisation. The pure parts: what the
// callback says, the request that pulls, what a pulled page holds, what is sent and what the
// answers mean. Pages "接收消息和事件" (94699), "发送消息" (96427). Nothing pulls by itself here: a
// step machine in the outbox has to, with next_cursor written in the same transaction as the
// messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "handlers/channel.h"

namespace huiyin::wecom::kf {

// Event kf_msg_or_event: there is something to pull for this account. The token lives 10 minutes;
// without one pulling is strictly rate limited.
struct Call {
  std::string open_kfid, token;
  Instant at;
};
// `xml`: decrypted body. Empty for anything else.
std::optional<Call> read_call(const std::string& xml);

inline constexpr int kMostPulled = 1000;

// POST /kf/sync_msg. Empty cursor: from the oldest message of the last three days. Empty token: the
// safety net against lost callbacks, every few minutes.
net::OutgoingRequest pull_request(std::string_view api_base, const Token& access,
                                  std::string_view open_kfid, std::string_view cursor,
                                  std::string_view token);

struct Page {
  SendOutcome::Kind kind = SendOutcome::unknown;  // delivered: the page is good
  std::string code;
  std::string next_cursor;
  bool more = false;  // pull again, even when this page had no messages
  std::vector<Message> messages;
  int ignored = 0;     // what a human servicer wrote
  int unreadable = 0;  // entries without msgid or customer
};
// Messages of customers, and events: who enters (scene; a welcome may be answered within 20 s at
// reply_address), what we sent and was not delivered. `now`: our clock.
Page read_page(const std::string& channel, const net::HttpResponse& response, Instant now);

// At most 32 of 0-9 A-Z a-z _ -, unique for the account, and the same for every attempt at one
// notice: a repeat is refused (95033).
std::string message_id(const Notice& notice);

// Text, or msgmenu when there are at most ten buttons; a tapped item comes back as its command.
net::OutgoingRequest send_request(std::string_view api_base, const Token& access,
                                  std::string_view open_kfid, const Notice& notice);
// Welcome at the code of enter_session: one message within 20 seconds.
net::OutgoingRequest welcome_request(std::string_view api_base, const Token& access,
                                     const Notice& notice);
// Delivered means accepted: msg_send_fail may still follow as Message::delivery.
SendOutcome read_answer(const Notice& notice, const net::HttpResponse& response);

}  // namespace huiyin::wecom::kf
