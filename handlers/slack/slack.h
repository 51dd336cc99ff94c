// Slack apps: Events API, interactivity, slash commands, Web API. Facts: https://docs.slack.dev/ ;
// connecting an app: docs/slack.md.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::slack {

inline constexpr std::string_view kDefaultApiBase = "https://slack.com";
inline constexpr std::string_view kFilesHost = "files.slack.com";

// Limits of the platform, in its own measures.
inline constexpr std::chrono::minutes kClockWindow{5};
// One message a second to one conversation, short bursts allowed; "several hundred a minute" of a
// workspace: from memory.
inline constexpr int kBurst = 3;
inline constexpr std::chrono::seconds kBurstTime{3};
inline constexpr int kPerMinute = 300;
inline constexpr std::size_t kMaxText = 12'000;     // characters that we send; the API takes 40,000
inline constexpr std::size_t kMaxSection = 3000;    // characters of one section, escaped
inline constexpr std::size_t kMaxButtons = 25;      // in one actions block
inline constexpr std::size_t kMaxButtonLabel = 75;  // characters
inline constexpr std::size_t kMaxButtonValue = 2000;

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::slack
