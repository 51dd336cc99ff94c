#include "handlers/wechat/reply.h"

#include "handlers/tencent_push.h"

namespace huiyin::wechat {

net::HttpResponse say_nothing() { return net::HttpResponse::text(200, "success", "text/plain"); }

net::HttpResponse reply_text(const Account& account, const Message& message, const Notice& notice,
                             Instant now, std::span<const unsigned char, 16> random) {
  auto xml = tencent::text_reply_xml(message, tencent::text_content(notice, kMaxText), now);
  if (account.envelope) xml = tencent::sealed_xml(*account.envelope, xml, now, random);
  return net::HttpResponse::text(200, std::move(xml), "text/xml; charset=utf-8");
}

}  // namespace huiyin::wechat
