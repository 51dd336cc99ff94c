// What a platform delivered, decoded and channel-neutral.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/cases/time.h"

namespace huiyin {

enum class MessageKind {
  text,  // words, also a tapped menu item or a pressed button (`text` holds the command)
  image,
  voice,
  video,
  position,
  link,
  follow,  // with `scene` when it came through a QR code
  scan,    // already a follower; `scene`
  unfollow,
  menu,      // menu tap; `text` is its key: read like a typed command
  file,      // a file, sticker or kind of message that we cannot read: answered with how to say it
  delivery,  // the platform reports the fate of something we sent
  other,     // an event that asks for nothing (automatic positions, views): recorded, silent
};

struct Position {
  double latitude = 0, longitude = 0;  // degrees
  std::string label;
};

struct Delivery {
  std::string platform_id;  // what `interpret` returned when it was sent
  bool delivered = false;
  std::string detail;  // platform's word: "failed:user block"
};

// How long and how often the platform lets us write after this message.
struct WindowGrant {
  Instant until;  // epoch: this message grants nothing
  int messages = 0;
};

// A message that was pulled, or one that says there is something to pull (kind `other`).
struct Stream {
  std::string name;    // WeCom customer service: open_kfid
  std::string hint;    // goes with the next question: the event's token
  std::string cursor;  // on the last message of a page: how far the stream is read then
};

// Proof against replay of bodies that the signature does not cover (DESIGN §1a).
struct NonceClaim {
  std::string nonce;      // with its timestamp; unique per channel
  std::string body_hash;  // SHA-256 hex: the same body may come again, another may not
};

struct Message {
  std::string channel;     // name in the configuration
  std::string sender;      // platform id of the account
  std::string recipient;   // our id on the platform (WeChat gh_...), needed to answer
  std::string dedupe_key;  // unique among different messages of the channel (reliability.md P2)
  Instant sent_at;         // the platform's time; epoch when it gives none
  MessageKind kind = MessageKind::text;
  std::string text;  // UTF-8 as received; link: title, line break, description
  std::string media_id, media_url, media_format;
  std::optional<Position> position;
  std::string scene;  // QR scene without prefix
  std::string card;   // platform id of the card whose button was pressed; empty for typed words
  // Where replies to this very message may go and until when (session webhook, response code).
  std::string reply_address;
  Instant reply_until;
  std::optional<Delivery> delivery;
  WindowGrant window;
  std::optional<NonceClaim> nonce;
  std::optional<Stream> stream;
  std::string raw;  // decrypted body, kept in `inbound`
};

}  // namespace huiyin
