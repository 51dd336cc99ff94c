#include "server/pipeline/media_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/pipeline/media_bytes.h"
#include "server/pipeline/media_formats.h"

namespace huiyin {
namespace {

struct Known {
  FileType type;
  std::string_view mime, extension;
};
constexpr std::array<Known, 14> kKnown{{
    {FileType::jpeg, "image/jpeg", "jpg"},
    {FileType::png, "image/png", "png"},
    {FileType::gif, "image/gif", "gif"},
    {FileType::webp, "image/webp", "webp"},
    {FileType::bmp, "image/bmp", "bmp"},
    {FileType::heic, "image/heic", "heic"},
    {FileType::amr, "audio/amr", "amr"},
    {FileType::silk, "audio/silk", "silk"},
    {FileType::mp3, "audio/mpeg", "mp3"},
    {FileType::ogg, "audio/ogg", "ogg"},
    {FileType::wav, "audio/wav", "wav"},
    {FileType::m4a, "audio/mp4", "m4a"},
    {FileType::mp4, "video/mp4", "mp4"},
    {FileType::webm, "video/webm", "webm"},
}};

bool has_brand(std::string_view brand, std::initializer_list<std::string_view> those) {
  return std::ranges::find(those, brand) != those.end();
}

// ISO base media: the major brand says which.
std::optional<FileType> by_brand(std::string_view brand) {
  if (has_brand(brand, {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"}))
    return FileType::heic;
  if (has_brand(brand, {"M4A ", "M4B "})) return FileType::m4a;
  const bool video = has_brand(brand, {"mp41", "mp42", "mmp4", "avc1", "M4V ", "MSNV", "dash"});
  const auto begins = [brand](std::string_view with) { return brand.starts_with(with); };
  // QuickTime, as iPhones write it, has the same boxes, and players take it by the same name.
  if (video || begins("iso") || begins("3gp") || begins("3g2") || begins("qt"))
    return FileType::mp4;
  return std::nullopt;
}

bool fits(MediaKind kind, FileType type) {
  switch (kind) {
    case MediaKind::image:
      return type <= FileType::heic;
    case MediaKind::voice:  // recorders write sound into containers made for films
      return type > FileType::heic;
    case MediaKind::video:
      break;
  }
  return type == FileType::mp4 || type == FileType::webm || type == FileType::gif;
}

std::string misfit(MediaKind kind) {
  switch (kind) {
    case MediaKind::image:
      return "not a picture";
    case MediaKind::voice:
      return "not a recording";
    case MediaKind::video:
      break;
  }
  return "not a video";
}

std::string cleaned(FileType type, std::string bytes, Exif& exif) {
  switch (type) {
    case FileType::jpeg:
      return clean_jpeg(bytes, exif);
    case FileType::png:
      return clean_png(bytes, exif);
    case FileType::webp:
      return clean_webp(bytes, exif);
    case FileType::gif:
      return clean_gif(bytes);
    case FileType::bmp:
      return clean_bmp(bytes);
    case FileType::wav:
      return clean_wav(bytes);
    case FileType::mp3:
      return clean_mp3(bytes);
    case FileType::m4a:
    case FileType::mp4:
      return clean_mp4(std::move(bytes));
    case FileType::heic:  // refused before
    case FileType::amr:
    case FileType::silk:
    case FileType::ogg:
    case FileType::webm:
      break;
  }
  return bytes;
}

}  // namespace

std::optional<FileType> file_type(std::string_view bytes) {
  using namespace std::string_view_literals;
  const auto begins = [&](std::string_view with) { return bytes.starts_with(with); };
  const std::string_view form = bytes.size() >= 12 ? bytes.substr(8, 4) : ""sv;
  if (begins("\xff\xd8\xff")) return FileType::jpeg;
  if (begins("\x89PNG\r\n\x1a\n")) return FileType::png;
  if (begins("GIF87a") || begins("GIF89a")) return FileType::gif;
  if (begins("RIFF") && form == "WEBP") return FileType::webp;
  if (begins("RIFF") && form == "WAVE") return FileType::wav;
  if (begins("BM") && bytes.size() > 26) return FileType::bmp;
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") return by_brand(form);
  if (begins("#!AMR\n") || begins("#!AMR-WB\n")) return FileType::amr;
  if (begins("#!SILK_V3") || begins("\x02#!SILK_V3")) return FileType::silk;
  if (begins("ID3") || is_mp3_frame(bytes)) return FileType::mp3;
  if (begins("OggS")) return FileType::ogg;
  if (begins("\x1a\x45\xdf\xa3") && bytes.substr(0, 64).find("webm") != std::string_view::npos)
    return FileType::webm;
  return std::nullopt;
}

std::string_view mime_type(FileType type) {
  return std::ranges::find(kKnown, type, &Known::type)->mime;
}

std::string_view extension_of(std::string_view mime) {
  const auto found = std::ranges::find(kKnown, mime, &Known::mime);
  return found == kKnown.end() ? "bin" : found->extension;
}

std::variant<CleanFile, FileRefused> clean_media(MediaKind kind, std::string bytes) {
  const auto type = file_type(bytes);
  if (!type || !fits(kind, *type)) return FileRefused{misfit(kind)};
  // Its metadata lies scattered through the file, and few programs could show it.
  if (*type == FileType::heic) return FileRefused{"heic"};
  Exif exif;
  CleanFile file;
  try {
    file.bytes = cleaned(*type, std::move(bytes), exif);
  } catch (const Malformed&) {
    return FileRefused{"malformed"};
  }
  const bool sound = kind == MediaKind::voice && *type == FileType::mp4;
  file.type = mime_type(sound ? FileType::m4a : *type);
  file.latitude = exif.latitude;
  file.longitude = exif.longitude;
  return file;
}

}  // namespace huiyin
