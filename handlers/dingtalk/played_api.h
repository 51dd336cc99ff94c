// api.dingtalk.com and oapi.dingtalk.com as played: both tokens, session webhooks, robot messages,
// work notices and interactive cards with the platform's own checks. From the pages
// "机器人发送消息", "工作通知", "互动卡片", "全局错误码".
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "handlers/played_faults.h"
#include "handlers/simulator.h"
#include "server/cases/case.h"

namespace huiyin::dingtalk {

struct PlayedKeys {
  std::string app_key, app_secret, robot_code, agent_id, card_template_id, card_route_key;
  std::string base;  // of the addresses that it gives away
};

class PlayedApi {
 public:
  explicit PlayedApi(PlayedKeys keys) : keys_{std::move(keys)} {}

  // An errcode ("90002"), a code of the new API ("Forbidden.AccessDenied.QpsLimitForApi"), a list
  // ("list.invalid", "list.flow"), a status, or "drop".
  void inject(const std::string& fault, int times) { faults_.inject(fault, times); }
  net::HttpResponse serve(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);

  // A new session of `user` that lives until `until`; the path and query of its webhook.
  std::string open_session(const std::string& user, Instant until);
  void left(const std::string& user) { left_.insert(user); }
  // A file that a person sent.
  void uploaded(const std::string& code, MediaKind kind) { files_[code] = kind; }
  // The newest card of `user` with a button that says `command`; empty when there is none.
  std::string card_with(const std::string& user, const std::string& command) const;

 private:
  struct Session {
    std::string user;
    Instant until;
  };
  struct Address {
    std::string code;
    Instant until;
  };
  struct Card {
    std::string user;
    std::map<std::string, std::string> variables;
    int number = 0;
  };
  struct IssuedToken {
    std::string value;
    Instant expires;
  };
  struct Task {
    std::string user;
    bool repeated = false;
  };

  net::HttpResponse act(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  net::HttpResponse fault_answer(const net::HttpRequest& request, const std::string& fault) const;
  net::HttpResponse old_token(const net::HttpRequest& request, Instant now);
  net::HttpResponse new_token(const net::HttpRequest& request, Instant now);
  net::HttpResponse session(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  net::HttpResponse robot(const net::HttpRequest& request, bool group, std::vector<Seen>& seen);
  net::HttpResponse notice(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  net::HttpResponse notice_result(const net::HttpRequest& request) const;
  net::HttpResponse file_address(const net::HttpRequest& request, Instant now);
  net::HttpResponse file(const net::HttpRequest& request, Instant now) const;
  net::HttpResponse make_card(const net::HttpRequest& request, std::vector<Seen>& seen);
  net::HttpResponse change_card(const net::HttpRequest& request, std::vector<Seen>& seen);
  const IssuedToken& issue(std::vector<IssuedToken>& tokens, Instant now);
  static Seen show_card(const Card& card, std::string via);

  const PlayedKeys keys_;
  PlayedFaults faults_{{"Forbidden.AccessDenied.QpsLimitForApi", "InvalidAuthentication"}};
  std::vector<IssuedToken> old_tokens_, new_tokens_;
  std::map<std::string, Session> sessions_;
  std::map<std::string, Card> cards_;
  std::map<std::string, Task> tasks_;
  std::map<std::string, Instant> said_;       // user + content of work notices -> when
  std::map<std::string, MediaKind> files_;    // download code
  std::map<std::string, Address> addresses_;  // of files; by signature
  std::set<std::string> left_;
  int cards_made_ = 0;
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace huiyin::dingtalk
