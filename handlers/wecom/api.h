// Requests to the platform's API and what their answers mean.
#pragma once

#include <array>
#include <chrono>

#include "handlers/channel.h"
#include "handlers/wecom/account.h"

namespace huiyin::wecom {

// Page "访问频率限制": one corp and one API. What is beyond to one member is dropped without a
// word.
inline constexpr std::array<Rate, 2> kToOneMember{Rate{30, std::chrono::minutes{1}},
                                                  Rate{1000, std::chrono::hours{1}}};
SendLimits corp_limits();
// Where a PicUrl leads (wework.qpic.cn, p.qpic.cn); the page names none, these are observed.
std::vector<std::string> picture_hosts();

// Page "获取access_token": one secret and one token for each application.
net::OutgoingRequest token_request(std::string_view api_base, std::string_view corp_id,
                                   std::string_view secret);
TokenAnswer read_token(const net::HttpResponse& response);

// Page "发送应用消息". Buttons: template card. A link and little text: textcard. Else text or
// markdown.
net::OutgoingRequest send_message(const App& app, const Notice& notice, const Token& token);
// Page "更新模版卡片消息": uses up the response_code in notice.replaces.
net::OutgoingRequest update_card(const App& app, const Notice& notice, const Token& token);

// errcode, and behind an errcode 0 who was left out. platform_id: the response_code of a card with
// buttons, by which it can be changed once within 72 hours; empty for everything else.
SendOutcome read_outcome(const net::HttpResponse& response);
// The same for update_card(): the code is used up, and the page promises no new one. The next press
// brings one.
SendOutcome read_update_outcome(const net::HttpResponse& response);
// The answer has an errcode of the tables.
bool is_listed(const net::HttpResponse& response);
// Answer to the one POST to a robot's response_url.
SendOutcome read_robot_outcome(const net::HttpResponse& response);

}  // namespace huiyin::wecom
