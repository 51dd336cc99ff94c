// The console: a chat platform made of plain JSON, for trying Huiyin and for tests. It has no
// signature, so it answers only on listeners that are bound to a loopback address, and never to a
// browser's page.
//
//   POST /hooks/<channel>  {"user":"farmer","text":"…"}          → {"replies":[…]}
//     also: "id"     the message's own id: the same id of a user again is the same message. Without
//                    one every request is a new message, even when the words are the same.
//           "kind"   text image voice video position link follow scan unfollow menu (default text)
//           "scene"  follow, scan · "media_id", "media_format"  image, voice, video
//           "position" {"latitude":29.7,"longitude":120.8,"label":"…"}
//   GET  /hooks/<channel>?user=farmer&after=0                     → {"replies":[…]}
//     what was sent to the user after the reply with the id `after` (0: from the beginning).
//   reply: {"id":1,"case":"260323-0001","title":"…","text":"…","link":"…",
//           "buttons":[{"label":"…","command":"…"}]}
//   Faults are answered with 400 and {"error":"what is wrong"}.
#pragma once

#include <memory>
#include <span>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::console {

std::span<const ChannelKey> channel_keys();  // none
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::console
