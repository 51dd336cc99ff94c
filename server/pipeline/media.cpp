#include "server/pipeline/media.h"

#include <algorithm>
#include <array>
#include <future>
#include <list>
#include <optional>
#include <random>
#include <system_error>
#include <thread>
#include <utility>

#include "server/pipeline/mailbox.h"
#include "server/pipeline/media_file.h"
#include "server/pipeline/media_guard.h"
#include "server/pipeline/media_store.h"
#include "server/pipeline/random.h"
#include "server/pipeline/tokens.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kSteps = 5;                     // requests on the way to one file
constexpr milliseconds kTokenLook{100};       // while a token is being refreshed
constexpr milliseconds kStoreAway{2000};      // before the store is asked again
constexpr std::size_t kEnvelope = 64 * 1024;  // padding of what comes encrypted

// One attempt at one file.
struct Job {
  store::MediaRow row;
  MediaRef ref;
  const Channel* channel = nullptr;
  Steady::time_point deadline;
  int step = 0;
  std::int64_t token_generation = 0;
  bool token_renewed = false;
  bool waits_for_token = true;
};
using JobPtr = std::shared_ptr<Job>;

MediaRef ref_of(const MediaOrder& order) {
  return {order.kind, order.media_id, order.url, order.format, order.user};
}

// False when whoever promised could not: the store is away.
bool is_true(std::future<bool>& promised) try {
  return promised.get();
} catch (const std::future_error&) {
  return false;
}

class Fetcher final : public MediaFetcher {
 public:
  Fetcher(MediaOptions options, std::unique_ptr<store::Store> store, const Channels& channels,
          ApiBases api_bases, net::Client& client, const Clock& clock, Monitor& monitor)
      : options_{std::move(options)},
        store_{std::move(store)},
        channels_{channels},
        api_bases_{std::move(api_bases)},
        client_{client},
        clock_{clock},
        monitor_{monitor},
        files_{options_.directory},
        random_{std::random_device{}()},
        thread_{[this] { loop(); }} {}

  ~Fetcher() override { stop(); }

  void stop() override {
    post_->close();
    if (thread_.joinable()) thread_.join();
  }

  bool wait_idle(milliseconds limit) override {
    const auto until = Steady::now() + limit;
    while (true) {
      auto answer = std::make_shared<std::promise<bool>>();
      auto idle = answer->get_future();
      post_->post([this, answer] {
        poll();
        answer->set_value(jobs_.empty() && Steady::now() >= store_away_until_);
      });
      if (idle.wait_until(until) != std::future_status::ready) return false;
      if (is_true(idle)) return true;
      std::this_thread::sleep_until(std::min(until, Steady::now() + milliseconds{20}));
    }
  }

 private:
  // ---- the thread

  void loop() {
    files_.sweep();
    auto next_poll = Steady::now();
    std::vector<Mailbox::Work> work;
    while (post_->wait(std::min(next_poll, next_token_look()), work)) {
      for (const auto& one : work) guarded(one);
      guarded([this] { look_for_tokens(); });
      if (Steady::now() < next_poll) continue;
      guarded([this] { poll(); });
      next_poll = Steady::now() + options_.poll;
    }
  }

  // A store that is away ends nothing: what was in hand is due again when its time is over.
  void guarded(const std::function<void()>& work) try {
    work();
  } catch (const store::Error& error) {
    store_away_until_ = Steady::now() + kStoreAway;
    jobs_.clear();
    monitor_.event(Severity::warning, "media.store_away", {{"why", error.what()}});
    try {
      store_->reconnect();
    } catch (const store::Error&) {
      // Asked again later.
    }
  }

  void poll() {
    const int places = options_.at_once - static_cast<int>(jobs_.size());
    if (places <= 0 || Steady::now() < store_away_until_) return;
    // Leased for longer than an attempt can take.
    const auto lease = std::max(options_.again, options_.limit * 2);
    for (store::MediaRow& row : store_->media_due(places, lease)) begin(std::move(row));
  }

  void begin(store::MediaRow row) {
    auto job = std::make_shared<Job>();
    job->row = std::move(row);
    job->ref = ref_of(job->row.order);
    job->deadline = Steady::now() + options_.limit;
    jobs_.push_back(job);
    // Whatever ended those attempts ended the process: not once more.
    if (job->row.attempts > options_.attempts) return give_up(job, "interrupted");
    const auto channel = channels_.find(job->row.order.channel);
    if (channel == channels_.end()) return retry(job, "channel is not open");
    job->channel = channel->second.get();
    look_for_token(job);
  }

  // ---- tokens

  TokenKeeper& keeper(const std::string& channel) {
    auto& keeper = keepers_[channel];
    if (!keeper) {
      keeper = std::make_unique<TokenKeeper>(TokenKeeper::Parts{
          .channel = channel,
          .process = options_.process,
          .platform = *channels_.find(channel)->second,
          .store = *store_,
          .client = client_,
          .monitor = monitor_,
          .post = [post = post_](std::function<void()> work) { post->post(std::move(work)); },
          .pause = options_.token_pause});
    }
    return *keeper;
  }

  Steady::time_point next_token_look() const {
    const bool any =
        std::ranges::any_of(jobs_, [](const JobPtr& job) { return job->waits_for_token; });
    return any ? Steady::now() + kTokenLook : Steady::time_point::max();
  }

  void look_for_tokens() {
    const auto jobs = jobs_;  // some leave the list
    for (const JobPtr& job : jobs) {
      if (job->waits_for_token) look_for_token(job);
    }
  }

  void look_for_token(const JobPtr& job) {
    const auto now = Steady::now();
    TokenKeeper& tokens = keeper(job->row.order.channel);
    tokens.ready(now);
    if (!tokens.usable(now)) {
      if (now >= job->deadline) retry(job, "no token");
      return;
    }
    job->waits_for_token = false;
    job->token_generation = tokens.generation();
    job->step = 0;
    try {
      auto request = job->channel->media_request(job->ref, tokens.token());
      if (!request) return give_up(job, "cannot be fetched from this platform");
      ask(job, std::move(*request));
    } catch (const store::Error&) {
      throw;
    } catch (const std::exception&) {
      give_up(job, "cannot be asked for");
    }
  }

  // ---- requests and answers

  void ask(const JobPtr& job, net::OutgoingRequest request) {
    const auto base = api_bases_.find(job->row.order.channel);
    const auto hosts = job->channel->media_hosts();
    const auto host = media_host(request.url, base == api_bases_.end() ? "" : base->second, hosts);
    if (host == MediaHost::refused) return reject(job, "not a host of the platform");
    request = job->channel->stamp(std::move(request), clock_.now(), random_bytes());
    request.public_only = host == MediaHost::foreign;
    request.response_bytes = options_.bytes + kEnvelope;
    client_.send(std::move(request), job->deadline,
                 [this, job, post = post_](net::ClientResult result) {
                   auto kept = std::make_shared<net::ClientResult>(std::move(result));
                   post->post([this, job, kept] { answered(job, std::move(*kept)); });
                 });
  }

  void answered(const JobPtr& job, net::ClientResult result) {
    if (std::ranges::find(jobs_, job) == jobs_.end()) return;  // dropped while the store was away
    if (result.fault != net::Fault::none) return failed(job, result);
    const int step = job->step++;
    MediaAnswer answer;
    try {
      answer = job->channel->interpret_media(job->ref, step, result.response,
                                             keeper(job->row.order.channel).token());
    } catch (const store::Error&) {
      throw;
    } catch (const std::exception&) {
      return give_up(job, "answer without sense");
    }
    switch (answer.kind) {
      case MediaAnswer::content:
        return keep(
            job, answer.bytes.empty() ? std::move(result.response.body) : std::move(answer.bytes));
      case MediaAnswer::next:
        if (job->step >= kSteps) return give_up(job, "too many steps");
        return ask(job, std::move(answer.request));
      case MediaAnswer::retry:
        return retry(job, answer.code);
      case MediaAnswer::token_expired:
        return renew_token(job, answer.code);
      case MediaAnswer::gone:
        return give_up(job, answer.code.empty() ? "gone" : answer.code);
    }
  }

  void failed(const JobPtr& job, const net::ClientResult& result) {
    if (result.detail.ends_with(net::kNotPublic)) return reject(job, std::string{net::kNotPublic});
    if (result.detail.ends_with(net::kTooLarge)) return give_up(job, "too large");
    switch (result.fault) {
      case net::Fault::overloaded:
        return retry(job, "overloaded");
      case net::Fault::refused:
        return retry(job, "no connection");
      case net::Fault::unknown:
      case net::Fault::none:
        return retry(job, "no answer");
    }
  }

  void renew_token(const JobPtr& job, const std::string& code) {
    if (std::exchange(job->token_renewed, true)) return retry(job, code);
    keeper(job->row.order.channel).failed(job->token_generation);
    job->waits_for_token = true;
    look_for_token(job);
  }

  void keep(const JobPtr& job, std::string bytes) {
    if (bytes.size() > options_.bytes) return give_up(job, "too large");
    auto cleaned = clean_media(job->ref.kind, std::move(bytes));
    if (const auto* refused = std::get_if<FileRefused>(&cleaned)) {
      return give_up(job, refused->code);
    }
    const CleanFile& file = std::get<CleanFile>(cleaned);
    store::MediaRow& row = job->row;
    try {
      row.sha256 = files_.put(file.bytes);
    } catch (const std::system_error& error) {
      monitor_.event(Severity::error, "media.disk", {{"why", error.what()}});
      return retry(job, "disk");
    }
    row.type = file.type;
    row.bytes = static_cast<std::int64_t>(file.bytes.size());
    row.latitude = file.latitude;
    row.longitude = file.longitude;
    finish(job, store::MediaRow::done, "");
  }

  // ---- how an attempt ends

  void reject(const JobPtr& job, const std::string& why) {
    monitor_.event(Severity::error, "ssrf.reject",
                   {{"channel", job->row.order.channel},
                    {"media", std::to_string(job->row.order.id.raw())},
                    {"why", why}});
    give_up(job, why);
  }

  void give_up(const JobPtr& job, const std::string& code) {
    finish(job, store::MediaRow::dead, code);
  }

  void retry(const JobPtr& job, const std::string& code) {
    const bool over = job->row.attempts >= options_.attempts;
    finish(job, over ? store::MediaRow::dead : store::MediaRow::due, code);
  }

  // Half of it fixed, half by chance: a thousand files that failed together do not come together.
  milliseconds pause_after(int attempts) {
    const auto whole = std::min(options_.again * (std::int64_t{1} << std::min(attempts - 1, 20)),
                                options_.again_cap);
    std::uniform_int_distribution<std::int64_t> chance{0, whole.count() / 2};
    return whole - milliseconds{chance(random_)};
  }

  void finish(const JobPtr& job, store::MediaRow::State state, std::string code) {
    jobs_.remove(job);
    store::MediaRow& row = job->row;
    row.state = state;
    row.code = std::move(code);
    store_->media_result(
        row, state == store::MediaRow::due ? pause_after(row.attempts) : milliseconds{0});
    tell(row);
  }

  void tell(const store::MediaRow& row) {
    const std::string id = std::to_string(row.order.id.raw());
    const std::string& channel = row.order.channel;
    switch (row.state) {
      case store::MediaRow::done:
        monitor_.media(channel, "fetched");
        return monitor_.event(Severity::info, "media.fetched",
                              {{"channel", channel},
                               {"media", id},
                               {"type", row.type},
                               {"bytes", std::to_string(row.bytes)}});
      case store::MediaRow::due:
        monitor_.media(channel, "retry");
        return monitor_.event(Severity::warning, "media.retry",
                              {{"channel", channel},
                               {"media", id},
                               {"code", row.code},
                               {"attempts", std::to_string(row.attempts)}});
      case store::MediaRow::dead:
        monitor_.media(channel, "dead");
        return monitor_.event(Severity::warning, "media.dead",
                              {{"channel", channel}, {"media", id}, {"code", row.code}});
    }
  }

  const MediaOptions options_;
  const std::unique_ptr<store::Store> store_;
  const Channels& channels_;
  const ApiBases api_bases_;
  net::Client& client_;
  const Clock& clock_;
  Monitor& monitor_;
  const MediaStore files_;
  const std::shared_ptr<Mailbox> post_ = std::make_shared<Mailbox>();

  // The thread's own.
  std::mt19937_64 random_;
  std::list<JobPtr> jobs_;
  std::map<std::string, std::unique_ptr<TokenKeeper>, std::less<>> keepers_;
  Steady::time_point store_away_until_{};

  std::thread thread_;
};

}  // namespace

std::unique_ptr<MediaFetcher> MediaFetcher::start(MediaOptions options,
                                                  std::unique_ptr<store::Store> store,
                                                  const Channels& channels, ApiBases api_bases,
                                                  net::Client& client, const Clock& clock,
                                                  Monitor& monitor) {
  return std::make_unique<Fetcher>(std::move(options), std::move(store), channels,
                                   std::move(api_bases), client, clock, monitor);
}

}  // namespace huiyin
