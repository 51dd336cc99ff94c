#include "handlers/dingtalk/sign.h"

#include "handlers/base64.h"
#include "handlers/config_keys.h"
#include "handlers/digest.h"

namespace huiyin::dingtalk {

std::string robot_sign(std::string_view timestamp, std::string_view app_secret) {
  return encode_base64(hmac_sha256(app_secret, {timestamp, "\n", app_secret}));
}

std::string card_sign(std::string_view timestamp, std::string_view api_secret) {
  return encode_base64(hmac_sha256(api_secret, {timestamp}));
}

std::string custom_robot_query(std::string_view timestamp, std::string_view secret) {
  return "timestamp=" + std::string{timestamp} +
         "&sign=" + percent_encode(robot_sign(timestamp, secret));
}

}  // namespace huiyin::dingtalk
