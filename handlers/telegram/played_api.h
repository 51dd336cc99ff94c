// api.telegram.org as played: sending and editing with the server's own checks and words. From the
// Bot API's pages and tdlib/telegram-bot-api.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "handlers/simulator.h"
#include "server/cases/case.h"

namespace huiyin::telegram {

class PlayedApi {
 public:
  explicit PlayedApi(std::string token) : token_{std::move(token)} {}

  void blocked(std::int64_t user, bool blocks);
  // The newest message of this chat whose keyboard has a button with this data; 0 when there is
  // none.
  std::int64_t message_with(std::int64_t chat, const std::string& data) const;
  // Ids of messages count people's and our own.
  std::int64_t next_message(std::int64_t chat) { return ++chats_[chat].last_message; }

  // A file that a person sent; getFile knows it from now on.
  void uploaded(const std::string& file_id, MediaKind kind) { files_[file_id] = kind; }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  // For the next calls. An error code ("429", "403", "500"), with a number of seconds for floods
  // ("429:3"), or "drop": acted on, but the answer has status 0 and is never written.
  void inject(const std::string& name, int times);

 private:
  struct Shown {
    std::string text;
    std::vector<Button> buttons;
    friend bool operator==(const Shown&, const Shown&) = default;
  };
  struct Chat {
    std::int64_t last_message = 0;
    std::map<std::int64_t, Shown> messages;  // ours
    bool blocked = false;
    double tokens = 20;  // short bursts pass, then one a second
    Instant refilled{};
  };

  net::HttpResponse method_call(std::string_view method, const std::string& text, Instant now,
                                std::vector<Seen>& seen);
  net::HttpResponse get_file(const boost::json::object& body) const;
  net::HttpResponse file(std::string_view path) const;
  net::HttpResponse call(std::string_view method, const boost::json::object& body, Instant now,
                         std::vector<Seen>& seen);
  net::HttpResponse send(Chat& chat, std::int64_t id, Shown shown, Instant now,
                         std::vector<Seen>& seen);
  net::HttpResponse edit(Chat& chat, std::int64_t id, Shown shown, const boost::json::object& body,
                         Instant now, std::vector<Seen>& seen);
  static std::optional<int> flood(Chat& chat, Instant now);  // seconds to wait
  // A description of the platform when the text or the keyboard is wrong.
  static std::optional<std::string> read_shown(const boost::json::object& body, Shown& shown);

  const std::string token_;
  std::map<std::int64_t, Chat> chats_;
  std::map<std::string, MediaKind> files_;  // file_id
  std::deque<std::string> faults_;
};

}  // namespace huiyin::telegram
