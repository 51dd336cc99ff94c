#include "server/pipeline/puller.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "server/pipeline/hex.h"
#include "server/pipeline/mailbox.h"
#include "server/pipeline/random.h"
#include "server/pipeline/tokens.h"
#include "server/pipeline/webhook.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kNever = Steady::time_point::max();
constexpr auto kTokenWait = 50ms;
constexpr int kTokenRetries = 2;

using Key = std::pair<std::string, std::string>;  // channel, stream

// One stream on its way: wait (`wake`) -> ask -> answer -> store all but the last -> store the last
// with the cursor -> ask again or rest.
struct Line {
  bool busy = false;
  bool again = false;             // was called while busy
  std::string hint, next_hint;    // of the call that is served, of the one that waits
  std::optional<std::string> at;  // cursor of the next question; read from the store when empty
  Steady::time_point wake = kNever;
  std::chrono::milliseconds pause{0};
  int token_retries = 0;
  // The page in hand.
  std::string cursor;
  std::optional<Message> last;
  bool more = false;
  std::size_t open = 0;  // receipts to come
  bool unavailable = false;
};

struct Source {
  Source(const Channel& platform, TokenKeeper::Parts parts)
      : platform{platform}, tokens{std::move(parts)} {}
  const Channel& platform;
  TokenKeeper tokens;
};

class PullerImpl : public Puller {
 public:
  PullerImpl(PullerOptions options, std::unique_ptr<store::Store> store, const Channels& channels,
             net::Client& client, Current& current, Inbox& inbox, const Clock& clock,
             Monitor& monitor)
      : options_{std::move(options)},
        store_{std::move(store)},
        client_{client},
        current_{current},
        inbox_{inbox},
        clock_{clock},
        monitor_{monitor} {
    for (const auto& [name, channel] : channels) {
      if (!channel->pull_request({"probe", "", ""}, {})) continue;
      TokenKeeper::Parts parts{name,
                               options_.process + "/pull",
                               *channel,
                               *store_,
                               client_,
                               monitor_,
                               [box = mailbox_](auto work) { box->post(std::move(work)); },
                               options_.token_pause};
      sources_.emplace(std::piecewise_construct, std::forward_as_tuple(name),
                       std::forward_as_tuple(*channel, std::move(parts)));
    }
    if (!sources_.empty()) thread_ = std::thread{[this] { loop(); }};
  }

  ~PullerImpl() override {
    mailbox_->close();
    if (thread_.joinable()) thread_.join();
  }

  void call(const std::string& channel, const Stream& stream) override {
    if (!sources_.contains(channel)) return;
    const Key key{channel, stream.name};
    mailbox_->post([this, key, hint = stream.hint] { begin(key, hint); });
  }

 private:
  void loop() {
    std::vector<Mailbox::Work> work;
    while (mailbox_->wait(next_wake(), work)) {
      for (auto& item : work) guarded(item);
      const auto now = Steady::now();
      if (now >= next_poll_) guarded([this] { poll(); });
      for (auto& [key, line] : lines_)
        if (now >= line.wake) ask(key, line);
    }
  }

  Steady::time_point next_wake() const {
    auto next = next_poll_;
    for (const auto& [key, line] : lines_) next = std::min(next, line.wake);
    return next;
  }

  // Callbacks lost an event, the process was away, or another one left a page half read.
  void poll() {
    next_poll_ = Steady::now() + options_.retry;
    const auto cursors = store_->cursors();
    next_poll_ = Steady::now() + options_.poll;
    for (const auto& cursor : cursors)
      if (sources_.contains(cursor.channel)) begin({cursor.channel, cursor.stream}, "");
  }

  void begin(const Key& key, const std::string& hint) {
    auto& line = lines_[key];
    if (line.busy) {
      line.again = true;
      if (!hint.empty()) line.next_hint = hint;
      return;
    }
    line.busy = true;
    line.hint = hint;
    line.at.reset();
    line.wake = Steady::now();
  }

  void ask(const Key& key, Line& line) {
    const auto now = Steady::now();
    line.wake = kNever;
    auto& source = sources_.find(key.first)->second;
    try {
      if (!line.at) line.at = stored_cursor(key);
      if (!source.tokens.usable(now)) source.tokens.ready(now);
    } catch (const store::Error& error) {
      away(error);
      return back_off(key, line, "store");
    }
    if (!source.tokens.usable(now)) {
      line.wake = now + kTokenWait;
      return;
    }
    const auto request =
        source.platform.pull_request({key.second, line.hint, *line.at}, source.tokens.token());
    if (!request) return rest(key, line);
    const auto generation = source.tokens.generation();
    client_.send(source.platform.stamp(*request, clock_.now(), random_bytes()),
                 now + source.platform.limits().timeout,
                 [this, box = mailbox_, key, generation](net::ClientResult result) {
                   box->post([this, key, generation, result = std::move(result)] {
                     answered(key, generation, result);
                   });
                 });
  }

  std::string stored_cursor(const Key& key) {
    for (const auto& cursor : store_->cursors())
      if (cursor.channel == key.first && cursor.stream == key.second) return cursor.value;
    return "";
  }

  void answered(const Key& key, std::int64_t generation, const net::ClientResult& result) {
    auto& line = lines_.at(key);
    auto& source = sources_.find(key.first)->second;
    if (result.fault != net::Fault::none) return back_off(key, line, "no_answer");
    Page page;
    try {
      page = source.platform.interpret_pull({key.second, line.hint, *line.at}, result.response,
                                            clock_.now());
    } catch (const std::exception&) {
      return back_off(key, line, "senseless answer");
    }
    switch (page.kind) {
      case Page::messages:
        line.token_retries = 0;
        return take(key, line, std::move(page));
      case Page::token_expired:
        source.tokens.failed(generation);
        if (++line.token_retries > kTokenRetries) return back_off(key, line, page.code);
        line.wake = Steady::now();
        return;
      case Page::retry:
        if (!page.hint_spent || line.hint.empty()) return back_off(key, line, page.code);
        line.hint.clear();
        line.wake = Steady::now();
        return;
      case Page::stopped:
        monitor_.event(Severity::error, "pull.stopped",
                       {{"channel", key.first}, {"code", page.code}});
        line.wake = Steady::now() + options_.stopped_for;
    }
  }

  void take(const Key& key, Line& line, Page page) {
    line.cursor = std::move(page.cursor);
    line.more = page.more;
    line.unavailable = false;
    line.last.reset();
    for (auto& message : page.read) {
      message.channel = key.first;
      message.stream = Stream{key.second, "", ""};
      monitor_.received(key.first, kind_label(message.kind));
    }
    if (page.read.empty()) return page_stored(key, line, line.cursor != *line.at);
    line.last = std::move(page.read.back());
    line.last->stream->cursor = line.cursor;
    page.read.pop_back();
    if (page.read.empty()) return store_last(key, line);
    line.open = page.read.size();
    for (auto& message : page.read)
      submit(std::move(message), [this, key](Receipt::Status status) {
        auto& line = lines_.at(key);
        line.unavailable |= status == Receipt::unavailable;
        if (--line.open > 0) return;
        if (line.unavailable) return back_off(key, line, "unavailable");
        store_last(key, line);
      });
  }

  // What was set aside is in nobody's transaction: the cursor behind it is written by itself.
  void store_last(const Key& key, Line& line) {
    submit(std::move(*line.last), [this, key](Receipt::Status status) {
      auto& line = lines_.at(key);
      if (status == Receipt::unavailable) return back_off(key, line, "unavailable");
      const bool with_message = status == Receipt::accepted || status == Receipt::duplicate;
      page_stored(key, line, !with_message);
    });
  }

  void submit(Message message, std::function<void(Receipt::Status)> then) {
    auto meaning = current_.get()->understanding->understand(message);
    inbox_.submit(std::move(message), std::move(meaning),
                  [box = mailbox_, then = std::move(then)](const Receipt& receipt) {
                    box->post([then, status = receipt.status] { then(status); });
                  });
  }

  void page_stored(const Key& key, Line& line, bool save) {
    if (save) {
      try {
        save_cursor(key, line.cursor);
      } catch (const store::Error& error) {
        away(error);
        return back_off(key, line, "store");
      }
    }
    const bool moved = line.cursor != *line.at;
    line.at = line.cursor;
    line.pause = 0ms;
    // A page that leads nowhere would be read for ever.
    if (line.more && moved)
      line.wake = Steady::now();
    else
      rest(key, line);
  }

  void save_cursor(const Key& key, const std::string& value) {
    store::Writes writes;
    writes.batch_id = hex(random_bytes());
    writes.cursors.push_back({key.first, key.second, value});
    auto batch = store_->begin();
    batch->save(writes);
    batch->commit();
  }

  void rest(const Key& key, Line& line) {
    line.busy = false;
    line.wake = kNever;
    if (!std::exchange(line.again, false)) return;
    begin(key, std::exchange(line.next_hint, {}));
  }

  // Nothing is lost: the page is read again from the stored cursor.
  void back_off(const Key& key, Line& line, const std::string& why) {
    line.pause = std::clamp(line.pause * 2, options_.retry, options_.retry_cap);
    line.at.reset();
    line.token_retries = 0;
    line.wake = Steady::now() + line.pause;
    if (!line.next_hint.empty()) line.hint = std::exchange(line.next_hint, {});
    monitor_.event(Severity::warning, "pull.late", {{"channel", key.first}, {"why", why}});
  }

  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const store::Error& error) {
      away(error);
    }
  }

  void away(const store::Error& error) {
    monitor_.event(Severity::warning, "pull.away", {{"code", std::to_string(error.code())}});
    try {
      store_->reconnect();
    } catch (const store::Error&) {
      // The next question finds out.
    }
  }

  PullerOptions options_;
  std::unique_ptr<store::Store> store_;
  net::Client& client_;
  Current& current_;
  Inbox& inbox_;
  const Clock& clock_;
  Monitor& monitor_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();

  // The thread's own.
  std::map<std::string, Source, std::less<>> sources_;  // names fixed at start
  std::map<Key, Line> lines_;
  Steady::time_point next_poll_{};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Puller> Puller::start(PullerOptions options, std::unique_ptr<store::Store> store,
                                      const Channels& channels, net::Client& client,
                                      Current& current, Inbox& inbox, const Clock& clock,
                                      Monitor& monitor) {
  return std::make_unique<PullerImpl>(std::move(options), std::move(store), channels, client,
                                      current, inbox, clock, monitor);
}

}  // namespace huiyin
