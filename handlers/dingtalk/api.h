// Requests to both generations of DingTalk's API and what their answers mean. Facts: pages
// "机器人发送消息", "工作通知", "互动卡片", "全局错误码".
#pragma once

#include "handlers/channel.h"
#include "handlers/dingtalk/account.h"

namespace huiyin::dingtalk {

// Robots use the token of the new API, work notices that of the old one: whether they could be
// exchanged is not documented.
net::OutgoingRequest token_request(const Account& account);
net::OutgoingRequest robot_token_request(const Account& account);  // of the new API
TokenAnswer read_token(const net::HttpResponse& response);

// The same for the same notice each time: by it a card is changed, and known when it comes again.
std::string track_id(const Notice& notice);
bool is_edit(const Account& account, const Notice& notice);
bool is_card(const Account& account, const Notice& notice);
// A changed card; else a new one; else an answer to the session webhook; else robot message or work
// notice.
net::OutgoingRequest send_request(const Account& account, const Notice& notice, const Token& token);

// Success hides failures: lists of people who did not get it, cards that were not delivered.
SendOutcome read_outcome(const net::HttpResponse& response);
SendOutcome read_outcome(const Account& account, const Notice& notice,
                         const net::HttpResponse& response);

// A work notice is only queued when it was taken; what became of it is asked within 24 hours.
// Empty for other platform ids.
std::optional<net::OutgoingRequest> fate_request(const Account& account,
                                                 std::string_view platform_id, const Token& token);
// Empty while it is not known.
std::optional<Delivery> read_fate(std::string_view platform_id, const net::HttpResponse& response);

}  // namespace huiyin::dingtalk
