// api.weixin.qq.com as played: tokens, customer-service and template messages, subscription notices
// with the platform's own checks and book-keeping. From the pages "获取稳定版接口调用凭据",
// "发送客服消息", "发送模板消息", "发送订阅通知".
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "handlers/played_faults.h"
#include "handlers/simulator.h"

namespace huiyin::wechat {

class PlayedApi {
 public:
  // `api_base`: where a video's second step leads.
  PlayedApi(std::string api_base, std::string app_id, std::string app_secret,
            std::string template_id);

  // What people do decides what we may send.
  void wrote(const std::string& user, Instant now);   // 5 messages within 48 hours
  void tapped(const std::string& user, Instant now);  // 3 messages within 1 minute
  void followed(const std::string& user, bool follows);
  // A file that somebody sent: media/get gives it away under this id.
  void uploaded(const std::string& media_id, MediaKind kind);
  // Id of the last template message that was sent to `user`, for TEMPLATESENDJOBFINISH.
  std::string last_template_message(const std::string& user) const;

  net::HttpResponse serve(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  // Errcodes, HTTP statuses, and the faults of every platform: see played_faults.h.
  void inject(const std::string& fault, int times);

 private:
  struct Allowance {
    Instant until;
    int left = 0;
  };
  struct Follower {
    bool follows = true;
    Allowance message, tap;
    std::map<std::string, Instant> client_ids;  // client_msg_id -> first sent
    std::string last_template_message;
  };
  struct IssuedToken {
    std::string value;
    Instant expires;
  };

  net::HttpResponse stable_token(const net::HttpRequest& request, Instant now);
  net::HttpResponse plain_token(const net::HttpRequest& request, Instant now);
  std::optional<int> credential_fault(std::string_view app_id, std::string_view secret) const;
  net::HttpResponse issue(Instant now, bool stable);
  std::optional<int> token_fault(const net::HttpRequest& request, Instant now) const;

  net::HttpResponse media(const net::HttpRequest& request) const;
  net::HttpResponse call(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen);
  net::HttpResponse customer_service(const net::HttpRequest& request, Instant now,
                                     std::vector<Seen>& seen);
  net::HttpResponse template_message(const net::HttpRequest& request, Instant now,
                                     std::vector<Seen>& seen);
  std::optional<int> spend(Follower& follower, Instant now);

  const std::string api_base_, app_id_, app_secret_, template_id_;
  std::map<std::string, MediaKind> media_;
  std::map<std::string, Follower> followers_;
  std::vector<IssuedToken> tokens_;    // every one that was valid once
  std::optional<IssuedToken> stable_;  // the current one
  PlayedFaults faults_{{"45011", "42001"}};
  std::mt19937_64 dice_{std::random_device{}()};
  std::int64_t next_message_id_ = 0;
};

}  // namespace huiyin::wechat
