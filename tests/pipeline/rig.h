// One process of the server without sockets: real store, real words, real decisions, real texts;
// the platform is played by a function. Two rigs on one database are two processes.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "server/pipeline/inbox.h"
#include "server/pipeline/links.h"
#include "server/pipeline/outbox.h"
#include "server/pipeline/render.h"
#include "server/pipeline/timers.h"
#include "server/pipeline/webhook.h"
#include "tests/fakes/fake_channel.h"
#include "tests/fakes/fake_client.h"

namespace huiyin {

class RigClock : public Clock {
 public:
  Instant now() const override { return Instant{std::chrono::microseconds{now_.load()}}; }
  void set(Instant at) { now_ = at.time_since_epoch().count(); }
  void advance(std::chrono::microseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{0};
};

// 浣溪镇 with 东浦村 (cadre, deputy) and 西浦村 (nobody but the township's clerk).
// Accounts: test:cadre, test:deputy, test:clerk.
void import_rig_directory(store::Store& store);

// Counts what the pipeline tells the operator.
class RigMonitor : public Monitor {
 public:
  void event(Severity, std::string_view name, Fields) override;
  void committed(std::size_t inputs, int attempts, std::chrono::microseconds) override;
  int count(const std::string& name) const;
  void echo_owed(std::string_view channel) override;
  // Echoes owed by the channel so far.
  int owed(const std::string& channel) const;
  int batches = 0, retried = 0;
  std::size_t largest = 0;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> events_;
};

class Rig {
 public:
  struct Options {
    std::string process = "p1";
    unsigned workers = 1;
    FakeChannel::Traits traits;                       // of the channel "test"
    std::map<std::string, FakeChannel::Traits> more;  // further channels
    Decide rules = decide;
    std::shared_ptr<const Renderer> renderer;  // default: templates/
    OutboxOptions outbox;
    InboxOptions inbox;
    Inbox::OpenStore open;                                        // default: store::open(url)
    Inbox::OpenStore open_outbox;                                 // likewise
    std::function<void()> on_make;                                // before each new runtime
    Instant start = *parse_rfc3339("2026-03-26T09:10:00+08:00");  // a Thursday
  };

  // `url`: a migrated database with the rig's directory in it.
  Rig(const std::string& url, Options options);
  ~Rig();

  // Says it and waits for the receipt. `key` empty: a new message.
  Receipt say(const std::string& user, const std::string& text, const std::string& key = {});
  // Says it and comes back at once.
  void say_async(const std::string& user, const std::string& text, const std::string& key,
                 Inbox::Done done);
  Message message(const std::string& user, const std::string& text, const std::string& key = {});
  Receipt submit(Message message);
  // The bytes of a reply were written (or its connection was gone).
  void rode(const Receipt& receipt, bool written = true);

  // What the platform was asked to show to `user`, "kind: text", in order of arrival.
  std::vector<std::string> sent_to(const std::string& user) const;
  std::vector<std::string> kinds_to(const std::string& user) const;
  bool settle() { return outbox->wait_idle(std::chrono::seconds{10}); }

  std::unique_ptr<store::Store> open() const;

  // How the platform answers; default "delivered" for all, "token-N" for tokens.
  FakeClient::Play play;

  RigClock clock;
  RigMonitor monitor;
  Channels channels;
  std::unique_ptr<Current> current;
  std::unique_ptr<FakeClient> client;
  MediaLinks links{"https://huiyin.test", std::string(32, 's'), std::chrono::hours{72}};
  std::unique_ptr<Outbox> outbox;
  std::unique_ptr<Inbox> inbox;

 private:
  std::string url_;
  std::atomic<int> serial_{0}, tokens_{0};
  std::string process_;
};

}  // namespace huiyin
