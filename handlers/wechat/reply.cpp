#include "handlers/wechat/reply.h"

#include "handlers/digest.h"
#include "handlers/plain_text.h"
#include "handlers/xml.h"

namespace huiyin::wechat {
namespace {

constexpr std::string_view kXmlType = "text/xml; charset=utf-8";

void append_element(std::string& xml, std::string_view name, std::string_view text) {
  xml.append("<").append(name).append(">");
  append_cdata(xml, text);
  xml.append("</").append(name).append(">");
}

void append_seconds(std::string& xml, std::string_view name, std::string_view seconds) {
  xml.append("<").append(name).append(">").append(seconds);
  xml.append("</").append(name).append(">");
}

std::string message_xml(const Message& message, std::string_view text, std::string_view seconds) {
  std::string xml = "<xml>";
  append_element(xml, "ToUserName", message.sender);
  append_element(xml, "FromUserName", message.recipient);
  append_seconds(xml, "CreateTime", seconds);
  append_element(xml, "MsgType", "text");
  append_element(xml, "Content", text);
  return xml += "</xml>";
}

std::string encrypted_xml(const tencent::Envelope& envelope, std::string_view xml,
                          std::string_view seconds, std::span<const unsigned char, 16> random) {
  // The nonce goes out in clear; a digest keeps the frame's random bytes to themselves.
  const auto nonce =
      sha256_hex({{reinterpret_cast<const char*>(random.data()), random.size()}}).substr(0, 16);
  const auto sealed = envelope.seal(xml, seconds, nonce, random);
  std::string outer = "<xml>";
  append_element(outer, "Encrypt", sealed.encrypt);
  append_element(outer, "MsgSignature", sealed.signature);
  append_seconds(outer, "TimeStamp", seconds);
  append_element(outer, "Nonce", nonce);
  return outer += "</xml>";
}

}  // namespace

net::HttpResponse say_nothing() { return net::HttpResponse::text(200, "success", "text/plain"); }

net::HttpResponse reply_text(const Account& account, const Message& message, const Notice& notice,
                             Instant now, std::span<const unsigned char, 16> random) {
  const auto seconds = std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  auto xml = message_xml(message, plain_text(notice, kMaxText), seconds);
  if (account.envelope) xml = encrypted_xml(*account.envelope, xml, seconds, random);
  return net::HttpResponse::text(200, std::move(xml), kXmlType);
}

}  // namespace huiyin::wechat
