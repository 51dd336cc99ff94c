// DingTalk's HMAC signatures. None of them covers a body. Known answers:
// tests/handlers/dingtalk_vectors_test.cpp.
#pragma once

#include <string>
#include <string_view>

namespace huiyin::dingtalk {

// Header `sign` of a robot callback; `timestamp` in milliseconds as it stands in its header.
std::string robot_sign(std::string_view timestamp, std::string_view app_secret);
// Header `x-ddpaas-signature` of a card callback: over the timestamp alone.
std::string card_sign(std::string_view timestamp, std::string_view api_secret);
// "timestamp=…&sign=…" behind the address of a group's custom robot; the secret begins with SEC.
std::string custom_robot_query(std::string_view timestamp, std::string_view secret);

}  // namespace huiyin::dingtalk
