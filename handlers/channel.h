// The one interface that a platform implements. Pure: no sockets, no clock, no database. Tokens,
// retries, quotas and lanes belong to the outbox, once, for all platforms (DESIGN §2).
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "server/cases/message.h"
#include "server/cases/notice.h"
#include "server/net/http.h"

namespace huiyin {

// A [[channel]] table of the configuration. Values are plain; secrets are already resolved.
struct ChannelConfig {
  std::string name, platform;
  std::string audience = "all";             // residents | cadres | all
  std::string api_base;                     // "https://api.weixin.qq.com"; no trailing slash
  std::map<std::string, std::string> keys;  // the platform's own: app_id, token, aes_key, mode ...
};

// A key that a platform knows, for check-config and for the documentation.
struct ChannelKey {
  std::string_view name;
  bool secret = false;
  bool required = true;
  std::string_view allowed;  // "plain|compatible|safe", "43 characters", "" = any text
};

// Refused before anything is stored: reliability.md §5.
struct Refused {
  int status = 401;                        // 400 401 415
  std::string_view event = "auth.reject";  // log name
};
// Authentic but without sense: 200, raw body kept in quarantine, no case.
struct Senseless {
  std::string reason;                 // for the operator, no personal data
  std::string raw;                    // decrypted body
  std::optional<NonceClaim> nonce{};  // of an unsigned body, as Message::nonce
};
// Answered on the spot, nothing to store (URL verification).
struct Handshake {
  net::HttpResponse response;
};
// Somebody reads what was sent to `user` (pulled channels such as console).
struct Fetch {
  std::string user;
  std::int64_t after = 0;  // notices written after this one; 0: all
};
// Zero messages are allowed (authentic, nothing for us).
using Decoded = std::variant<std::vector<Message>, Refused, Senseless, Handshake, Fetch>;

struct Token {
  std::string value;  // empty for platforms without
};

// By which way of the platform a notice leaves.
enum class Route {
  session,    // free text inside the window (WeChat customer-service message); the normal way
  template_,  // outside the window: template or subscription message
};

struct SendOutcome {
  enum Kind {
    delivered,
    retry,            // busy or throttled: again after `retry_after` (zero: usual backoff)
    token_expired,    // refresh only if the stored token is still the one that failed, then again
    window_closed,    // session route is over: another route or hold (45015)
    allowance_used,   // no session message left until the person writes (45047)
    unreachable,      // this recipient cannot be reached here (blocked, unfollowed, unknown)
    refused,          // this notice is wrong as it is: never again (47003, 45002)
    channel_stopped,  // configuration or account trouble: stop the channel, alarm (40164, 48001)
    unknown,          // may have been delivered (timeout): at most once more
  } kind = unknown;
  std::chrono::milliseconds retry_after{0};
  std::string code;         // the platform's, "45015"; never text with personal data
  std::string platform_id;  // for delivery reports
  int tries = 0;            // retry: this answer so often in a row is a refusal; 0: any number
};
constexpr std::string_view outcome_name(SendOutcome::Kind kind) {
  constexpr std::string_view names[] = {"delivered",     "retry",           "token_expired",
                                        "window_closed", "allowance_used",  "unreachable",
                                        "refused",       "channel_stopped", "unknown"};
  return names[kind];
}

struct TokenAnswer {
  std::string value;  // empty: failed
  std::chrono::seconds lifetime{0};
  bool configuration_fault = false;  // wrong secret, IP not allowed: alarm, do not hammer
  std::string code;
};

// At most `count` requests in any stretch of `per`, wherever it begins.
struct Rate {
  int count = 0;
  std::chrono::milliseconds per{0};
};

// Limits as data of the handler; the outbox obeys them.
struct SendLimits {
  int in_flight = 32;  // requests at once on this channel
  std::chrono::milliseconds timeout{8000};
  std::chrono::hours give_up{48};  // oldest age of a notice that is still tried
  std::vector<Rate> account{};     // of all requests with this account, all must allow
  std::vector<Rate> recipient{};   // of those to one recipient
  // What became of a notice that the platform only queued is asked so long after, and again.
  std::chrono::milliseconds ask_fate{60000};
};

// A photo, voice or video that a message brought, as the platform named it.
struct MediaRef {
  MediaKind kind = MediaKind::image;
  std::string id, url, format, user;
};
// One answer on the way to a file: the file, or what to ask next.
struct MediaAnswer {
  enum Kind {
    content,        // the last answer is the file, or `bytes`
    next,           // `request` is to be asked
    retry,          // busy: later
    token_expired,  // as SendOutcome
    gone,           // it will never come: expired, refused
  } kind = gone;
  net::OutgoingRequest request;
  std::string code;   // the platform's; never personal data
  std::string bytes;  // instead of the body, when the body must be decrypted
};

// A page of a stream (DESIGN §1a "Pulling").
struct Page {
  enum Kind { messages, retry, token_expired, stopped } kind = stopped;
  std::vector<Message> read;  // in order; Message::stream names the stream
  std::string cursor;         // how far the stream is read with this page
  bool more = false;
  bool hint_spent = false;  // with retry: the hint is too old, ask without it
  std::string code;
};

// By what a card is found from now on, after its button was pressed.
struct CardHandle {
  NoticeId notice;  // that the card came with
  std::string handle;
};

class Channel {
 public:
  virtual ~Channel() = default;

  // Verifies, decrypts, parses one webhook request, POST or GET. Never throws for bad input.
  virtual Decoded decode(const net::HttpRequest& request, Instant now) const = 0;

  // The HTTP answer after the commit. `reply`: notice that rides on it, null when there is none.
  // `request` is the one that was decoded; `message`: the one of its messages that `reply` answers
  // (or the first; null when decode found none), so that nothing is decrypted a second time.
  // `now` in the platform's clock. 16 fresh random bytes, used once.
  virtual net::HttpResponse acknowledge(const net::HttpRequest& request, const Message* message,
                                        const Notice* reply, Instant now,
                                        std::span<const unsigned char, 16> random) const = 0;
  // Can a notice ride on the response to this message?
  virtual bool can_reply(const Message& message) const = 0;

  // True when recipients read their notices through Fetch and nothing is ever sent out: a committed
  // notice is delivered. Then encode and interpret are never called.
  virtual bool pulled() const { return false; }
  virtual net::HttpResponse answer_fetch(const std::vector<Notice>&) const { return {}; }

  // Asks for a token; empty optional for platforms without tokens.
  virtual std::optional<net::OutgoingRequest> token_request() const { return std::nullopt; }
  virtual TokenAnswer interpret_token(const net::HttpResponse&) const { return {}; }

  // Is there such a route for this notice (template configured, fields known)?
  virtual bool has_route(Route route, const Notice& notice) const = 0;
  // May `session` be used only inside a window that an inbound message opened?
  virtual bool session_needs_window() const = 0;
  virtual net::OutgoingRequest encode(const Notice& notice, Route route,
                                      const Token& token) const = 0;
  // Can a sent card be changed afterwards (Notice::replaces)?
  virtual bool can_edit() const { return false; }
  virtual SendOutcome interpret(Route route, const net::HttpResponse& response) const = 0;
  // The same where an answer means one thing for a new message and another for an edit or a reply;
  // an edit that succeeded gives the platform_id of the card that changed. The outbox asks this
  // one.
  virtual SendOutcome interpret_sent(const Notice&, Route route,
                                     const net::HttpResponse& response) const {
    return interpret(route, response);
  }

  // Where a platform takes a notice only into a queue of its own: the question what became of the
  // one that `interpret` called `platform_id`, to be asked some minutes later, and its answer.
  // Empty: nothing to ask, or not known yet.
  virtual std::optional<net::OutgoingRequest> fate_request(std::string_view /*platform_id*/,
                                                           const Token&) const {
    return std::nullopt;
  }
  virtual std::optional<Delivery> interpret_fate(std::string_view /*platform_id*/,
                                                 const net::HttpResponse&) const {
    return std::nullopt;
  }

  // Where a press of a button gives a new handle for its card (WeCom: response_code).
  virtual std::optional<CardHandle> card_handle(const Message&) const { return std::nullopt; }

  // The first request for a file; empty: this platform has none. Follow-up requests come from
  // interpret_media, `step` counts the answers from 0. Requests go only to the host of api_base and
  // to hosts that end in one of media_hosts(), whose addresses must be public.
  virtual std::optional<net::OutgoingRequest> media_request(const MediaRef&, const Token&) const {
    return std::nullopt;
  }
  virtual MediaAnswer interpret_media(const MediaRef&, int /*step*/, const net::HttpResponse&,
                                      const Token&) const {
    return {};
  }
  virtual std::vector<std::string> media_hosts() const { return {}; }

  // The next page of a stream whose last cursor was `cursor` (empty: from the beginning).
  virtual std::optional<net::OutgoingRequest> pull_request(const Stream&, const Token&) const {
    return std::nullopt;
  }
  virtual Page interpret_pull(const Stream&, const net::HttpResponse&, Instant /*now*/) const {
    return {};
  }

  // The last touch before a request leaves, for platforms whose signature holds a time and a nonce.
  // 16 fresh random bytes, used once.
  virtual net::OutgoingRequest stamp(net::OutgoingRequest request, Instant,
                                     std::span<const unsigned char, 16>) const {
    return request;
  }

  virtual SendLimits limits() const { return {}; }
};

// Throws std::invalid_argument "<key>: <what is allowed>" (never the value), one fault a line, when
// `config` cannot work; a missing or empty secret is such a case: the channel stays closed.
using ChannelFactory = std::unique_ptr<Channel> (*)(const ChannelConfig& config);

struct Platform {
  std::string_view name;
  std::string_view default_api_base;
  std::span<const ChannelKey> keys;
  ChannelFactory make;
  bool loopback_only = false;  // console
};

// registry.cpp: the one list of platforms.
std::span<const Platform> platforms();
const Platform* find_platform(std::string_view name);

}  // namespace huiyin
