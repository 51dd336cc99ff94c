// Reads streams: what a platform keeps for us until we ask (DESIGN §1a "Pulling"). An event only
// says that there is something; the messages come page by page, and how far a stream is read is
// saved in the transaction of a page's last message, when the others are stored already. A crash in
// between reads the page again and meets the unique keys.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "server/net/client.h"
#include "server/pipeline/inbox.h"

namespace huiyin {

struct PullerOptions {
  std::string process;  // unique name of this process
  // Known streams are read so often without an event: WeCom limits that strictly.
  std::chrono::milliseconds poll{180000};
  std::chrono::milliseconds retry{1000};          // first wait after a failure; doubles
  std::chrono::milliseconds retry_cap{60000};     // up to this
  std::chrono::milliseconds token_pause{5000};    // between two refreshes of one account's token
  std::chrono::milliseconds stopped_for{300000};  // after an answer that will not get better
};

class Puller {
 public:
  // Reads all known streams of open channels at once. One thread, which belongs to `store`.
  static std::unique_ptr<Puller> start(PullerOptions options, std::unique_ptr<store::Store> store,
                                       const Channels& channels, net::Client& client,
                                       Current& current, Inbox& inbox, const Clock& clock,
                                       Monitor& monitor);
  virtual ~Puller() = default;  // stops; a page under way is read again by whoever comes next

  // There is something to read, says an event that was stored. Thread-safe, does not block. A
  // stream is read by one request at a time; calls meanwhile lead to one more.
  virtual void call(const std::string& channel, const Stream& stream) = 0;
};

}  // namespace huiyin
