// Requests to the platform's API and what their answers mean.
#pragma once

#include "handlers/channel.h"
#include "handlers/wechat/account.h"

namespace huiyin::wechat {

// Page "获取稳定版接口调用凭据": repeated calls return the current token, so processes do not evict
// each other's.
net::OutgoingRequest stable_token_request(const Account& account);
TokenAnswer read_token(const net::HttpResponse& response);

// Page "发送客服消息": free text inside the window that a message opened.
net::OutgoingRequest customer_service_message(const Account& account, const Notice& notice,
                                              const Token& token);

// Page "发送模板消息": no window, but the person must follow the account. Page "发送订阅通知", when
// the account has such a template: the person must have agreed.
// True when every configured field has a value that its type allows.
bool fits_template(const Account& account, const Notice& notice);
net::OutgoingRequest template_message(const Account& account, const Notice& notice,
                                      const Token& token);

// errcode of the 200 body → outcome; also HTTP errors and bodies that cannot be read.
SendOutcome read_outcome(const net::HttpResponse& response);

}  // namespace huiyin::wechat
