// One function a format: the file without its metadata. All throw Malformed for what is not
// well-formed to the end. Internal to media_file.cpp.
#pragma once

#include <string>
#include <string_view>

#include "server/pipeline/media_exif.h"

namespace huiyin {

// `exif` receives what the photo said of itself; its orientation stays in the file.
std::string clean_jpeg(std::string_view file, Exif& exif);
std::string clean_png(std::string_view file, Exif& exif);
std::string clean_webp(std::string_view file, Exif& exif);
std::string clean_gif(std::string_view file);
std::string clean_bmp(std::string_view file);
std::string clean_wav(std::string_view file);
std::string clean_mp3(std::string_view file);
// Begins with a frame of MPEG layer III; layers I and II look like UTF-16 text.
bool is_mp3_frame(std::string_view bytes);
// In place, so that no offset in the file changes.
std::string clean_mp4(std::string file);

}  // namespace huiyin
