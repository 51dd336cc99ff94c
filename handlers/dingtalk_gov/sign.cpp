#include "handlers/dingtalk_gov/sign.h"

#include <algorithm>
#include <cstdio>

#include "handlers/base64.h"
#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "server/net/http.h"

namespace huiyin::dingtalk_gov {

std::string string_to_sign(std::string_view method, std::string_view timestamp,
                           std::string_view nonce, std::string_view path, Parameters parameters) {
  std::string text{method};
  for (const auto part : {timestamp, nonce, path}) text.append("\n").append(part);
  std::ranges::sort(parameters);
  char separator = '\n';
  for (const auto& [name, value] : parameters) {
    text.append(1, separator).append(name).append("=").append(value);
    separator = '&';
  }
  return text;
}

std::string signature(std::string_view secret, std::string_view text) {
  return encode_base64(hmac_sha256(secret, {text}));
}

std::string timestamp_of(Instant now) {
  using namespace std::chrono;
  const auto local = floor<milliseconds>(now + hours{8});
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss time{local - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03d+08:00",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text;
}

std::string form_of(const Parameters& parameters) {
  std::string form;
  for (const auto& [name, value] : parameters)
    form += (form.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
  return form;
}

Parameters parameters_of(std::string_view form) {
  Parameters parameters;
  while (!form.empty()) {
    const auto end = form.find('&');
    const auto pair = form.substr(0, end);
    form = end == std::string_view::npos ? std::string_view{} : form.substr(end + 1);
    const std::string name{pair.substr(0, pair.find('='))};
    if (!name.empty()) parameters.emplace_back(name, net::query_parameter(pair, name));
  }
  return parameters;
}

}  // namespace huiyin::dingtalk_gov
