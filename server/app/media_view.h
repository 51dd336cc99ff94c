// GET /m/{token}: shows a file of a case to whoever has its link.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "server/app/errands.h"
#include "server/net/server.h"
#include "server/pipeline/links.h"
#include "server/pipeline/media_store.h"
#include "server/pipeline/monitor.h"
#include "server/store/store.h"

namespace huiyin {

class MediaView {
 public:
  struct Parts {
    std::unique_ptr<store::Store> store;  // its own: files are read on a thread of their own
    const MediaLinks& links;
    MediaStore files;
    std::size_t bytes;  // larger files are not shown
    const Clock& clock;
    Monitor& monitor;
  };
  // Answers in memory and on their way at once; beyond: 503.
  static constexpr int kAtOnce = 16;

  explicit MediaView(Parts parts);

  // 404 forged or given up, 410 its time is over, 503 not fetched yet or busy. Thread-safe, does
  // not block.
  void show(const net::HttpRequest& request, net::Respond respond);
  void stop();  // answers what waits

 private:
  net::HttpResponse look_up(MediaId id);
  std::optional<store::MediaRow> find(MediaId id);
  net::HttpResponse file(const store::MediaRow& row);

  Parts parts_;
  std::shared_ptr<std::atomic<int>> on_their_way_ = std::make_shared<std::atomic<int>>(0);
  Errands errands_;  // last: its thread uses the rest
};

}  // namespace huiyin
