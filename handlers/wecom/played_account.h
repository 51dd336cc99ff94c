// What every application's API has in common as played: its token, the files that people sent, the
// faults on demand. From the pages "获取access_token", "获取临时素材".
#pragma once

#include <boost/json.hpp>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "handlers/played_faults.h"
#include "handlers/simulator.h"

namespace huiyin::wecom {

net::HttpResponse played_answer(boost::json::object body, int code = 0);

class PlayedAccount {
 public:
  PlayedAccount(std::string corp_id, std::string secret);

  // A file that somebody sent: media/get gives it away under this id.
  void uploaded(const std::string& media_id, MediaKind kind);
  // The same token until it expires.
  net::HttpResponse get_token(const net::HttpRequest& request, Instant now);
  // What is wrong with the request's token.
  std::optional<int> token_fault(const net::HttpRequest& request, Instant now) const;
  net::HttpResponse media(const net::HttpRequest& request) const;

  // Errcodes, HTTP statuses, the faults of every platform; `own`: one more name.
  void inject(const std::string& fault, int times, std::string_view own = {});
  std::string next_fault(bool is_token) { return faults_.next(is_token); }

  static bool asks_for_token(const net::HttpRequest& request);
  static bool asks_for_media(const net::HttpRequest& request);

 private:
  struct IssuedToken {
    std::string value;
    Instant expires;
  };

  const std::string corp_id_, secret_;
  std::map<std::string, MediaKind> media_;
  std::optional<IssuedToken> token_;
  PlayedFaults faults_{{"45033", "42001"}};
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace huiyin::wecom
