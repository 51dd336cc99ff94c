#include "handlers/xml.h"

#include "handlers/utf8.h"

namespace huiyin {
namespace {

constexpr std::string_view kCdata = "<![CDATA[";
constexpr std::string_view kCdataEnd = "]]>";

// One pass over the markup, skipping CDATA sections, where people may write what they like.
XmlFault inspect(std::string_view text, const XmlLimits& limits) {
  if (text.size() > limits.bytes) return XmlFault::too_large;
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return XmlFault::broken;
  int elements = 0;
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const auto rest = text.substr(at);
    if (rest.starts_with(kCdata)) {
      at = text.find(kCdataEnd, at + kCdata.size());
      if (at == std::string_view::npos) return XmlFault::broken;
      at += kCdataEnd.size();
      continue;
    }
    if (rest.starts_with("<!")) return XmlFault::forbidden;
    if (!rest.starts_with("</") && !rest.starts_with("<?") && ++elements > limits.elements)
      return XmlFault::too_large;
    ++at;
  }
  return XmlFault::none;
}

// Recursion is bounded by the number of elements, which inspect() has counted.
bool deeper_than(pugi::xml_node node, int depth) {
  if (depth < 0) return true;
  for (const auto child : node.children()) {
    if (child.type() == pugi::node_element && deeper_than(child, depth - 1)) return true;
  }
  return false;
}

}  // namespace

XmlFault XmlDocument::parse(std::string_view text, const XmlLimits& limits) {
  document_.reset();
  if (const auto fault = inspect(text, limits); fault != XmlFault::none) return fault;
  constexpr unsigned options = pugi::parse_cdata | pugi::parse_escapes;
  const auto result = document_.load_buffer(text.data(), text.size(), options, pugi::encoding_utf8);
  const bool one_root = root() && !root().next_sibling();
  if (!result || !one_root) {
    document_.reset();
    return XmlFault::broken;
  }
  if (deeper_than(document_, limits.depth)) {
    document_.reset();
    return XmlFault::too_large;
  }
  return XmlFault::none;
}

std::string xml_text(pugi::xml_node element) {
  std::string text;
  for (const auto child : element.children()) {
    if (child.type() == pugi::node_cdata) text += child.value();
    // Character references can name what is no text: &#xD800; &#1;
    if (child.type() == pugi::node_pcdata) text += presentable(child.value());
  }
  return text;
}

void append_cdata(std::string& xml, std::string_view text) {
  xml += kCdata;
  for (auto end = text.find(kCdataEnd); end != std::string_view::npos; end = text.find(kCdataEnd)) {
    xml.append(text.substr(0, end + 2)).append(kCdataEnd).append(kCdata);
    text.remove_prefix(end + 2);
  }
  xml.append(text).append(kCdataEnd);
}

}  // namespace huiyin
