#include "server/pipeline/media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "server/net/server.h"
#include "tests/fakes/fake_channel.h"
#include "tests/fakes/fake_client.h"
#include "tests/fakes/test_database.h"
#include "tests/pipeline/media_samples.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

// A platform whose answers say by their status what they are.
class Album : public FakeChannel {
 public:
  explicit Album(std::string base, bool tokens = false)
      : FakeChannel{Traits{.tokens = tokens, .limits = {}}}, base_{std::move(base)} {}

  std::optional<net::OutgoingRequest> token_request() const override {
    auto request = FakeChannel::token_request();
    if (request) request->url = base_ + "/token";
    return request;
  }
  std::optional<net::OutgoingRequest> media_request(const MediaRef& ref,
                                                    const Token& token) const override {
    if (ref.id == "impossible") return std::nullopt;
    if (ref.id == "nonsense") throw std::length_error{"too long"};
    return get(ref.url.empty() ? base_ + "/file/" + ref.id + "?token=" + token.value : ref.url);
  }
  MediaAnswer interpret_media(const MediaRef&, int step, const net::HttpResponse& response,
                              const Token&) const override {
    MediaAnswer answer;
    answer.code = std::to_string(response.status);
    if (response.status == 200) answer.kind = MediaAnswer::content;
    if (response.status == 201) {  // as a body that had to be decrypted
      answer.kind = MediaAnswer::content;
      answer.bytes = response.body.substr(1);
    }
    if (response.status == 202) {
      answer.kind = MediaAnswer::next;
      answer.request = get(response.body + "?step=" + std::to_string(step));
    }
    if (response.status >= 500) answer.kind = MediaAnswer::retry;
    if (response.status == 401) answer.kind = MediaAnswer::token_expired;
    if (response.status == 418) throw std::out_of_range{"no such field"};
    return answer;
  }
  std::vector<std::string> media_hosts() const override { return {".photos.test"}; }
  net::OutgoingRequest stamp(net::OutgoingRequest request, Instant,
                             std::span<const unsigned char, 16>) const override {
    request.headers.emplace_back("Stamped", "yes");
    return request;
  }

 private:
  static net::OutgoingRequest get(std::string url) {
    net::OutgoingRequest request;
    request.method = "GET";
    request.url = std::move(url);
    return request;
  }
  std::string base_;
};

class MediaTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = store::open(database_.url());
    store_->migrate();
    options_.process = "test/media";
    options_.directory = fs::path{home_.path()} / "media";
    options_.poll = 5ms;
    options_.again = 1h;
  }

  void platform(net::Handler answer) {
    server_ = net::Server::start({.address = "127.0.0.1:0"}, std::move(answer));
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  void order(std::int64_t id, const std::string& media_id, const std::string& url = {},
             const std::string& channel = "album", MediaKind kind = MediaKind::image) {
    store::Writes writes;
    WorkingSet set;
    writes.batch_id = "batch-" + std::to_string(id);
    writes.set = &set;
    writes.media.push_back(
        {MediaId{id}, CaseId{7}, kind, channel, "somebody", media_id, url, "jpg"});
    const auto batch = store_->begin();
    batch->save(writes);
    batch->commit();
  }

  void start(std::unique_ptr<Channel> album, std::unique_ptr<net::Client> client = {}) {
    client_ = client ? std::move(client) : net::Client::create({});
    channels_["album"] = std::move(album);
    fetcher_ = MediaFetcher::start(options_, store::open(database_.url()), channels_,
                                   {{"album", server_ ? base() : "https://api.test"}}, *client_,
                                   clock_, monitor_);
  }
  void run(bool tokens = false) {
    start(std::make_unique<Album>(base(), tokens));
    ASSERT_TRUE(fetcher_->wait_idle(10s));
  }

  store::MediaRow row(std::int64_t id) { return store_->media(MediaId{id}).value(); }

  fakes::TestDatabase database_{fakes::engines().front()};
  fakes::TemporaryDirectory home_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<net::Server> server_;
  MediaOptions options_;
  Channels channels_;
  RigClock clock_;
  RigMonitor monitor_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<MediaFetcher> fetcher_;
};

net::Handler always(int status, std::string body) {
  return [status, body](const net::HttpRequest&, const net::Respond& respond) {
    respond({net::HttpResponse::text(status, body), {}});
  };
}

TEST_F(MediaTest, AFileIsFetchedCleanedAndKept) {
  std::atomic<bool> stamped = false;
  platform([&](const net::HttpRequest& request, const net::Respond& respond) {
    stamped = net::find_header(request.headers, "stamped") == "yes";
    respond({net::HttpResponse::text(200, samples::jpeg(samples::Tiff{}.bytes())), {}});
  });
  order(1, "a");
  run();
  const auto done = row(1);
  EXPECT_EQ(done.state, store::MediaRow::done);
  EXPECT_EQ(done.type, "image/jpeg");
  EXPECT_EQ(done.attempts, 1);
  EXPECT_EQ(done.latitude, 29.5);
  EXPECT_EQ(done.longitude, 120.75);
  const fs::path path = options_.directory / done.sha256.substr(0, 2) / done.sha256.substr(2);
  ASSERT_TRUE(fs::exists(path));
  EXPECT_EQ(static_cast<std::int64_t>(fs::file_size(path)), done.bytes);
  std::ifstream in{path, std::ios::binary};
  const std::string kept{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_THAT(kept, testing::Not(HasSubstr(std::string{samples::kHidden})));
  EXPECT_TRUE(stamped);
  EXPECT_EQ(monitor_.count("media.fetched"), 1);
}

TEST_F(MediaTest, WhatCannotBeKeptIsGivenUpWithTheReason) {
  struct Row {
    const char* what;
    int status;
    std::string body, media_id, code;
  };
  const Row rows[] = {
      {"a page", 200, "<html><script>", "a", "not a picture"},
      {"a broken picture", 200, "\xff\xd8\xff\xe0", "a", "malformed"},
      {"heic", 200, samples::heic(), "a", "heic"},
      {"nothing", 200, "", "a", "not a picture"},
      {"larger than allowed", 200, samples::gif() + std::string(5000, 'x'), "a", "too large"},
      {"much larger", 200, std::string(200'000, 'x'), "a", "too large"},
      {"gone", 404, "", "a", "404"},
      {"no way", 200, "", "impossible", "cannot be fetched from this platform"},
      {"no request", 200, "", "nonsense", "cannot be asked for"},
      {"no sense", 418, "", "a", "answer without sense"},
      {"in circles", 202, "CIRCLE", "a", "too many steps"},
  };
  options_.bytes = 4000;
  std::int64_t id = 0;
  for (const Row& one : rows) {
    std::atomic<int> asked = 0;
    server_.reset();
    platform([&](const net::HttpRequest&, const net::Respond& respond) {
      ++asked;
      respond({net::HttpResponse::text(one.status, one.body == "CIRCLE" ? base() : one.body), {}});
    });
    order(++id, one.media_id);
    run();
    fetcher_.reset();
    EXPECT_EQ(row(id).state, store::MediaRow::dead) << one.what;
    EXPECT_EQ(row(id).code, one.code) << one.what;
    EXPECT_EQ(asked, one.body == "CIRCLE" ? 5 : one.media_id == "a" ? 1 : 0) << one.what;
  }
  EXPECT_FALSE(fs::exists(options_.directory)) << "nothing was stored";
}

TEST_F(MediaTest, StepsLeadToTheFile) {
  platform([&](const net::HttpRequest& request, const net::Respond& respond) {
    if (request.path() == "/file/a")
      return respond({net::HttpResponse::text(202, base() + "/second"), {}});
    if (request.target == "/second?step=0")
      return respond({net::HttpResponse::text(202, base() + "/third"), {}});
    EXPECT_EQ(request.target, "/third?step=1");
    respond({net::HttpResponse::text(201, "x" + samples::gif()), {}});
  });
  order(1, "a");
  run();
  EXPECT_EQ(row(1).state, store::MediaRow::done);
  EXPECT_EQ(row(1).type, "image/gif");
}

TEST_F(MediaTest, RedirectsAreNotFollowed) {
  std::atomic<int> asked = 0;
  platform([&](const net::HttpRequest&, const net::Respond& respond) {
    ++asked;
    net::HttpResponse response = net::HttpResponse::text(302, "");
    response.headers.emplace_back("Location", base() + "/elsewhere");
    respond({response, {}});
  });
  order(1, "a");
  run();
  EXPECT_EQ(row(1).state, store::MediaRow::dead);
  EXPECT_EQ(asked, 1);
}

TEST_F(MediaTest, TroubleIsRetriedAndThenGivenUp) {
  std::atomic<int> asked = 0;
  platform([&](const net::HttpRequest&, const net::Respond& respond) {
    respond({net::HttpResponse::text(++asked < 3 ? 503 : 200, samples::png({})), {}});
  });
  options_.again = 1ms;
  options_.limit = 2s;
  order(1, "a");
  start(std::make_unique<Album>(base()));
  // A retry is due when the lease of the attempt is over, or at the time that its result says.
  for (int i = 0; i < 400 && row(1).state == store::MediaRow::due; ++i)
    std::this_thread::sleep_for(5ms);
  EXPECT_EQ(row(1).state, store::MediaRow::done);
  EXPECT_EQ(row(1).attempts, 3);
  EXPECT_EQ(monitor_.count("media.retry"), 2);

  asked = -1000;
  fetcher_.reset();
  options_.attempts = 4;
  order(2, "a");
  start(std::make_unique<Album>(base()));
  for (int i = 0; i < 400 && row(2).state == store::MediaRow::due; ++i)
    std::this_thread::sleep_for(5ms);
  EXPECT_EQ(row(2).state, store::MediaRow::dead);
  EXPECT_EQ(row(2).attempts, 4);
  EXPECT_EQ(row(2).code, "503");
}

TEST_F(MediaTest, AFileThatEndsTheProcessIsGivenUp) {
  std::atomic<int> asked = 0;
  platform([&](const net::HttpRequest&, const net::Respond& respond) {
    ++asked;
    respond({net::HttpResponse::text(200, samples::gif()), {}});
  });
  order(1, "a");
  options_.attempts = 2;
  // As processes that die while they have it in hand.
  for (int i = 0; i < 2; ++i) ASSERT_EQ(store_->media_due(1, 0ms).size(), 1U);
  run();
  EXPECT_EQ(row(1).state, store::MediaRow::dead);
  EXPECT_EQ(row(1).code, "interrupted");
  EXPECT_EQ(asked, 0);
}

TEST_F(MediaTest, AHangingPlatformHoldsNobodyUpForLong) {
  std::mutex mutex;
  std::vector<net::Respond> hanging;
  platform([&](const net::HttpRequest& request, const net::Respond& respond) {
    if (request.path() != "/file/hang")
      return respond({net::HttpResponse::text(200, samples::bmp()), {}});
    const std::lock_guard lock{mutex};
    hanging.push_back(respond);
  });
  options_.limit = 100ms;
  for (int id = 1; id <= 5; ++id) order(id, "hang");
  order(6, "a");
  run();
  for (int id = 1; id <= 5; ++id) {
    EXPECT_EQ(row(id).state, store::MediaRow::due);
    EXPECT_EQ(row(id).code, "no answer");
  }
  EXPECT_EQ(row(6).state, store::MediaRow::done);
}

TEST_F(MediaTest, NoMoreThanFourAtOnce) {
  std::mutex mutex;
  std::vector<net::Respond> waiting;
  std::size_t most = 0;
  platform([&](const net::HttpRequest&, const net::Respond& respond) {
    const std::lock_guard lock{mutex};
    waiting.push_back(respond);
    most = std::max(most, waiting.size());
  });
  for (int id = 1; id <= 10; ++id) order(id, "a");
  start(std::make_unique<Album>(base()));
  for (int answered = 0; answered < 10;) {
    std::this_thread::sleep_for(10ms);  // time for a fifth one to come, if it would
    const std::lock_guard lock{mutex};
    for (const auto& respond : std::exchange(waiting, {})) {
      respond({net::HttpResponse::text(200, samples::gif()), {}});
      ++answered;
    }
  }
  ASSERT_TRUE(fetcher_->wait_idle(10s));
  EXPECT_EQ(most, 4U);
  for (int id = 1; id <= 10; ++id) EXPECT_EQ(row(id).state, store::MediaRow::done) << id;
}

TEST_F(MediaTest, AnExpiredTokenIsRenewedOnce) {
  std::atomic<int> tokens = 0, asked = 0;
  platform([&](const net::HttpRequest& request, const net::Respond& respond) {
    if (request.path() == "/token")
      return respond({net::HttpResponse::text(200, "t" + std::to_string(++tokens)), {}});
    ++asked;
    const bool good = net::query_parameter(request.query(), "token") == "t2";
    respond({net::HttpResponse::text(good ? 200 : 401, samples::png({})), {}});
  });
  options_.token_pause = 0ms;
  order(1, "a");
  run(true);
  EXPECT_EQ(row(1).state, store::MediaRow::done);
  EXPECT_EQ(row(1).attempts, 1);
  EXPECT_EQ(tokens, 2);
  EXPECT_EQ(asked, 2);
}

TEST_F(MediaTest, WithoutATokenItIsTriedLater) {
  platform(always(403, ""));
  options_.limit = 50ms;
  order(1, "a");
  run(true);
  EXPECT_EQ(row(1).state, store::MediaRow::due);
  EXPECT_EQ(row(1).code, "no token");
}

TEST_F(MediaTest, AChannelThatIsNotOpenIsTriedLater) {
  platform(always(200, ""));
  order(1, "a", {}, "closed");
  run();
  EXPECT_EQ(row(1).state, store::MediaRow::due);
  EXPECT_EQ(row(1).code, "channel is not open");
}

TEST_F(MediaTest, OtherHostsMustBeThePlatformsAndPublic) {
  struct Row {
    const char* url;
    bool sent, public_only;
  };
  const Row rows[] = {{"https://api.test/file", true, false},
                      {"https://cdn.photos.test/file", true, true},
                      {"https://evil.test/file", false, false},
                      {"http://cdn.photos.test/file", false, false},
                      {"https://127.0.0.1/file", false, false}};
  auto client = std::make_unique<FakeClient>([](const net::OutgoingRequest&) {
    net::ClientResult result;
    result.response = net::HttpResponse::text(200, samples::gif());
    return result;
  });
  FakeClient& played = *client;
  start(std::make_unique<Album>("https://api.test"), std::move(client));
  std::int64_t id = 0;
  int rejected = 0;
  for (const Row& one : rows) {
    const auto before = played.requests().size();
    order(++id, "a", one.url);
    ASSERT_TRUE(fetcher_->wait_idle(10s));
    const auto sent = played.requests();
    ASSERT_EQ(sent.size() - before, one.sent ? 1U : 0U) << one.url;
    EXPECT_EQ(row(id).state, one.sent ? store::MediaRow::done : store::MediaRow::dead) << one.url;
    if (one.sent) {
      EXPECT_EQ(sent.back().public_only, one.public_only) << one.url;
      EXPECT_GT(sent.back().response_bytes, options_.bytes) << one.url;
    } else {
      EXPECT_EQ(monitor_.count("ssrf.reject"), ++rejected);
      EXPECT_EQ(row(id).code, "not a host of the platform");
    }
  }
  fetcher_.reset();
}

TEST_F(MediaTest, ANameThatLeadsInsideIsRejected) {
  auto client = std::make_unique<FakeClient>([](const net::OutgoingRequest& request) {
    EXPECT_TRUE(request.public_only);
    net::ClientResult result;
    result.fault = net::Fault::refused;
    result.detail = "https://cdn.photos.test:443: " + std::string{net::kNotPublic};
    return result;
  });
  order(1, "a", "https://cdn.photos.test/file");
  start(std::make_unique<Album>("https://api.test"), std::move(client));
  ASSERT_TRUE(fetcher_->wait_idle(10s));
  EXPECT_EQ(row(1).state, store::MediaRow::dead);
  EXPECT_EQ(row(1).code, net::kNotPublic);
  EXPECT_EQ(monitor_.count("ssrf.reject"), 1);
  fetcher_.reset();
}

TEST_F(MediaTest, AFullDiskIsTriedLater) {
  platform(always(200, samples::gif()));
  std::ofstream{options_.directory} << "a file where the directory should be";
  order(1, "a");
  run();
  EXPECT_EQ(row(1).state, store::MediaRow::due);
  EXPECT_EQ(row(1).code, "disk");
  EXPECT_EQ(monitor_.count("media.disk"), 1);
}

TEST_F(MediaTest, StopsWhileAPlatformHangs) {
  std::vector<net::Respond> hanging;
  std::atomic<bool> asked = false;
  platform([&](const net::HttpRequest&, const net::Respond& respond) {
    hanging.push_back(respond);
    asked = true;
  });
  order(1, "a");
  start(std::make_unique<Album>(base()));
  while (!asked) std::this_thread::sleep_for(1ms);
  const auto begin = std::chrono::steady_clock::now();
  fetcher_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_EQ(row(1).state, store::MediaRow::due) << "the next start takes it over";
  client_.reset();
}

}  // namespace
}  // namespace huiyin
