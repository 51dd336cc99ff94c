// XML as chat platforms send it: one root, elements with text, nothing declared. pugixml behind a
// gate: any `<!` other than CDATA is refused before parsing, size, depth and elements are bounded.
#pragma once

#include <cstddef>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace huiyin {

struct XmlLimits {
  std::size_t bytes = 256 * 1024;
  int depth = 16;
  // Ordinary pushes have up to 15 elements. Enough for the longest known: nine photos of a
  // pic_weixin event (31), eleven templates of a subscribe_msg_*_event (about 50).
  int elements = 64;
};

enum class XmlFault {
  none,
  forbidden,  // DOCTYPE, entity, comment: an attack, no platform sends one
  broken,     // not well formed, not UTF-8, NUL bytes
  too_large,  // beyond XmlLimits
};

class XmlDocument {
 public:
  XmlFault parse(std::string_view text, const XmlLimits& limits = {});
  pugi::xml_node root() const { return document_.document_element(); }

 private:
  pugi::xml_document document_;
};

// All text directly in `element`, pieces of a split CDATA joined; empty for an absent element.
std::string xml_text(pugi::xml_node element);

// Appends `text` as CDATA; "]]>" inside is split over two sections. `text` must be presentable().
void append_cdata(std::string& xml, std::string_view text);

}  // namespace huiyin
