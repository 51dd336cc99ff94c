// LINE Messaging API. Facts: https://developers.line.biz/en/reference/messaging-api/ ; connecting
// an account: docs/line.md.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::line {

inline constexpr std::string_view kDefaultApiBase = "https://api.line.me";
inline constexpr std::string_view kDataHost = "api-data.line.me";
inline constexpr std::string_view kDataBase = "https://api-data.line.me";

// Limits of the platform, in its own measures.
inline constexpr std::size_t kMaxText = 5000;         // UTF-16 units of a text message
inline constexpr std::size_t kMaxMessages = 5;        // in one push or reply
inline constexpr std::size_t kMaxActions = 4;         // buttons of one template
inline constexpr std::size_t kMaxLabel = 20;          // characters of a button
inline constexpr std::size_t kMaxData = 300;          // characters behind a button
inline constexpr int kAccountRate = 2000;             // requests a second
inline constexpr std::size_t kMaxTemplateText = 160;  // characters above the buttons

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::line
