#include "server/app/play_stage.h"

#include <algorithm>
#include <stdexcept>

#include "handlers/played_faults.h"
#include "server/app/http_call.h"

namespace huiyin {
namespace {

using std::chrono::milliseconds;

// How often a pulled channel is read, and how long we listen where nothing tells us of an end.
constexpr milliseconds kPoll{25};
constexpr milliseconds kQuiet{500};
// A long way in time may hold thousands of timers.
constexpr milliseconds kClockPatience{120'000};

// "127.0.0.1:9001" of "http://127.0.0.1:9001/x"; empty when that is not this machine.
std::string local_address(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return {};
  const std::string rest = url.substr(kScheme.size());
  const std::string address = rest.substr(0, rest.find('/'));
  for (const std::string_view host : {"127.0.0.1:", "localhost:", "[::1]:"}) {
    if (!address.starts_with(host)) continue;
    const std::string port = address.substr(host.size());
    return (host == "localhost:" ? "127.0.0.1:" : std::string{host}) + port;
  }
  return {};
}

std::string fault_text(const net::ClientResult& result) {
  if (result.fault != net::Fault::none) return "the server does not answer: " + result.detail;
  return "the server answered " + std::to_string(result.response.status);
}

}  // namespace

struct PlayStage::Player {
  ChannelConfig config;
  std::mutex mutex;  // a simulator is no more thread-safe than a platform's user
  std::unique_ptr<Simulator> simulator;
  std::map<std::string, PlayedMessage> last;  // by user
  std::unique_ptr<net::Server> api;           // destroyed first: its handler uses the rest
};

PlayStage::PlayStage(Options options, const std::vector<ChannelConfig>& channels,
                     const std::set<std::string>& used)
    : options_{std::move(options)} {
  for (const std::string& name : used) {
    const auto config = std::ranges::find(channels, name, &ChannelConfig::name);
    if (config == channels.end()) throw std::runtime_error{"channel " + name + " is unknown"};
    auto player = std::make_unique<Player>();
    player->config = *config;
    player->simulator = make_simulator(*config);
    players_.emplace(name, std::move(player));
  }
  net::ClientOptions client;
  client.ca_file = options_.ca_file;
  client_ = net::Client::create(client);
  for (const auto& [name, player] : players_) listen(*player);
  const net::ClientResult clock = put_clock("+0s");
  moves_clock_ = clock.fault == net::Fault::none && clock.response.status == 200;
  if (clock.fault != net::Fault::none) no_clock_ = fault_text(clock);
}

PlayStage::~PlayStage() {
  for (const auto& [name, player] : players_) player->api.reset();
}

void PlayStage::listen(Player& player) {
  if (player.simulator->fetch("nobody")) return;  // read by its users, so it calls nobody
  const std::string address = local_address(player.config.api_base);
  if (address.empty()) {
    throw std::runtime_error{"channel " + player.config.name +
                             ": api_base must be http://127.0.0.1:PORT, so that play can stand in "
                             "for the platform there"};
  }
  net::ServerOptions options;
  options.address = address;
  options.limits.body_bytes = 1024 * 1024;
  options.limits.handler = milliseconds{60'000};
  player.api =
      net::Server::start(options, [this, &player](net::HttpRequest request, net::Respond respond) {
        net::HttpResponse response = serve(player, request);
        if (response.status == kKeepsSilent) {
          const std::lock_guard lock{mutex_};
          unanswered_.push_back(std::move(respond));
          return;
        }
        net::Answer answer;
        answer.hang_up = response.status == kHangsUp;
        answer.response = std::move(response);
        respond(std::move(answer));
      });
}

net::HttpResponse PlayStage::serve(Player& player, const net::HttpRequest& request) {
  std::vector<Seen> seen;
  net::HttpResponse response;
  {
    const std::lock_guard lock{player.mutex};
    response = player.simulator->serve(request, now(), seen);
  }
  for (Seen& one : seen) arrived(player, std::move(one));
  return response;
}

void PlayStage::arrived(Player& player, Seen seen, std::size_t place) {
  const std::lock_guard lock{mutex_};
  auto& queue = seen_[{player.config.name, seen.user}];
  queue.insert(queue.begin() + static_cast<std::ptrdiff_t>(std::min(place, queue.size())),
               std::move(seen));
  more_.notify_all();
}

std::size_t PlayStage::waiting(const Seat& seat) {
  const std::lock_guard lock{mutex_};
  return seen_[seat].size();
}

std::string PlayStage::say(const Seat& seat, const PlayedMessage& message, bool again) {
  Player& player = *players_.at(seat.channel);
  net::HttpRequest request;
  PlayedMessage said = message;
  {
    const std::lock_guard lock{player.mutex};
    if (again) said = player.last.at(seat.user);
    player.last[seat.user] = said;
    request = player.simulator->deliver(said, now(), again);
  }
  net::OutgoingRequest outgoing{request.method, options_.server + request.target, request.headers,
                                request.body};
  // What rides on the response and what is sent meanwhile overtake each other: a story reads the
  // same each time.
  const auto place = waiting(seat);
  const net::ClientResult result = call(*client_, std::move(outgoing), options_.patience);
  if (result.fault != net::Fault::none || result.response.status != 200) return fault_text(result);
  std::optional<Seen> reply;
  try {
    const std::lock_guard lock{player.mutex};
    reply = player.simulator->read_reply(said, result.response);
  } catch (const std::runtime_error& error) {
    return std::string{"the platform shows a fault: "} + error.what();
  }
  if (reply) arrived(player, std::move(*reply), place);
  return {};
}

bool PlayStage::fetch(const Seat& seat) {
  Player& player = *players_.at(seat.channel);
  std::optional<net::HttpRequest> request;
  {
    const std::lock_guard lock{player.mutex};
    request = player.simulator->fetch(seat.user);
  }
  if (!request) return false;
  net::OutgoingRequest outgoing{request->method, options_.server + request->target,
                                request->headers, request->body};
  const net::ClientResult result = call(*client_, std::move(outgoing), options_.patience);
  if (result.fault != net::Fault::none || result.response.status != 200) return true;
  std::vector<Seen> seen;
  {
    const std::lock_guard lock{player.mutex};
    seen = player.simulator->read_fetch(seat.user, result.response);
  }
  for (Seen& one : seen) arrived(player, std::move(one));
  return true;
}

std::optional<Seen> PlayStage::next(const Seat& seat) {
  const auto until = std::chrono::steady_clock::now() + options_.patience;
  while (true) {
    const bool pulled = fetch(seat);
    std::unique_lock lock{mutex_};
    std::deque<Seen>& queue = seen_[seat];
    const auto look_again =
        pulled ? std::min(until, std::chrono::steady_clock::now() + kPoll) : until;
    more_.wait_until(lock, look_again, [&] { return !queue.empty(); });
    if (!queue.empty()) {
      Seen first = std::move(queue.front());
      queue.pop_front();
      return first;
    }
    if (std::chrono::steady_clock::now() >= until) return std::nullopt;
  }
}

std::string PlayStage::settle(const std::vector<Seat>& seats) {
  std::string fault;
  if (moves_clock_) {
    const net::ClientResult result = put_clock("+0s");
    if (result.fault != net::Fault::none || result.response.status != 200) {
      fault = "PUT /clock: " + fault_text(result);
    }
  } else {
    // Without a clock of ours nothing tells when the outbox rests: listen for a moment.
    std::unique_lock lock{mutex_};
    more_.wait_for(lock, kQuiet, [] { return false; });
  }
  for (const Seat& seat : seats) fetch(seat);
  return fault;
}

std::vector<std::pair<Seat, Seen>> PlayStage::untaken() {
  const std::lock_guard lock{mutex_};
  std::vector<std::pair<Seat, Seen>> rest;
  for (const auto& [seat, queue] : seen_) {
    for (const Seen& seen : queue) rest.emplace_back(seat, seen);
  }
  return rest;
}

std::string PlayStage::inject(const std::string& channel, const std::string& fault, int times) {
  const auto player = players_.find(channel);
  if (player == players_.end()) return "nobody in this script uses channel " + channel;
  try {
    const std::lock_guard lock{player->second->mutex};
    player->second->simulator->inject(fault, times);
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

Instant PlayStage::now() const {
  if (!moves_clock_) return system_clock_.now();
  return Instant{std::chrono::microseconds{server_now_.load()}};
}

std::string PlayStage::move_clock(const ClockMove& move) {
  if (!moves_clock_) return no_clock_;
  const net::ClientResult result =
      put_clock(move.to ? format_rfc3339(*move.to) : "+" + std::to_string(move.step.count()) + "s");
  if (result.fault == net::Fault::none && result.response.status == 200) return {};
  return fault_text(result) + " " + result.response.body;
}

net::ClientResult PlayStage::put_clock(const std::string& text) {
  if (options_.admin.empty()) return {net::Fault::refused, {}, "no admin listener"};
  net::OutgoingRequest request{
      "PUT", options_.admin + "/clock", {{"Content-Type", "text/plain"}}, text};
  net::ClientResult result = call(*client_, std::move(request), kClockPatience);
  if (result.fault == net::Fault::none && result.response.status == 200) {
    const std::string& body = result.response.body;
    if (const auto at = parse_rfc3339(body.substr(0, body.find_last_not_of("\r\n ") + 1))) {
      server_now_ = at->time_since_epoch().count();
    }
  }
  return result;
}

}  // namespace huiyin
