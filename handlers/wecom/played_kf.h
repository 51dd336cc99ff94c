// 微信客服 as played: what customers say waits until it is pulled; what is sent to them is counted.
// From the pages "接收消息和事件" (94699), "发送消息" (96427), "发送欢迎语等事件响应消息".
#pragma once

#include <boost/json.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "handlers/simulator.h"
#include "handlers/wecom/played_account.h"

namespace huiyin::wecom {

class PlayedKf {
 public:
  PlayedKf(std::string corp_id, std::string secret, std::string open_kfid);

  // Keeps what a customer does for the next pull. `entry`: msgtype and its content.
  void keep(const std::string& user, boost::json::object entry, Instant now);
  // The same for an event; opening the chat gives a welcome code when he was not there for 48
  // hours.
  void keep_event(boost::json::object event, Instant now);
  void enter(const std::string& user, const std::string& scene, Instant now);
  void uploaded(const std::string& media_id, MediaKind kind) { account_.uploaded(media_id, kind); }
  // Goes with the next callback; good for ten minutes.
  std::string fresh_hint(Instant now);
  // Our id of the last message to `user`.
  std::string last_sent(const std::string& user) const;

  net::HttpResponse serve(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  // Errcodes, HTTP statuses, the faults of every platform, and "0.empty_page": no messages, but
  // more to come.
  void inject(const std::string& fault, int times);

 private:
  using Object = boost::json::object;
  struct Customer {
    Instant window_until, greeted;
    int left = 0;
    std::string last_sent;
  };
  struct Welcome {
    std::string user;
    Instant until;
  };

  std::string next_id(const char* prefix);
  net::HttpResponse call(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  net::HttpResponse sync(const Object& body, Instant now);
  net::HttpResponse send(const Object& body, Instant now, std::vector<Seen>& seen);
  net::HttpResponse welcome(const Object& body, Instant now, std::vector<Seen>& seen);
  // 0 or an errcode.
  int deliver(const std::string& user, const Object& body, const char* via,
              std::vector<Seen>& seen);

  PlayedAccount account_;
  const std::string open_kfid_;
  std::vector<Object> entries_;  // the cursor counts them
  std::map<std::string, Customer> customers_;
  std::map<std::string, Welcome> welcomes_;
  std::map<std::string, Instant> hints_;
  std::set<std::string> sent_ids_;
  std::mt19937_64 dice_{std::random_device{}()};
  bool empty_page_ = false;
};

}  // namespace huiyin::wecom
