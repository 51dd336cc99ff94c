// WhatsApp Business Platform, Cloud API. Facts:
// https://developers.facebook.com/docs/whatsapp/cloud-api ; connecting a number: docs/whatsapp.md.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::whatsapp {

inline constexpr std::string_view kDefaultApiBase = "https://graph.facebook.com";
inline constexpr std::string_view kFilesHost = "lookaside.fbsbx.com";  // from memory

// Limits of the platform, in its own measures.
inline constexpr std::chrono::hours kWindow{24};  // free text after a person's message
inline constexpr int kPerSecond = 80;             // of one number, by default
// To one person one message in six seconds, of which 45 may be used up at once: from memory.
inline constexpr int kPairBurst = 45;
inline constexpr std::chrono::seconds kPairTime{270};
inline constexpr std::size_t kMaxText = 4096;         // characters of a text message
inline constexpr std::size_t kMaxInteractive = 1024;  // characters above reply buttons
inline constexpr std::size_t kMaxButtons = 3;
inline constexpr std::size_t kMaxButtonId = 256;    // characters
inline constexpr std::size_t kMaxButtonTitle = 20;  // characters

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::whatsapp
