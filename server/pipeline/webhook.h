// /hooks/{channel}: decode -> understand -> inbox -> acknowledge. The one way in from platforms.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "server/net/server.h"
#include "server/pipeline/inbox.h"
#include "server/pipeline/outbox.h"

namespace huiyin {

struct WebhookParts {
  const Channels& channels;
  Current& current;
  Inbox& inbox;
  Outbox& outbox;
  const Clock& clock;
  Monitor& monitor;
  // Reads for pulled channels; called on the network thread's behalf, must not block it: hands the
  // rows over later; nothing when the store is away.
  std::function<void(std::string channel, std::string user, std::int64_t after,
                     std::function<void(std::optional<std::vector<Notice>>)>)>
      fetch;
  // An event that says there is something to read was stored (Puller::call). Must not block.
  std::function<void(const std::string& channel, const Stream& stream)> pull = {};
};

// The kind of a message as metrics name it.
std::string_view kind_label(MessageKind kind);

// Answers every request below /hooks/; unknown channel: 404. Never blocks, never throws.
void handle_webhook(const WebhookParts& parts, net::HttpRequest request, net::Respond respond);

}  // namespace huiyin
