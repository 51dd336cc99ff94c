// What the XML pushes of Tencent's platforms (WeChat, WeCom) have in common, both ways.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/tencent_crypto.h"

namespace huiyin::tencent {

// Comes as MsgType event, without a MsgId (wechat.md section 4, wecom.md section 3).
bool is_event(MessageKind kind);

// CreateTime and the like: Unix seconds, at most 11 digits; epoch when it is no such number.
Instant read_seconds(std::string_view digits);
std::string write_seconds(Instant at);

// Degrees as decimal text. Empty when they are no numbers or not on the globe.
std::optional<Position> read_position(std::string_view latitude, std::string_view longitude,
                                      std::string label);

// A notice as a message of type text, at most `most` bytes. The platforms make links of "<a", and
// people's words must lead nowhere: it is shown as it was written.
std::string text_content(const Notice& notice, std::size_t most);

// Passive reply of type text: sender and recipient of `message` change places. `text` must be
// presentable().
std::string text_reply_xml(const Message& message, std::string_view text, Instant now);

// Public nonce of a sealed reply, made from the same random bytes as its frame without showing
// them.
std::string reply_nonce(std::span<const unsigned char, 16> random);

// <xml> with Encrypt, MsgSignature, TimeStamp, Nonce.
std::string sealed_xml(const Envelope& envelope, std::string_view message, Instant now,
                       std::span<const unsigned char, 16> random);

}  // namespace huiyin::tencent
