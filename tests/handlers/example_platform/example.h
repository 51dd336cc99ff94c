// A platform that does not exist, as small as one can be: docs/adding-a-platform.md quotes it.
//
//   in   POST /hooks/NAME  {"id":"m1","from":"anna","text":"…"}
//        X-Example-Signature: hex HMAC-SHA256(secret, body)
//   out  POST <api_base>/send  {"to":"anna","text":"…"}, Authorization: Bearer <token>
//        → {"id":"s1"} or {"error":"blocked"}
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::example {

inline constexpr std::string_view kDefaultApiBase = "https://api.chat.example";

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::example
