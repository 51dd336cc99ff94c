// open.feishu.cn as played: tenant token, sending, replying and changing cards with the platform's
// own checks and limits. From the pages "发送消息", "回复消息", "更新应用发送的消息卡片",
// "频控策略".
#pragma once

#include <boost/json.hpp>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "handlers/played_faults.h"
#include "handlers/simulator.h"
#include "server/cases/case.h"

namespace huiyin::feishu {

class PlayedApi {
 public:
  PlayedApi(std::string app_id, std::string app_secret);

  net::HttpResponse serve(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  void inject(const std::string& fault, int times) { faults_.inject(fault, times); }

  // What the person wrote can be answered: message id -> who reads the answer.
  void wrote(const std::string& message_id, const std::string& user);
  // The file of a message that a person wrote.
  void uploaded(const std::string& message_id, const std::string& key, MediaKind kind) {
    files_[{message_id, key}] = kind;
  }
  // The newest card of `user` with a button that says `command`; empty when there is none.
  std::string card_with(const std::string& user, const std::string& command) const;
  std::string last_message(const std::string& user) const;

 private:
  struct Sent {
    std::string user;
    bool is_card = false, is_shared = false;  // is_shared: update_multi
    std::vector<std::string> commands;
    Instant at;
  };
  struct Once {
    std::string message_id;
    Instant at;
  };
  struct IssuedToken {
    std::string value;
    Instant expires;
  };
  struct Shown {
    std::string text;
    std::vector<std::string> commands;
    bool is_shared = false;
  };

  net::HttpResponse token(const net::HttpRequest& request, Instant now);
  std::optional<int> token_fault(const net::HttpRequest& request, Instant now) const;
  net::HttpResponse act(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  net::HttpResponse send(const net::HttpRequest& request, const std::string& user,
                         const std::string& via, Instant now, std::vector<Seen>& seen);
  net::HttpResponse change(const net::HttpRequest& request, const std::string& message_id,
                           Instant now, std::vector<Seen>& seen);
  net::HttpResponse resource(std::string_view rest, std::string_view query) const;
  bool is_too_often(const std::string& user, Instant now);
  // Empty when the content is not what `type` demands.
  static std::optional<Shown> show(const std::string& type, const boost::json::object& body);

  const std::string app_id_, app_secret_;
  PlayedFaults faults_{{"99991400", "99991663"}};
  std::vector<IssuedToken> tokens_;
  std::map<std::string, Sent> sent_;                                // message id
  std::map<std::pair<std::string, std::string>, MediaKind> files_;  // message id, key
  std::map<std::string, std::string> heard_;                        // message id -> user
  std::map<std::string, Once> uuids_;
  std::map<std::string, std::deque<Instant>> recent_;  // user -> sends of the last second
  std::map<std::string, std::string> last_;
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace huiyin::feishu
