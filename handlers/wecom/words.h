// Notices as words of WeCom's message types, whose markup must not come from people: a report that
// holds an <a> or a [link](..) is shown as it was written and leads nowhere.
#pragma once

#include <string>

#include "server/cases/notice.h"

namespace huiyin::wecom {

inline constexpr std::size_t kMaxText = 2048;  // bytes, text and markdown; longer is cut

// For msgtype text, passive replies too: title, text, commands, link.
std::string text_content(const Notice& notice);
// For msgtype markdown: the title in bold.
std::string markdown_content(const Notice& notice);

struct TextCard {
  std::string title, description;
  bool fits = false;  // nothing had to be left out
};
// For msgtype textcard: title at most 128 bytes, description 512, lines parted by <br>.
TextCard text_card(const Notice& notice);

}  // namespace huiyin::wecom
