#include "tests/bench/outbox/platform.h"

#include <unistd.h>

#include <boost/json.hpp>
#include <future>
#include <iostream>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "server/net/server.h"

namespace huiyin::bench {
namespace {

constexpr std::string_view kId = "\"notice\":";

std::int64_t id_in(std::string_view body) {
  const auto at = body.find(kId);
  return at == std::string_view::npos ? 0 : std::atoll(body.data() + at + kId.size());
}

class Book {
 public:
  void note(std::int64_t id) {
    const auto now = Steady::now().time_since_epoch().count();
    const std::lock_guard lock{mutex_};
    came_.emplace_back(id, now);
  }
  std::string take() {
    std::vector<std::pair<std::int64_t, std::int64_t>> came;
    {
      const std::lock_guard lock{mutex_};
      came.swap(came_);
    }
    std::string out;
    for (const auto& [id, at] : came) out += std::to_string(id) + " " + std::to_string(at) + "\n";
    return out;
  }

 private:
  std::mutex mutex_;
  std::vector<std::pair<std::int64_t, std::int64_t>> came_;
};

}  // namespace

int run_platform(std::chrono::milliseconds delay) {
  Book book;
  const auto timers = net::Client::create({});
  net::ServerOptions options;
  options.address = "127.0.0.1:0";
  const auto server =
      net::Server::start(options, [&](net::HttpRequest request, net::Respond respond) {
        if (request.path() == "/arrivals")
          return respond({net::HttpResponse::text(200, book.take()), {}});
        book.note(id_in(request.body));
        timers->after(delay, [respond = std::move(respond)] {
          net::Answer answer;
          answer.response = net::HttpResponse::text(
              200, R"({"errcode":0,"errmsg":"ok","msgid":"4711"})", "application/json");
          respond(std::move(answer));
        });
      });
  std::cout << "listening http://127.0.0.1:" << server->port() << std::endl;
  for (char byte; ::read(0, &byte, 1) > 0;) {
  }
  return 0;
}

std::map<std::int64_t, std::vector<Steady::time_point>> arrivals(net::Client& client,
                                                                 const std::string& platform) {
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = platform + "/arrivals";
  request.response_bytes = std::size_t{64} * 1024 * 1024;
  std::promise<net::ClientResult> promise;
  client.send(std::move(request), Steady::now() + std::chrono::seconds{20},
              [&](net::ClientResult result) { promise.set_value(std::move(result)); });
  const auto result = promise.get_future().get();
  if (result.fault != net::Fault::none)
    throw std::runtime_error{"the platform does not tell what came: " + result.detail};
  std::map<std::int64_t, std::vector<Steady::time_point>> out;
  std::istringstream lines{result.response.body};
  for (std::int64_t id = 0, at = 0; lines >> id >> at;)
    out[id].push_back(Steady::time_point{Steady::duration{at}});
  return out;
}

net::OutgoingRequest BenchChannel::encode(const Notice& notice, Route, const Token&) const {
  boost::json::object body;
  body["touser"] = notice.recipient;
  body["msgtype"] = "text";
  body["notice"] = notice.id.raw();
  body["text"] = boost::json::object{{"content", notice.text}};
  net::OutgoingRequest request;
  request.url = platform_ + "/send";
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = boost::json::serialize(body);
  return request;
}

SendOutcome BenchChannel::interpret(Route, const net::HttpResponse& response) const {
  SendOutcome outcome;
  if (response.status != 200) return outcome;
  const auto answer = boost::json::parse(response.body).as_object();
  if (answer.at("errcode") == 0) {
    outcome.kind = SendOutcome::delivered;
    outcome.platform_id = answer.at("msgid").as_string().c_str();
  }
  return outcome;
}

}  // namespace huiyin::bench
