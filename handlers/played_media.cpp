#include "handlers/played_media.h"

#include <boost/crc.hpp>
#include <cstdint>

#include "handlers/digest.h"

namespace huiyin {
namespace {

std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

// ---- PNG: eight pixels of true colour, in a deflate block that is not compressed
// -------------------------------------------------------------------------

std::string chunk(std::string_view type, std::string_view data) {
  const std::string body = std::string{type}.append(data);
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(crc.checksum());
}

std::uint32_t adler(std::string_view bytes) {
  std::uint32_t low = 1, high = 0;
  for (const char c : bytes) {
    low = (low + static_cast<unsigned char>(c)) % 65521;
    high = (high + low) % 65521;
  }
  return high << 16 | low;
}

std::string png(std::string_view colours) {
  using namespace std::string_view_literals;
  const std::string row = std::string{"\0"sv}.append(colours);
  return "\x89PNG\r\n\x1A\n" + chunk("IHDR", "\0\0\0\x08\0\0\0\x01\x08\x02\0\0\0"sv) +
         chunk("IDAT", std::string{"\x78\x01\x01\x19\0\xE6\xFF"sv} + row + big_endian(adler(row))) +
         chunk("IEND", "");
}

// ---- AMR and MP4
// ---------------------------------------------------------------------------------

// One frame of 12.2 kbit/s has a byte in front and 31 of speech.
std::string amr(std::string_view speech) { return "#!AMR\n\x3C" + std::string{speech}; }

std::string box(std::string_view type, std::string_view data) {
  return big_endian(static_cast<std::uint32_t>(8 + data.size())) + std::string{type}.append(data);
}

std::string mp4(std::string_view data) {
  using namespace std::string_view_literals;
  return box("ftyp", "isom\0\0\x02\0isommp41"sv) + box("free", data) + box("mdat", "");
}

}  // namespace

net::HttpResponse played_file(MediaKind kind, std::string_view id) {
  const auto digest = sha256_hex({id});
  switch (kind) {
    case MediaKind::image:
      return net::HttpResponse::text(200, png(digest.substr(0, 24)), "image/png");
    case MediaKind::voice:
      return net::HttpResponse::text(200, amr(digest.substr(0, 31)), "audio/amr");
    case MediaKind::video:
      break;
  }
  return net::HttpResponse::text(200, mp4(digest), "video/mp4");
}

std::optional<MediaKind> played_media_kind(MessageKind kind) {
  switch (kind) {
    case MessageKind::image:
      return MediaKind::image;
    case MessageKind::voice:
      return MediaKind::voice;
    case MessageKind::video:
      return MediaKind::video;
    default:
      return std::nullopt;
  }
}

}  // namespace huiyin
