// What a fetched file really is, and the same file without what it tells besides its picture or
// sound. Pure. docs/media.md says what is kept of each format.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/cases/case.h"

namespace huiyin {

enum class FileType { jpeg, png, gif, webp, bmp, heic, amr, silk, mp3, ogg, wav, m4a, mp4, webm };

// By its first bytes alone; what the platform or the name says counts for nothing.
std::optional<FileType> file_type(std::string_view bytes);
// "image/jpeg" and "jpg".
std::string_view mime_type(FileType type);
std::string_view extension_of(std::string_view mime_type);  // "bin" for what is not ours

struct CleanFile {
  std::string type;  // MIME
  std::string bytes;
  std::optional<double> latitude, longitude;  // where a photo was taken
};
struct FileRefused {
  std::string code;  // "not a picture", "not a recording", "not a video", "heic", "malformed"
};

std::variant<CleanFile, FileRefused> clean_media(MediaKind kind, std::string bytes);

}  // namespace huiyin
