#include "handlers/wecom/played_xml.h"

#include <stdexcept>

#include "handlers/utf8.h"

namespace huiyin::wecom {

std::string cdata(const std::string& name, std::string text) {
  for (auto at = text.find("]]>"); at != std::string::npos; at = text.find("]]>", at + 15))
    text.replace(at, 3, "]]]]><![CDATA[>");
  return "<" + name + "><![CDATA[" + text + "]]></" + name + ">";
}

std::string bare(const std::string& name, const std::string& text) {
  return "<" + name + ">" + text + "</" + name + ">";
}

std::string played_seconds(Instant at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count());
}

std::array<unsigned char, 16> played_random(std::mt19937_64& dice) {
  std::array<unsigned char, 16> random;
  for (auto& byte : random) byte = static_cast<unsigned char>(dice());
  return random;
}

void reply_fault(const std::string& why) {
  throw std::runtime_error("WeCom does not take the reply: " + why);
}

pugi::xml_document parse_reply(const std::string& xml) {
  pugi::xml_document document;
  if (!is_utf8(xml)) reply_fault("it is not UTF-8");
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8))
    reply_fault("it is not well-formed XML");
  if (!document.child("xml")) reply_fault("its root is not xml");
  return document;
}

}  // namespace huiyin::wecom
