// The outbox alone: a real store, platforms played by a function, notices written as a batch writes
// them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/pipeline/outbox.h"
#include "tests/fakes/fake_channel.h"
#include "tests/fakes/fake_client.h"
#include "tests/pipeline/rig.h"

namespace huiyin {

// A FakeChannel whose answers may say more: "delivered ID", "retry 250" (milliseconds), and of
// fates "arrived", "lost" or anything else for "not known yet".
class PostChannel : public FakeChannel {
 public:
  struct Traits {
    FakeChannel::Traits basic;
    bool only_replies = false;  // nothing can be sent but to a reply address
    bool fates = false;
  };
  explicit PostChannel(Traits traits) : FakeChannel{traits.basic}, more_{traits} {}

  bool has_route(Route route, const Notice& notice) const override;
  net::OutgoingRequest encode(const Notice& notice, Route route, const Token& token) const override;
  SendOutcome interpret_sent(const Notice& notice, Route route,
                             const net::HttpResponse& response) const override;
  std::optional<net::OutgoingRequest> fate_request(std::string_view platform_id,
                                                   const Token& token) const override;
  std::optional<Delivery> interpret_fate(std::string_view platform_id,
                                         const net::HttpResponse& response) const override;

 private:
  Traits more_;
};

class Post {
 public:
  // `url`: a migrated database.
  Post(const std::string& url, OutboxOptions options,
       const std::vector<std::pair<std::string, PostChannel::Traits>>& channels);
  ~Post() { outbox->stop(std::chrono::seconds{5}); }

  // A person with these accounts ("channel:user"); the first is preferred.
  std::vector<AccountId> person(const std::vector<std::string>& accounts);

  struct Letter {
    AccountId to;
    std::string text;
    std::string kind = "progress";
    bool echo = true;
    bool card = false;
    NoticeId edits;
    std::string reply_address;
    bool stays_due = false;  // as when another process holds the lane
    int age_minutes = 0;
  };
  NoticeId write(const Letter& letter);
  store::NoticeRow row(NoticeId id);
  store::NoticeState state(NoticeId id) { return row(id).state; }
  bool settle() { return outbox->wait_idle(std::chrono::seconds{10}); }

  // Texts of the requests in the order of arrival; those to `user` only, when it is given.
  std::vector<std::string> sent(const std::string& user = {}) const;
  std::vector<net::OutgoingRequest> requests(const std::string& text) const;

  // How the platforms answer; default "delivered ID" with "id of TEXT".
  FakeClient::Play play;
  static net::ClientResult answer(const std::string& body);
  static net::ClientResult fault(net::Fault fault);
  static std::string text_of(const net::OutgoingRequest& request);

  RigClock clock;
  RigMonitor monitor;
  Channels channels;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<FakeClient> client;
  std::unique_ptr<Outbox> outbox;

 private:
  std::map<AccountId, PersonId> owner_;
};

}  // namespace huiyin
