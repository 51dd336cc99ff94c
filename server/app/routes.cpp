#include "server/app/routes.h"

#include <utility>

namespace huiyin {
namespace {

bool fits(const Endpoint& route, std::string_view path) {
  return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

bool takes(const Endpoint& route, std::string_view method) {
  if (route.methods == "*" || route.methods == method) return true;
  return method == "HEAD" && route.methods == "GET";
}

}  // namespace

void Routes::operator()(net::HttpRequest request, net::Respond respond) const {
  const Endpoint* other = nullptr;
  for (const Endpoint& route : routes_) {
    if (!fits(route, request.path())) continue;
    if (takes(route, request.method)) {
      return route.handler(std::move(request), std::move(respond));
    }
    other = &route;
  }
  if (other == nullptr) return respond({net::HttpResponse::text(404, "not found\n"), {}});
  net::HttpResponse refused = net::HttpResponse::text(405, "method not allowed\n");
  refused.headers.emplace_back("Allow", std::string{other->methods});
  respond({std::move(refused), {}});
}

net::Handler at_once(std::function<net::HttpResponse(const net::HttpRequest&)> answer) {
  return [answer = std::move(answer)](net::HttpRequest request, net::Respond respond) {
    respond({answer(request), {}});
  };
}

}  // namespace huiyin
