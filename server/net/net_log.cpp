#include "server/net/net_log.h"

#include "server/net/server.h"

namespace huiyin::net {
namespace {

NetLog& sink() {
  static NetLog log;
  return log;
}

}  // namespace

void set_net_log(NetLog log) { sink() = std::move(log); }

void report(const char* event, const std::string& peer) {
  if (sink()) sink()(event, peer);
}

}  // namespace huiyin::net
