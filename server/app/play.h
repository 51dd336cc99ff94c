// `huiyin play`: drives a running server through its real webhooks, plays the platforms on the
// other side, prints the conversation and checks what the script expects. See docs/play.md.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <vector>

#include "handlers/channel.h"
#include "server/app/play_script.h"

namespace huiyin {

struct PlayOptions {
  std::string server;  // "http://127.0.0.1:8080"
  std::string admin;   // empty: the script cannot move the clock
  std::string ca_file;
  std::chrono::milliseconds patience{5000};  // how long an expected message may take
};

// Exit code: 0 every expectation held, 1 one did not or the server is not there, 2 the script names
// a channel that is not configured or cannot be played. Faults go to `errors` as file:line: what.
int play(const PlayScript& script, const std::vector<ChannelConfig>& channels,
         const PlayOptions& options, std::ostream& out, std::ostream& errors);

}  // namespace huiyin
