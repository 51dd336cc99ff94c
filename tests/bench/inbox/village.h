// The world of the inbox benchmark: two hundred villages with a cadre each, and people who write
// to them in safe-mode WeChat.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::bench {

inline constexpr std::size_t kVillages = 200;

// The residents' account; cadres are reached on it too, by template message.
ChannelConfig wechat_account(const std::string& api_base);

// units.tsv, people.tsv, duties.tsv and huiyin.toml. Throws std::runtime_error.
void write_world(const std::string& directory, const std::string& api_base);

// Message number `n`: always the same sender and text for the same number. Nobody writes twice, so
// each message makes a person, an account and a case.
PlayedMessage message(std::size_t n);

// `count` requests as bytes on the wire, each encrypted with a MsgId, nonce and random of its own.
std::vector<std::string> encrypted_requests(std::size_t count);

// Empty when the answer to message `n` is a passive reply that names a case, else what is wrong.
std::string fault_of_reply(std::size_t n, const std::string& body);

}  // namespace huiyin::bench
