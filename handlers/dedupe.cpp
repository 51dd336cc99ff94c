#include "handlers/dedupe.h"

#include <algorithm>

#include "handlers/digest.h"

namespace huiyin {
namespace {

bool is_plain(std::string_view part) {
  return std::ranges::all_of(part, [](char c) { return c > ' ' && c < 0x7F && c != '|'; });
}

}  // namespace

std::string dedupe_key(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (const auto part : parts) {
    if (!key.empty()) key += '|';
    key += part;
  }
  const auto first = parts.size() ? *parts.begin() : std::string_view{};
  // An empty first part would lose its separator.
  if (!first.empty() && key.size() <= kMaxDedupeKey && std::ranges::all_of(parts, is_plain))
    return key;

  std::string framed;  // lengths make the list unambiguous
  for (const auto part : parts) framed.append(std::to_string(part.size())).append(":").append(part);
  return "sha256|" + sha256_hex({framed});
}

}  // namespace huiyin
