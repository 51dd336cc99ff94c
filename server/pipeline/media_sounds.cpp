#include <algorithm>

#include "server/pipeline/media_bytes.h"
#include "server/pipeline/media_formats.h"

namespace huiyin {
namespace {

void need(bool good) {
  if (!good) throw Malformed{};
}

// ---- MP4, M4A, 3GP

constexpr int kDepth = 8;

bool any_of(std::string_view one, std::initializer_list<std::string_view> those) {
  return std::ranges::find(those, one) != those.end();
}

// Boxes that may tell a place, a name, a device: user data, item and key lists, private ones, and
// at the file's and the film's own level whatever is not needed to play it: dashboard cameras keep
// their positions in "free" and "gps ".
bool is_telling(std::string_view type, std::string_view parent) {
  if (parent.empty())
    return !any_of(type, {"ftyp", "styp", "moov", "mdat", "moof", "mfra", "sidx", "ssix"});
  if (parent == "moov")
    return !any_of(type, {"mvhd", "trak", "mvex", "iods", "clip", "ctab", "cmov", "rmra"});
  return any_of(type, {"udta", "meta", "uuid", "free", "skip"});
}

bool holds_boxes(std::string_view type) {
  return any_of(type, {"moov", "trak", "mdia", "moof", "traf", "mvex"});
}

struct Found {
  bool film = false;
};

void silence_boxes(std::string& file, std::size_t from, std::size_t to, const std::string& parent,
                   int depth, Found& found) {
  need(depth < kDepth);
  while (from < to) {
    ByteReader in{std::string_view{file}.substr(from, to - from)};
    const std::uint32_t short_size = in.u32();
    const std::string type{in.take(4)};
    std::uint64_t size = short_size;
    if (short_size == 1) size = in.u64();
    if (short_size == 0) size = to - from;
    need(size >= in.at() && size <= to - from);
    const std::size_t begin = from + in.at(), end = from + static_cast<std::size_t>(size);
    if (type == "moov" || type == "mdat") found.film = true;
    if (is_telling(type, parent)) {
      file.replace(from + 4, 4, "free");
      std::fill(file.begin() + static_cast<std::ptrdiff_t>(begin),
                file.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    } else if (holds_boxes(type)) {
      silence_boxes(file, begin, end, type, depth + 1, found);
    }
    from = end;
  }
}

// ---- MP3

// Without the ID3v2 tags in front.
std::string_view without_id3v2(std::string_view file) {
  while (file.starts_with("ID3")) {
    ByteReader in{file};
    in.take(5);
    const int flags = in.u8();
    std::size_t size = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint8_t part = in.u8();
      need(part < 0x80);
      size = size << 7 | part;
    }
    in.take(size);
    if ((flags & 0x10) != 0) in.take(10);  // footer
    file.remove_prefix(in.at());
  }
  return file;
}

}  // namespace

std::string clean_mp4(std::string file) {
  Found found;
  silence_boxes(file, 0, file.size(), "", 0, found);
  need(found.film);
  return file;
}

bool is_mp3_frame(std::string_view bytes) {
  return bytes.size() > 4 && bytes[0] == '\xff' && (bytes[1] & 0xe6) == 0xe2 &&
         (bytes[2] & 0xf0) != 0xf0 && (bytes[2] & 0x0c) != 0x0c;
}

std::string clean_mp3(std::string_view file) {
  constexpr std::size_t kId3v1 = 128;
  file = without_id3v2(file);
  while (file.starts_with('\0')) file.remove_prefix(1);  // padding
  if (file.size() >= kId3v1 && file.substr(file.size() - kId3v1).starts_with("TAG"))
    file.remove_suffix(kId3v1);
  need(is_mp3_frame(file));
  return std::string{file};
}

}  // namespace huiyin
