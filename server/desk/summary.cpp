#include "server/desk/summary.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "server/desk/facts.h"
#include "server/desk/result.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

constexpr std::size_t kLeastLeft = 2;  // characters that still tell something

// "[图片] " at the beginning of a line; empty for words.
std::string_view mark_of(std::string_view line) {
  for (const auto kind : {MessageKind::image, MessageKind::voice, MessageKind::video,
                          MessageKind::position, MessageKind::link})
    if (line.starts_with(words::media(kind))) return words::media(kind);
  return {};
}

// A position's label and a link's address are not yet what is wrong.
bool only_marks(std::string_view line, std::string_view mark) {
  return mark == words::media(MessageKind::position) || mark == words::media(MessageKind::link) ||
         (!mark.empty() && line.size() <= mark.size() + 1);
}

// Every name by which people may begin: the units from the village up, and the part below.
std::vector<std::string_view> names_of(const Directory& directory, const Case& c,
                                       const std::string& full) {
  std::vector<std::string_view> names;
  for (const Unit* unit = directory.unit(c.unit); unit; unit = directory.unit(unit->parent)) {
    names.push_back(unit->name);
    names.insert(names.end(), unit->aliases.begin(), unit->aliases.end());
    names.insert(names.end(), unit->former_names.begin(), unit->former_names.end());
  }
  if (c.place.size() > full.size() && c.place.starts_with(full))
    names.push_back(std::string_view{c.place}.substr(full.size()));
  return names;
}

bool strip_any(std::string_view& text, const auto& words) {
  std::size_t longest = 0;
  for (const std::string_view word : words)
    if (text.starts_with(word)) longest = std::max(longest, word.size());
  text.remove_prefix(longest);
  return longest != 0;
}

constexpr auto kPauses = std::to_array<std::string_view>(
    {"，", "。", "、", "：", "；", "！", "—", "　", ",", ".", ":", ";", " ", "-", "!"});
// The place is part of the sentence: 楼家村到石璜镇的路, 楼家村里的井.
constexpr auto kGoesOn = std::to_array<std::string_view>(
    {"到", "至", "和", "与", "跟", "往", "通", "去", "里", "内", "上", "下", "边",
     "旁", "附", "对", "后", "前", "中", "东", "西", "南", "北", "人", "委", "的"});

}  // namespace

std::string without_place(const Directory& directory, const Case& c, const std::string& words) {
  const auto full = c.unit ? directory.full_name(c.unit) : std::string{};
  const auto names = names_of(directory, c, full);
  std::string_view rest = words;
  bool named = false;
  while (strip_any(rest, names)) named = true;
  if (!named) return words;
  bool pause = false;
  while (strip_any(rest, kPauses)) pause = true;
  constexpr std::string_view kOf = "的", kIndeed = "的确";
  if (!pause && rest.starts_with(kOf) && !rest.starts_with(kIndeed)) {
    rest.remove_prefix(kOf.size());
    pause = true;
  }
  std::string_view next = rest;
  const bool goes_on = !pause && strip_any(next, kGoesOn);
  if (goes_on || meaningful_characters(rest) < kLeastLeft) return words;
  return std::string{rest};
}

Summary summary(const Directory& directory, const Case& c) {
  Summary out;
  const std::string& text = c.text;
  bool told = false;
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    if (told) {
      if (!out.more.empty()) out.more += "；";
      out.more += without_stop(std::string{line});
      continue;
    }
    const auto mark = mark_of(line);
    told = !only_marks(line, mark);
    if (!out.first.empty()) out.first += ' ';
    if (!told || !mark.empty())
      out.first += line;
    else
      out.first += without_place(directory, c, std::string{line});
  }
  return out;
}

}  // namespace huiyin
