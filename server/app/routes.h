// Which path does what, on the public and on the admin listener.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/server.h"

namespace huiyin {

struct Endpoint {
  std::string_view path;     // exact, or a prefix when it ends in '/'
  std::string_view methods;  // "GET", "PUT", "*": as the callee decides
  net::Handler handler;
};

// The first route that fits answers; a known path with another method: 405 with Allow; no such
// path: 404. HEAD is answered where GET is.
class Routes {
 public:
  explicit Routes(std::vector<Endpoint> routes) : routes_{std::move(routes)} {}
  void operator()(net::HttpRequest request, net::Respond respond) const;

 private:
  std::vector<Endpoint> routes_;
};

// A handler that answers at once.
net::Handler at_once(std::function<net::HttpResponse(const net::HttpRequest&)> answer);

}  // namespace huiyin
