// GET /m/{token}: what is shown, what is said instead, and what is never sent.
#include "server/app/media_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <set>

#include "server/app/test_clock.h"
#include "tests/fakes/test_database.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Instant kNow = *parse_rfc3339("2026-03-26T09:10:00+08:00");

class StoodClock : public Clock {
 public:
  Instant now() const override { return at; }
  Instant at = kNow;
};

class Ears : public Monitor {
 public:
  void event(Severity, std::string_view name, Fields fields) override {
    const std::lock_guard lock{mutex};
    heard.insert(std::string{name});
    for (const auto& [key, value] : fields) told += value + " ";
  }
  std::mutex mutex;
  std::multiset<std::string> heard;
  std::string told;
};

class MediaViewTest : public testing::Test {
 protected:
  void SetUp() override {
    store_ = store::open(database_.url());
    store_->migrate();
    files_.emplace(home_.path());
    view_.emplace(
        MediaView::Parts{store::open(database_.url()), links_, *files_, 1000, clock_, monitor_});
  }

  // A file of a case in this state; its link's path.
  std::string file(store::MediaRow::State state, const std::string& bytes = "JPEG",
                   MediaKind kind = MediaKind::image, const std::string& type = "image/jpeg") {
    const MediaId id{++last_};
    store::Writes writes;
    WorkingSet set;
    writes.batch_id = "batch-" + std::to_string(last_);
    writes.set = &set;
    writes.media.push_back({id, CaseId{7}, kind, "wechat", "oPENID", "media-id", "", ""});
    const auto batch = store_->begin();
    batch->save(writes);
    batch->commit();
    if (state != store::MediaRow::due) {
      store::MediaRow row = store_->media(id).value();
      row.state = state;
      row.type = type;
      row.bytes = static_cast<std::int64_t>(bytes.size());
      if (state == store::MediaRow::done) row.sha256 = files_->put(bytes);
      row.code = state == store::MediaRow::dead ? "40007" : "";
      store_->media_result(row, 0ms);
    }
    const std::string link = links_.link(id, clock_.at);
    return link.substr(link.find("/m/"));
  }

  net::Answer ask(const std::string& path, std::vector<net::Header> headers = {},
                  const std::string& method = "GET") {
    auto promise = std::make_shared<std::promise<net::Answer>>();
    auto future = promise->get_future();
    net::HttpRequest request;
    request.method = method;
    request.target = path;
    request.headers = std::move(headers);
    view_->show(request, [promise](net::Answer answer) { promise->set_value(std::move(answer)); });
    return future.get();
  }
  net::HttpResponse get(const std::string& path) {
    net::Answer answer = ask(path);
    if (answer.on_written) answer.on_written(true);
    return std::move(answer.response);
  }
  static std::string header(const net::HttpResponse& response, std::string_view name) {
    return std::string{net::find_header(response.headers, name)};
  }

  fakes::TestDatabase database_{fakes::engines().front()};
  fakes::TemporaryDirectory home_;
  std::unique_ptr<store::Store> store_;
  std::optional<MediaStore> files_;
  StoodClock clock_;
  Ears monitor_;
  MediaLinks links_{"https://huiyin.test", std::string(32, 's'), 72h};
  std::optional<MediaView> view_;
  std::int64_t last_ = 0;
};

TEST_F(MediaViewTest, ShowsAFileAndNothingButTheFile) {
  const auto response = get(file(store::MediaRow::done));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "JPEG");
  EXPECT_EQ(header(response, "Content-Type"), "image/jpeg");
  EXPECT_EQ(header(response, "Content-Disposition"), "inline; filename=\"image-1.jpg\"");
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(response, "Content-Security-Policy"),
            "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'")
      << "browsers play an opened recording in a page that this governs";
  EXPECT_EQ(header(response, "Cache-Control"), "private, max-age=3600");
  EXPECT_EQ(monitor_.heard.count("media.view"), 1U);
  EXPECT_THAT(monitor_.told, Not(HasSubstr("oPENID"))) << "who sent it is in no log";
}

TEST_F(MediaViewTest, NamesARecordingByWhatItIs) {
  const auto response = get(file(store::MediaRow::done, "#!AMR\n", MediaKind::voice, "audio/amr"));
  EXPECT_EQ(header(response, "Content-Disposition"), "inline; filename=\"voice-1.amr\"");
}

TEST_F(MediaViewTest, GivesTheAskedPart) {
  struct Row {
    std::vector<net::Header> headers;
    int status;
    const char* body;
    const char* range;
  };
  const Row rows[] = {
      {{}, 200, "0123456789", ""},
      {{{"range", "bytes=0-1"}}, 206, "01", "bytes 0-1/10"},
      {{{"Range", "bytes=2-"}}, 206, "23456789", "bytes 2-9/10"},
      {{{"Range", "bytes=9-9"}}, 206, "9", "bytes 9-9/10"},
      {{{"Range", "bytes=8-500"}}, 206, "89", "bytes 8-9/10"},
      {{{"Range", "bytes=-3"}}, 206, "789", "bytes 7-9/10"},
      {{{"Range", "bytes=-300"}}, 206, "0123456789", "bytes 0-9/10"},
      {{{"Range", "bytes=10-"}}, 416, "", "bytes */10"},
      {{{"Range", "bytes=-0"}}, 416, "", "bytes */10"},
      {{{"Range", "bytes=5-4"}}, 200, "0123456789", ""},
      {{{"Range", "bytes=-"}}, 200, "0123456789", ""},
      {{{"Range", "bytes=0-1,4-5"}}, 200, "0123456789", ""},
      {{{"Range", "bytes=0-99999999999999999999999"}}, 200, "0123456789", ""},
      {{{"Range", "bytes=+1-2"}}, 200, "0123456789", ""},
      {{{"Range", "lines=0-1"}}, 200, "0123456789", ""},
      {{{"Range", "bytes=0-1"}, {"If-Range", "\"old\""}}, 200, "0123456789", ""},
  };
  const std::string path = file(store::MediaRow::done, "0123456789");
  for (const Row& row : rows) {
    const auto response = ask(path, row.headers).response;
    const std::string what = row.headers.empty() ? "" : row.headers[0].second;
    EXPECT_EQ(response.status, row.status) << what;
    EXPECT_EQ(response.body, row.body) << what;
    EXPECT_EQ(header(response, "Content-Range"), row.range) << what;
    EXPECT_EQ(header(response, "Accept-Ranges"), row.status == 416 ? "" : "bytes") << what;
  }
  EXPECT_EQ(ask(path, {{"Range", "bytes=0-1"}}, "HEAD").response.status, 200);
  EXPECT_EQ(ask(file(store::MediaRow::due), {{"Range", "bytes=0-1"}}).response.status, 503);
}

TEST_F(MediaViewTest, SaysWhyThereIsNothingToSee) {
  struct Row {
    const char* what;
    std::string path;
    int status;
    const char* words;
  };
  const std::string good = file(store::MediaRow::done);
  const std::string never = links_.link(MediaId{999}, kNow).substr(19);
  const Row rows[] = {
      {"forged", good.substr(0, good.size() - 1) + (good.back() == '0' ? "1" : "0"), 404, "没有"},
      {"no token", "/m/", 404, "没有"},
      {"a path", "/m/../../etc/passwd", 404, "没有"},
      {"unknown", never, 404, "没有"},
      {"not fetched yet", file(store::MediaRow::due), 503, "取回"},
      {"given up", file(store::MediaRow::dead), 404, "没能取回"},
      {"larger than we show", file(store::MediaRow::done, std::string(1001, 'x')), 404, "没能"},
  };
  for (const Row& row : rows) {
    const auto response = get(row.path);
    EXPECT_EQ(response.status, row.status) << row.what;
    EXPECT_THAT(response.body, HasSubstr(row.words)) << row.what;
    EXPECT_EQ(header(response, "Cache-Control"), "no-store") << row.what;
    EXPECT_EQ(header(response, "Retry-After").empty(), row.status != 503) << row.what;
  }
  clock_.at += 72h + 1s;
  EXPECT_EQ(get(good).status, 410);
  EXPECT_EQ(get(never).status, 410) << "who holds an old link learns nothing of the file";
  EXPECT_EQ(monitor_.heard.count("media.view"), 0U);
}

TEST_F(MediaViewTest, AMissingFileIsTheOperatorsBusiness) {
  const std::string path = file(store::MediaRow::done);
  std::filesystem::remove_all(home_.path());
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(monitor_.heard.count("media.missing"), 1U);
}

TEST_F(MediaViewTest, SlowReadersDoNotFillTheMemory) {
  const std::string path = file(store::MediaRow::done);
  std::vector<net::Answer> being_written;
  for (int i = 0; i < MediaView::kAtOnce; ++i) {
    being_written.push_back(ask(path));
    EXPECT_EQ(being_written.back().response.status, 200);
  }
  EXPECT_EQ(get(path).status, 503);
  being_written.pop_back();  // its connection is gone
  EXPECT_EQ(get(path).status, 200);
}

TEST_F(MediaViewTest, AfterStopItIsBusy) {
  const std::string path = file(store::MediaRow::done);
  view_->stop();
  EXPECT_EQ(get(path).status, 503);
}

}  // namespace
}  // namespace huiyin
