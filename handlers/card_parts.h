// What platforms with cards share in writing them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace huiyin {

// Notices of this kind may be asked to change later (Notice::replaces), so they must go out as
// something that can.
bool is_card_kind(std::string_view kind);

// "照片：https://huiyin.example.org/m/12.1795423426.0f3a…": a line that shows a file of a case.
struct FileLine {
  std::string_view words;    // "照片："
  std::string_view address;  // "https://…"; characters of an address only
  std::string_view host;     // "huiyin.example.org": what may stand for it where it is a link
};
// Empty for all other lines. Anybody can write such a line: never hide where it leads.
std::optional<FileLine> read_file_line(std::string_view line);

}  // namespace huiyin
