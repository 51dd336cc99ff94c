// Files made by hand, each with a secret in every place where metadata may hide.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace huiyin::samples {

inline constexpr std::string_view kHidden = "HIDDEN";  // must be in no cleaned file
inline constexpr std::string_view kShown = "PIXELS";   // must be in each

// A TIFF block in either byte order: camera, orientation, GPS at 29°30' and 120°45'.
struct Tiff {
  bool big_endian = true;
  std::uint32_t orientation = 6;
  char north = 'N', east = 'E';
  std::uint32_t degrees = 29;
  std::string bytes() const;
};

// Progressive: two scans with a table between them, stuffed bytes, restart marker, fill bytes.
std::string jpeg(const std::string& tiff);
std::string png(const std::string& tiff);
std::string webp(const std::string& tiff);
std::string gif();
std::string bmp();
std::string wav();
std::string mp3();
std::string mp4(std::string_view brand);
std::string heic();

std::string segment(int marker, std::string_view content);           // of a JPEG
std::string chunk(std::string_view type, std::string_view content);  // of a PNG, checksum 0

}  // namespace huiyin::samples
