#include "server/app/media_view.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/pipeline/media_file.h"

namespace huiyin {
namespace {

constexpr std::string_view kPath = "/m/";

// What people read who opened a link too early, too late, or a wrong one.
net::HttpResponse words(int status, std::string text) {
  net::HttpResponse response = net::HttpResponse::text(status, std::move(text));
  response.headers.emplace_back("Cache-Control", "no-store");
  if (status == 503) response.headers.emplace_back("Retry-After", "60");
  return response;
}

net::HttpResponse no_such_file() {
  return words(404, "没有这个文件，请检查链接是否完整。\nThere is no such file.\n");
}
net::HttpResponse over() {
  return words(410,
               "链接已过期。需要查看的，请向回音发送编号，会收到新链接。\n"
               "This link has expired. Send the case number to get a new one.\n");
}
net::HttpResponse not_yet() {
  return words(503,
               "文件正在从聊天平台取回，请过一会儿再打开。\n"
               "The file is being fetched. Please try again in a minute.\n");
}
net::HttpResponse busy() {
  return words(503, "现在打不开，请稍后再试。\nPlease try again in a minute.\n");
}
net::HttpResponse given_up() {
  return words(404,
               "这个文件没能取回（已失效、过大，或不是能显示的格式），请联系发送人。\n"
               "This file could not be fetched: please ask its sender.\n");
}

std::string file_name(const store::MediaRow& row) {
  return std::string{name(row.order.kind)} + "-" + std::to_string(row.order.id.raw()) + "." +
         std::string{extension_of(row.type)};
}

}  // namespace

MediaView::MediaView(Parts parts) : parts_{std::move(parts)} {}

void MediaView::show(const net::HttpRequest& request, net::Respond respond) {
  const std::string_view token = request.path().substr(kPath.size());
  const auto opened = parts_.links.look(token, parts_.clock.now());
  if (opened.state == MediaLinks::Opened::forged) return respond({no_such_file(), {}});
  if (opened.state == MediaLinks::Opened::over) return respond({over(), {}});
  // Slow readers hold whole files in memory.
  if (on_their_way_->load() >= kAtOnce) return respond({busy(), {}});
  on_their_way_->fetch_add(1);
  // Given back when the answer is written, or when nobody is left to write it.
  std::shared_ptr<void> place{nullptr, [count = on_their_way_](void*) { --*count; }};
  auto work = [this, id = opened.id, respond, place = std::move(place)]() mutable {
    net::Answer answer;
    answer.response = look_up(id);
    answer.on_written = [place = std::move(place)](bool) {};
    respond(std::move(answer));
  };
  const bool taken = errands_.post(std::move(work));
  if (!taken) respond({busy(), {}});
}

void MediaView::stop() { errands_.stop(); }

net::HttpResponse MediaView::look_up(MediaId id) {
  std::optional<store::MediaRow> row;
  try {
    row = find(id);
  } catch (const store::Error&) {
    return busy();
  }
  if (!row) return no_such_file();
  switch (row->state) {
    case store::MediaRow::due:
      return not_yet();
    case store::MediaRow::dead:
      return given_up();
    case store::MediaRow::done:
      break;
  }
  return file(*row);
}

std::optional<store::MediaRow> MediaView::find(MediaId id) {
  try {
    return parts_.store->media(id);
  } catch (const store::Error&) {
    parts_.store->reconnect();
    return parts_.store->media(id);
  }
}

net::HttpResponse MediaView::file(const store::MediaRow& row) {
  const std::string id = std::to_string(row.order.id.raw());
  auto bytes = parts_.files.get(row.sha256, parts_.bytes);
  if (!bytes) {
    // Another machine's disk, or a backup without the files.
    parts_.monitor.event(Severity::error, "media.missing", {{"media", id}});
    return given_up();
  }
  parts_.monitor.event(Severity::info, "media.view", {{"media", id}});
  net::HttpResponse response = net::HttpResponse::text(200, std::move(*bytes), row.type);
  response.headers.emplace_back("Content-Disposition",
                                "inline; filename=\"" + file_name(row) + "\"");
  response.headers.emplace_back("Cache-Control", "private, max-age=3600");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace huiyin
