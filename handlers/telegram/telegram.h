// Telegram bots. Facts: https://core.telegram.org/bots/api and the server's own source,
// tdlib/telegram-bot-api; connecting a bot: docs/telegram.md.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::telegram {

inline constexpr std::string_view kDefaultApiBase = "https://api.telegram.org";

// Limits of the platform, in its own measures.
inline constexpr std::size_t kMaxText = 4096;        // UTF-16 units of a message
inline constexpr std::size_t kMaxButtonData = 64;    // bytes
inline constexpr std::size_t kMaxButtons = 100;      // in one keyboard
inline constexpr std::size_t kMaxStartPayload = 64;  // characters

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::telegram
