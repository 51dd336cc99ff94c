#include "server/pipeline/webhook.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "server/pipeline/hex.h"
#include "server/pipeline/random.h"

namespace huiyin {
namespace {

constexpr std::string_view kPrefix = "/hooks/";

std::string sha256_hex(const std::string& data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest.data());
  return hex(digest);
}

net::Answer plain(int status, std::string text) {
  return {net::HttpResponse::text(status, std::move(text)), {}};
}

net::Answer unavailable() {
  auto response = net::HttpResponse::text(503, "busy, please send again\n");
  response.headers.emplace_back("Retry-After", "2");
  return {std::move(response), {}};
}

// One request on its way through the inbox. It may carry several messages; it is acknowledged when
// all of them are settled.
struct Exchange {
  Exchange(const Channel& to, const WebhookParts& parts, net::HttpRequest asked,
           net::Respond answer)
      : channel{to},
        outbox{parts.outbox},
        clock{parts.clock},
        monitor{parts.monitor},
        pull{parts.pull},
        request{std::move(asked)},
        respond{std::move(answer)} {}

  const Channel& channel;
  Outbox& outbox;
  const Clock& clock;
  Monitor& monitor;
  std::function<void(const std::string&, const Stream&)> pull;
  net::HttpRequest request;
  net::Respond respond;
  std::vector<Message> messages;  // copies for acknowledge(): what the inbox got is gone
  std::vector<Receipt> receipts;
  std::atomic<std::size_t> open{0};

  void refuse_replay(const std::string& name) {
    monitor.refused(name, "auth.replay");
    respond(plain(401, "refused\n"));
  }

  void settle() {
    call_streams();
    const Message* answered = messages.empty() ? nullptr : &messages.front();
    const Notice* reply = nullptr;
    bool is_echo = false;
    for (std::size_t i = 0; i < receipts.size(); ++i) {
      const auto& receipt = receipts[i];
      if (receipt.status == Receipt::unavailable) return respond(unavailable());
      if (receipt.status == Receipt::replayed) return refuse_replay(messages[i].channel);
      if (!reply && receipt.reply) {
        reply = &*receipt.reply;
        is_echo = receipt.echo;
        answered = &messages[i];
      }
    }
    net::Answer answer;
    try {
      answer.response = channel.acknowledge(request, answered, reply, clock.now(), random_bytes());
    } catch (const std::exception& error) {
      // It is committed; the reply goes by API when no resend fetches it.
      monitor.event(Severity::error, "http.acknowledge", {{"why", error.what()}});
      return respond(plain(500, "no answer\n"));
    }
    if (reply && !channel.pulled())
      answer.on_written = [&outbox = outbox, &monitor = monitor, id = reply->id,
                           name = reply->channel, is_echo](bool written) {
        outbox.rode(id, written);
        if (written) monitor.sent(name, "rode");
        if (written && is_echo) monitor.echo_delivered(name, true);
      };
    respond(std::move(answer));
  }

  void call_streams() const {
    if (!pull) return;
    for (std::size_t i = 0; i < receipts.size(); ++i)
      if (messages[i].stream &&
          (receipts[i].status == Receipt::accepted || receipts[i].status == Receipt::duplicate))
        pull(messages[i].channel, *messages[i].stream);
  }
};

void take_messages(const WebhookParts& parts, const Channel& channel, net::HttpRequest request,
                   net::Respond respond, std::vector<Message> messages) {
  const auto runtime = parts.current.get();
  if (!runtime) return respond(unavailable());  // the database has not been seen yet
  auto exchange =
      std::make_shared<Exchange>(channel, parts, std::move(request), std::move(respond));
  exchange->receipts.resize(messages.size());
  exchange->open = messages.size();
  if (messages.empty()) return exchange->settle();
  exchange->messages = messages;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto meaning = runtime->understanding->understand(messages[i]);
    parts.inbox.submit(std::move(messages[i]), std::move(meaning), [exchange, i](Receipt receipt) {
      exchange->receipts[i] = std::move(receipt);
      if (--exchange->open == 0) exchange->settle();
    });
  }
}

}  // namespace

std::string_view kind_label(MessageKind kind) {
  switch (kind) {
    case MessageKind::text:
      return "text";
    case MessageKind::delivery:
      return "delivery";
    case MessageKind::other:
      return "other";
    case MessageKind::image:
    case MessageKind::voice:
    case MessageKind::video:
    case MessageKind::file:
      return "media";
    default:
      return "event";
  }
}

void handle_webhook(const WebhookParts& parts, net::HttpRequest request, net::Respond respond) {
  const auto path = request.path();
  const auto at = path.starts_with(kPrefix) ? parts.channels.find(path.substr(kPrefix.size()))
                                            : parts.channels.end();
  if (at == parts.channels.end()) return respond(plain(404, "no such channel\n"));
  if (request.method != "GET" && request.method != "POST") {
    auto answer = plain(405, "GET or POST\n");
    answer.response.headers.emplace_back("Allow", "GET, POST");
    return respond(std::move(answer));
  }
  const auto& [name, channel] = *at;
  auto decoded = channel->decode(request, parts.clock.now());

  if (const auto* refused = std::get_if<Refused>(&decoded)) {
    parts.monitor.refused(name, refused->event);
    parts.monitor.event(Severity::info, refused->event,
                        {{"channel", name}, {"peer", request.peer}});
    return respond(plain(refused->status, "refused\n"));
  }
  if (auto* handshake = std::get_if<Handshake>(&decoded))
    return respond({std::move(handshake->response), {}});
  if (auto* fetch = std::get_if<Fetch>(&decoded))
    return parts.fetch(name, std::move(fetch->user), fetch->after,
                       [&channel = *channel,
                        respond = std::move(respond)](std::optional<std::vector<Notice>> notices) {
                         if (!notices) return respond(unavailable());
                         respond({channel.answer_fetch(*notices), {}});
                       });
  if (auto* senseless = std::get_if<Senseless>(&decoded)) {
    parts.monitor.refused(name, "inbox.quarantine");
    store::Quarantined row;
    row.channel = name;
    row.dedupe_key = sha256_hex(senseless->raw);  // resends of it are one row
    row.reason = std::move(senseless->reason);
    row.body = std::move(senseless->raw);
    row.at = parts.clock.now();
    auto exchange =
        std::make_shared<Exchange>(*channel, parts, std::move(request), std::move(respond));
    return parts.inbox.quarantine(std::move(row), std::move(senseless->nonce),
                                  [exchange, where = name](const Receipt& receipt) {
                                    if (receipt.status == Receipt::unavailable)
                                      return exchange->respond(unavailable());
                                    if (receipt.status == Receipt::replayed)
                                      return exchange->refuse_replay(where);
                                    exchange->settle();
                                  });
  }
  auto& messages = std::get<std::vector<Message>>(decoded);
  for (auto& message : messages) {
    message.channel = name;
    parts.monitor.received(name, kind_label(message.kind));
  }
  take_messages(parts, *channel, std::move(request), std::move(respond), std::move(messages));
}

}  // namespace huiyin
