#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <utility>

#include "server/pipeline/media_bytes.h"
#include "server/pipeline/media_formats.h"

namespace huiyin {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kExifName{"Exif\0\0", 6};

void need(bool good) {
  if (!good) throw Malformed{};
}

bool any_of(std::string_view one, std::initializer_list<std::string_view> those) {
  return std::ranges::find(those, one) != those.end();
}

// ---- JPEG

// Which segments a viewer needs: JFIF, colour profile, Adobe's colour transform, and the coding.
bool keeps_segment(int marker, std::string_view content) {
  if (marker == 0xE0) return content.starts_with("JFIF\0"sv);
  if (marker == 0xE2) return content.starts_with("ICC_PROFILE\0"sv);
  if (marker == 0xEE) return content.starts_with("Adobe"sv);
  return marker < 0xE0 || (marker >= 0xF0 && marker != 0xFE);
}

bool is_frame(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// The compressed data after a scan's header, up to the next marker that is not part of it.
std::string_view scan_data(std::string_view file, std::size_t from) {
  for (std::size_t at = file.find('\xff', from); at != std::string_view::npos;
       at = file.find('\xff', at + 1)) {
    if (at + 1 >= file.size()) break;
    const int next = static_cast<unsigned char>(file[at + 1]);
    const bool within = next == 0 || (next >= 0xD0 && next <= 0xD7);
    if (!within) return file.substr(from, at - from);
  }
  throw Malformed{};
}

std::string orientation_segment(int orientation) {
  const std::string tiff = exif_of_orientation(orientation);
  std::string segment{"\xff\xe1"};
  put_be(segment, static_cast<std::uint32_t>(2 + kExifName.size() + tiff.size()), 2);
  return segment.append(kExifName).append(tiff);
}

}  // namespace

std::string clean_jpeg(std::string_view file, Exif& exif) {
  ByteReader in{file};
  need(in.u16() == 0xFFD8);
  std::string out{"\xff\xd8"};
  std::size_t after_jfif = out.size();
  bool frame = false, scan = false, exif_seen = false;
  while (true) {
    need(in.u8() == 0xFF);
    int marker = in.u8();
    while (marker == 0xFF) marker = in.u8();  // fill bytes
    if (marker == 0xD9) break;                // what follows the end is other files
    need(marker >= 0xC0 && !(marker >= 0xD0 && marker <= 0xD8));
    const std::size_t begin = in.at();
    const std::size_t length = in.u16();
    need(length >= 2);
    const std::string_view content = in.take(length - 2);
    if (marker == 0xE1 && content.starts_with(kExifName) && !std::exchange(exif_seen, true))
      exif = read_exif(content.substr(kExifName.size()));
    if (keeps_segment(marker, content)) {
      const bool first = out.size() == 2;
      out.append({'\xff', static_cast<char>(marker)}).append(file.substr(begin, length));
      if (first && marker == 0xE0) after_jfif = out.size();
    }
    frame = frame || is_frame(marker);
    if (marker == 0xDA) {
      need(frame);
      scan = true;
      const std::string_view data = scan_data(file, in.at());
      out.append(data);
      in.take(data.size());
    }
  }
  need(scan);
  out.append("\xff\xd9");
  if (exif.orientation != 1) out.insert(after_jfif, orientation_segment(exif.orientation));
  return out;
}

// ---- PNG

namespace {

constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n";

bool keeps_chunk(std::string_view type) {
  const bool critical = type[0] >= 'A' && type[0] <= 'Z';
  return critical || any_of(type, {"tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT", "bKGD",
                                   "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT"});
}

void put_chunk(std::string& out, std::string_view type, std::string_view content) {
  put_be(out, static_cast<std::uint32_t>(content.size()), 4);
  const std::size_t begin = out.size();
  out.append(type).append(content);
  boost::crc_32_type crc;
  crc.process_bytes(out.data() + begin, out.size() - begin);
  put_be(out, crc.checksum(), 4);
}

}  // namespace

std::string clean_png(std::string_view file, Exif& exif) {
  ByteReader in{file};
  need(in.take(kPngStart.size()) == kPngStart);
  std::string out{kPngStart};
  std::size_t after_header = 0;
  bool data = false;
  for (std::string_view type; type != "IEND";) {
    const std::uint32_t length = in.u32();
    const std::size_t begin = in.at() - 4;
    type = in.take(4);
    need(std::ranges::all_of(type, [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }));
    need((after_header == 0) == (type == "IHDR"));
    const std::string_view content = in.take(length);
    in.take(4);  // its checksum
    if (type == "eXIf") exif = read_exif(content);
    data = data || type == "IDAT";
    if (keeps_chunk(type)) out.append(file.substr(begin, in.at() - begin));
    if (type == "IHDR") after_header = out.size();
  }
  need(data);
  if (exif.orientation != 1) {
    std::string chunk;
    put_chunk(chunk, "eXIf", exif_of_orientation(exif.orientation));
    out.insert(after_header, chunk);
  }
  return out;
}

// ---- RIFF: WebP and WAV

namespace {

void put_riff(std::string& out, std::string_view type, std::string_view content) {
  out.append(type);
  put_le32(out, static_cast<std::uint32_t>(content.size()));
  out.append(content);
  if (content.size() % 2 != 0) out += '\0';
}

// Calls `each(type, content)` for the chunks of a RIFF file; what follows it is left out.
template <class Each>
void each_riff_chunk(std::string_view file, std::string_view form, Each each) {
  ByteReader whole{file, false};
  need(whole.take(4) == "RIFF");
  ByteReader in{whole.take(whole.u32()), false};
  need(in.take(4) == form);
  while (!in.done()) {
    const std::string_view type = in.take(4);
    const std::uint32_t size = in.u32();
    const std::string_view content = in.take(size);
    if (size % 2 != 0 && !in.done()) in.take(1);  // some leave out the last one's padding
    each(type, content);
  }
}

std::string riff(std::string_view form, std::string_view chunks) {
  std::string out{"RIFF"};
  put_le32(out, static_cast<std::uint32_t>(form.size() + chunks.size()));
  return out.append(form).append(chunks);
}

}  // namespace

std::string clean_webp(std::string_view file, Exif& exif) {
  constexpr int kHasExif = 0x08, kHasXmp = 0x04;
  std::string chunks;
  std::size_t flags_at = std::string::npos;
  bool picture = false;
  each_riff_chunk(file, "WEBP", [&](std::string_view type, std::string_view content) {
    if (type == "EXIF") {
      if (content.starts_with(kExifName)) content.remove_prefix(kExifName.size());
      exif = read_exif(content);
    }
    if (!any_of(type, {"VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"})) return;
    if (type == "VP8X") {
      need(chunks.empty() && content.size() >= 10);
      flags_at = 8;
    }
    picture = picture || any_of(type, {"VP8 ", "VP8L", "ANMF"});
    put_riff(chunks, type, content);
  });
  need(picture);
  const bool turned = exif.orientation != 1 && flags_at != std::string::npos;
  if (flags_at != std::string::npos) {
    const int flags = static_cast<unsigned char>(chunks[flags_at]) & ~(kHasExif | kHasXmp);
    chunks[flags_at] = static_cast<char>(turned ? flags | kHasExif : flags);
  }
  if (turned) put_riff(chunks, "EXIF", exif_of_orientation(exif.orientation));
  return riff("WEBP", chunks);
}

std::string clean_wav(std::string_view file) {
  std::string chunks;
  bool data = false;
  each_riff_chunk(file, "WAVE", [&](std::string_view type, std::string_view content) {
    if (!any_of(type, {"fmt ", "fact", "data"})) return;
    data = data || type == "data";
    put_riff(chunks, type, content);
  });
  need(data);
  return riff("WAVE", chunks);
}

// ---- GIF, BMP

namespace {

// From the length of the first sub-block to the end of the last.
std::string_view sub_blocks(std::string_view file, ByteReader& in) {
  const std::size_t begin = in.at();
  for (std::size_t size = in.u8(); size != 0; size = in.u8()) in.take(size);
  return file.substr(begin, in.at() - begin);
}

std::size_t colour_table(int flags) {
  return (flags & 0x80) != 0 ? std::size_t{3} << ((flags & 7) + 1) : 0;
}

}  // namespace

std::string clean_gif(std::string_view file) {
  ByteReader in{file};
  need(any_of(in.take(6), {"GIF87a", "GIF89a"}));
  in.take(colour_table(static_cast<unsigned char>(in.take(7)[4])));
  std::string out{file.substr(0, in.at())};
  bool picture = false;
  while (true) {
    const std::size_t begin = in.at();
    const int kind = in.u8();
    if (kind == 0x3B) break;
    bool keep = true;
    if (kind == 0x2C) {
      in.take(colour_table(static_cast<unsigned char>(in.take(9)[8])));
      in.u8();  // code size
      sub_blocks(file, in);
      picture = true;
    } else {
      need(kind == 0x21);
      const int label = in.u8();
      const std::string_view content = sub_blocks(file, in);
      const bool loops = label == 0xFF && any_of(content.substr(0, 12), {"\x0bNETSCAPE2.0",
                                                                         "\x0b"
                                                                         "ANIMEXTS1.0"});
      keep = label == 0xF9 || loops;
    }
    if (keep) out.append(file.substr(begin, in.at() - begin));
  }
  need(picture);
  return out += '\x3b';
}

std::string clean_bmp(std::string_view file) {
  ByteReader in{file, false};
  need(in.take(2) == "BM");
  const std::uint32_t size = in.u32();
  in.take(4);
  const std::uint32_t pixels = in.u32();
  const std::uint32_t header = in.u32();
  need(header == 12 || (header >= 40 && header <= 124));
  need(size <= file.size() && pixels >= 14 + header && pixels < size);
  return std::string{file.substr(0, size)};
}

}  // namespace huiyin
