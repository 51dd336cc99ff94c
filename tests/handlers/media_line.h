// What tables of media and limits show in a line.
#pragma once

#include <string>

#include "handlers/channel.h"

namespace huiyin::test {

// "content", "GET https://…", "retry http_502", "gone 400 file_too_big".
inline std::string media_line(const MediaAnswer& answer) {
  constexpr const char* names[] = {"content", "next", "retry", "token_expired", "gone"};
  if (answer.kind == MediaAnswer::next) return answer.request.method + " " + answer.request.url;
  return names[answer.kind] + (answer.code.empty() ? "" : " " + answer.code);
}

// "30/1000ms 1000/60000ms"
inline std::string rates_line(const std::vector<Rate>& rates) {
  std::string line;
  for (const auto& rate : rates)
    line += (line.empty() ? "" : " ") + std::to_string(rate.count) + "/" +
            std::to_string(rate.per.count()) + "ms";
  return line;
}

}  // namespace huiyin::test
