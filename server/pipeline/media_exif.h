// The two things of a photo's EXIF block that we want: where it was taken, and which side is up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace huiyin {

struct Exif {
  int orientation = 1;                        // 1..8; 1: as it is stored
  std::optional<double> latitude, longitude;  // degrees, both or none
};

// `tiff`: from its byte order mark on. Takes what can be read; broken values are left out.
Exif read_exif(std::string_view tiff);

// A block that says nothing but the orientation.
std::string exif_of_orientation(int orientation);

}  // namespace huiyin
