#include "server/app/media_view.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/pipeline/media_file.h"

namespace huiyin {
namespace {

constexpr std::string_view kPath = "/m/";
// The file itself may be shown, nothing in it may load or run. Browsers play a recording that is
// opened directly by a page of their own making, which this policy governs as well.
constexpr const char* kPolicy =
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";

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

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Part {
  std::size_t begin = 0, size = 0;  // size 0: none of the file's bytes were asked for
};

// "bytes=0-1", "bytes=2-", "bytes=-3". Nothing: the whole file, as for whatever else may stand
// there.
std::optional<Part> wanted_part(std::string_view range, std::size_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const auto dash = range.find('-');
  if (!range.starts_with(kUnit) || dash == std::string_view::npos) return std::nullopt;
  const std::string_view from = range.substr(kUnit.size(), dash - kUnit.size());
  const std::string_view to = range.substr(dash + 1);
  const auto first = number(from), last = number(to);
  if ((!first && !from.empty()) || (!last && !to.empty()) || (!first && !last)) return std::nullopt;
  if (!first) return Part{size - std::min(*last, size), std::min(*last, size)};
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return Part{};
  return Part{*first, std::min(last.value_or(size), size - 1) - *first + 1};
}

// Telephones play nothing from a server that cannot give a part.
void cut(net::HttpResponse& response, std::string_view range) {
  const std::string size = std::to_string(response.body.size());
  response.headers.emplace_back("Accept-Ranges", "bytes");
  const auto part = wanted_part(range, response.body.size());
  if (!part) return;
  if (part->size == 0) {
    response = words(416, "");
    response.headers.emplace_back("Content-Range", "bytes */" + size);
    return;
  }
  response.status = 206;
  response.headers.emplace_back("Content-Range", "bytes " + std::to_string(part->begin) + "-" +
                                                     std::to_string(part->begin + part->size - 1) +
                                                     "/" + size);
  response.body = response.body.substr(part->begin, part->size);
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
  std::string range;  // of a HEAD, or of another version of the file than ours: not looked at
  if (request.method == "GET" && net::find_header(request.headers, "If-Range").empty())
    range = net::find_header(request.headers, "Range");
  auto work = [this, id = opened.id, range, respond, place = std::move(place)]() mutable {
    net::Answer answer;
    answer.response = look_up(id);
    if (answer.response.status == 200) cut(answer.response, range);
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
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace huiyin
