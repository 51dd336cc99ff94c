#include "handlers/card_parts.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "server/cases/notice.h"

namespace huiyin {
namespace {

constexpr std::size_t kSignature = 32;  // hexadecimal digits at the end of such an address
constexpr std::size_t kMaxAddress = 500;

// "12.1795423426.0f3a…": number, second, signature.
bool is_file_token(std::string_view text) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == std::string_view::npos || first == last) return false;
  const auto signature = text.substr(last + 1);
  return is_digits(text.substr(0, first)) && is_digits(text.substr(first + 1, last - first - 1)) &&
         signature.size() == kSignature &&
         signature.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_place(std::string_view text) {  // of host, port and path
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::string_view{"-.:/"}.find(c) != std::string_view::npos || is_alphanumeric({&c, 1});
  });
}

}  // namespace

bool is_card_kind(std::string_view kind) {
  return std::ranges::any_of(
      kNoticeKinds, [&](const NoticeKind& each) { return each.card && each.name == kind; });
}

std::optional<FileLine> read_file_line(std::string_view line) {
  constexpr std::string_view kFiles = "/m/";
  auto at = line.rfind("https://");
  if (at == std::string_view::npos) at = line.rfind("http://");
  if (at == std::string_view::npos) return std::nullopt;
  const auto address = line.substr(at);
  const auto files = address.rfind(kFiles);
  const auto begin = address.find("://") + 3;
  if (address.size() > kMaxAddress || files == std::string_view::npos || files <= begin)
    return std::nullopt;
  const auto place = address.substr(begin, files - begin);
  if (!is_place(place) || !is_file_token(address.substr(files + kFiles.size())))
    return std::nullopt;
  return FileLine{line.substr(0, at), address, place.substr(0, place.find('/'))};
}

}  // namespace huiyin
