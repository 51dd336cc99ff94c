// Requests to the platform's API and what their answers mean.
#pragma once

#include "handlers/channel.h"
#include "handlers/wecom/account.h"

namespace huiyin::wecom {

// Page "获取access_token": one secret and one token for each application.
net::OutgoingRequest token_request(const App& app);
TokenAnswer read_token(const net::HttpResponse& response);

// Page "发送应用消息". Buttons: template card. A link and little text: textcard. Else text or
// markdown.
net::OutgoingRequest send_message(const App& app, const Notice& notice, const Token& token);
// Page "更新模版卡片消息": uses up the response_code in notice.replaces.
net::OutgoingRequest update_card(const App& app, const Notice& notice, const Token& token);

// errcode, and behind an errcode 0 who was left out. platform_id: response_code of a card, which
// changes it once within 72 hours; msgid of other messages.
SendOutcome read_outcome(const net::HttpResponse& response);
// The same for update_card(); the changed card keeps the id that it had, though its code is used
// up.
SendOutcome read_update_outcome(const std::string& replaces, const net::HttpResponse& response);
// Answer to the one POST to a robot's response_url.
SendOutcome read_robot_outcome(const net::HttpResponse& response);

}  // namespace huiyin::wecom
