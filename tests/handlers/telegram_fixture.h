// Updates as core.telegram.org/bots/api shows them, by hand, so that every part can be made wrong.
#pragma once

#include <string>

#include "handlers/telegram/telegram.h"
#include "tests/handlers/platform_table.h"

namespace huiyin::telegram::test {

using namespace huiyin::test;

inline constexpr std::string_view kToken = "7012345678:AAH-x_Example0Token1Of2Telegram3Bots";
inline constexpr std::string_view kSecret = "fOsVf3NS227xm2Q-HElJ3_ZXSwsp0wpP";
inline constexpr std::int64_t kSecond = 1795423426;
inline constexpr Instant kNow{std::chrono::seconds{kSecond + 2}};

inline ChannelConfig config() {
  ChannelConfig config;
  config.name = "tg";
  config.platform = "telegram";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"bot_token", std::string{kToken}}, {"secret_token", std::string{kSecret}}};
  return config;
}

inline net::HttpRequest push(std::string body, std::string_view secret = kSecret) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/hooks/tg";
  request.headers = {{"Content-Type", "application/json"},
                     {"X-Telegram-Bot-Api-Secret-Token", std::string{secret}}};
  request.body = std::move(body);
  return request;
}

#define TG_FROM \
  R"("from":{"id":5812345678,"is_bot":false,"first_name":"姜","language_code":"zh-hans"})"
#define TG_CHAT R"("chat":{"id":5812345678,"first_name":"姜","type":"private"})"
#define TG_HEAD R"("message_id":17,"date":1795423426,)" TG_FROM "," TG_CHAT ","

inline std::string update(std::string_view payload, std::int64_t id = 905550001) {
  return "{\"update_id\":" + std::to_string(id) + "," + std::string{payload} + "}";
}
inline std::string message(std::string_view rest, std::int64_t id = 905550001) {
  return update("\"message\":{" TG_HEAD + std::string{rest} + "}", id);
}

}  // namespace huiyin::telegram::test
