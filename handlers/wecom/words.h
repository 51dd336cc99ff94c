// Notices as words of WeCom's message types, whose markup must not come from people: a report that
// holds an <a> or a [link](..) is shown as it was written and leads nowhere.
#pragma once

#include <string>
#include <vector>

#include "server/cases/notice.h"

namespace huiyin::wecom {

inline constexpr std::size_t kMaxText = 2048;  // bytes, text and markdown; longer is cut

// "照片：https://…/m/…": a line that leads to a file of the case.
struct FileLink {
  std::string name, host, url;
};
struct Parted {
  std::string text;  // the other lines
  std::vector<FileLink> links;
};
// Takes at most `most` file links off `text`. Only addresses of the shape that we sign are such,
// but anybody can write one: show where it leads.
Parted part_links(const std::string& text, std::size_t most);

// For msgtype text, passive replies too: title, text, commands, link. Addresses in it can be
// tapped.
std::string text_content(const Notice& notice);
// For msgtype markdown: the title in bold.
std::string markdown_content(const Notice& notice);

struct TextCard {
  std::string title, description;
  bool fits = false;  // nothing had to be left out, and no link lies dead in it
};
// For msgtype textcard: title at most 128 bytes, description 512, lines parted by <br>.
TextCard text_card(const Notice& notice);

}  // namespace huiyin::wecom
