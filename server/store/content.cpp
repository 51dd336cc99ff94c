#include "server/store/content.h"

#include "server/store/utf8.h"

namespace huiyin::store {

void put_part(std::string& out, std::string_view part) {
  for (const char c : part) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

std::vector<std::string> parts_of(std::string_view line) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      parts.emplace_back();
    } else if (line[i] == '\\' && i + 1 < line.size()) {
      const char c = line[++i];
      parts.back() += c == 't' ? '\t' : c == 'n' ? '\n' : c;
    } else {
      parts.back() += line[i];
    }
  }
  return parts;
}

std::string encode_content(const Notice& notice) {
  std::string out;
  for (const auto& button : notice.buttons) {
    out += "b\t";
    put_part(out, button.label);
    out += '\t';
    put_part(out, button.command);
    out += '\n';
  }
  if (!notice.link.empty()) {
    out += "l\t";
    put_part(out, notice.link);
    out += '\n';
  }
  for (const auto& [name, value] : notice.fields) {
    out += "f\t";
    put_part(out, name);
    out += '\t';
    put_part(out, value);
    out += '\n';
  }
  return out;
}

void decode_content(std::string_view content, Notice& notice) {
  while (!content.empty()) {
    const auto end = content.find('\n');
    auto parts = parts_of(content.substr(0, end));
    content = end == content.npos ? std::string_view{} : content.substr(end + 1);
    if (parts[0] == "b" && parts.size() == 3) {
      notice.buttons.push_back(Button{std::move(parts[1]), std::move(parts[2])});
    } else if (parts[0] == "l" && parts.size() == 2) {
      notice.link = std::move(parts[1]);
    } else if (parts[0] == "f" && parts.size() == 3) {
      notice.fields[parts[1]] = std::move(parts[2]);
    }
  }
}

std::string join_list(const std::vector<std::string>& list) {
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += '|';
    for (const char c : list[i]) {
      if (c == '|' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  out.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      out.back() += text[++i];
    } else if (text[i] == '|') {
      out.emplace_back();
    } else {
      out.back() += text[i];
    }
  }
  return out;
}

std::string storable_handle(const std::string& handle) {
  constexpr std::size_t kMost = 255;  // cards.handle
  return clip(handle, kMost) == handle ? handle : "";
}

}  // namespace huiyin::store
