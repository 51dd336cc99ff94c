// qyapi.weixin.qq.com as an application sees it, played: messages, cards with the platform's own
// checks and book-keeping. From the pages "发送应用消息", "更新模版卡片消息".
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "handlers/simulator.h"
#include "handlers/wecom/played_account.h"

namespace huiyin::wecom {

class PlayedApi {
 public:
  PlayedApi(std::string corp_id, std::string secret, std::int64_t agent_id);

  // A member who left the visible range is "invalid" (errcode 81013).
  void visible(const std::string& user, bool is);
  // Task id of the newest card of `user` on which there is such a button; empty when none is.
  std::string card_with(const std::string& user, const std::string& key) const;
  // A file that somebody sent.
  void uploaded(const std::string& media_id, MediaKind kind) { account_.uploaded(media_id, kind); }
  // A code for the update of that card, as each click brings one.
  std::string issue_code(const std::string& user, const std::string& task, Instant now);

  net::HttpResponse serve(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  // Errcodes, HTTP statuses, the faults of every platform, and "0.invaliduser": errcode 0, but not
  // for this one.
  void inject(const std::string& fault, int times);

 private:
  struct Code {
    std::string user, task;
    Instant until;
  };
  struct Card {
    std::string user, task;
    std::vector<std::string> keys;
  };
  using Object = boost::json::object;

  net::HttpResponse call(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  net::HttpResponse send(const Object& body, Instant now, std::vector<Seen>& seen);
  net::HttpResponse update(const Object& body, Instant now, std::vector<Seen>& seen);
  bool spend(const std::string& user, Instant now);

  PlayedAccount account_;
  const std::int64_t agent_id_;
  std::set<std::string> invisible_, tasks_;
  std::vector<Card> cards_;
  std::map<std::string, Code> codes_;
  std::map<std::string, Instant> recent_;  // request body -> not again before
  std::map<std::string, std::deque<Instant>> sent_;
  std::mt19937_64 dice_{std::random_device{}()};
  bool hide_from_all_ = false;  // the injected "invaliduser" of the call being served
};

}  // namespace huiyin::wecom
