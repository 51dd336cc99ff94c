#include "server/pipeline/media_exif.h"

#include <cmath>
#include <cstdint>
#include <map>

#include "server/pipeline/media_bytes.h"

namespace huiyin {
namespace {

constexpr std::uint16_t kOrientation = 0x0112, kGps = 0x8825;
constexpr std::uint16_t kLatitudeRef = 1, kLatitude = 2, kLongitudeRef = 3, kLongitude = 4;
constexpr std::uint16_t kAscii = 2, kShort = 3, kLong = 4, kRational = 5;
constexpr int kEntriesAtMost = 512;

struct Entry {
  std::uint16_t type = 0;
  std::uint32_t count = 0;
  std::size_t value_at = 0;  // of the four bytes that hold the value or its offset
};
using Directory = std::map<std::uint16_t, Entry>;

class Tiff {
 public:
  Tiff(std::string_view bytes, bool big_endian) : bytes_{bytes}, big_endian_{big_endian} {}

  ByteReader at(std::size_t offset) const {
    ByteReader reader{bytes_, big_endian_};
    reader.go_to(offset);
    return reader;
  }

  Directory directory(std::size_t offset) const {
    ByteReader reader = at(offset);
    Directory entries;
    const int count = reader.u16();
    if (count > kEntriesAtMost) throw Malformed{};
    for (int i = 0; i < count; ++i) {
      const std::uint16_t tag = reader.u16();
      Entry entry;
      entry.type = reader.u16();
      entry.count = reader.u32();
      entry.value_at = reader.at();
      reader.take(4);
      entries.try_emplace(tag, entry);
    }
    return entries;
  }

  const Entry& find(const Directory& directory, std::uint16_t tag, std::uint16_t type,
                    std::uint32_t count) const {
    const auto found = directory.find(tag);
    if (found == directory.end() || found->second.type != type || found->second.count != count)
      throw Malformed{};
    return found->second;
  }

  // Degrees, minutes, seconds.
  double angle(const Directory& directory, std::uint16_t tag) const {
    ByteReader reader = at(at(find(directory, tag, kRational, 3).value_at).u32());
    double degrees = 0;
    for (const double unit : {1.0, 60.0, 3600.0}) {
      const double numerator = reader.u32(), denominator = reader.u32();
      if (denominator == 0 && numerator != 0) throw Malformed{};
      if (denominator != 0) degrees += numerator / denominator / unit;
    }
    return degrees;
  }

  char hemisphere(const Directory& directory, std::uint16_t tag) const {
    return static_cast<char>(at(find(directory, tag, kAscii, 2).value_at).u8());
  }

 private:
  std::string_view bytes_;
  bool big_endian_;
};

void read_orientation(const Tiff& tiff, const Directory& main, Exif& exif) try {
  const int value = tiff.at(tiff.find(main, kOrientation, kShort, 1).value_at).u16();
  if (value >= 1 && value <= 8) exif.orientation = value;
} catch (const Malformed&) {
  // Shown as it is stored.
}

void read_position(const Tiff& tiff, const Directory& main, Exif& exif) try {
  const Directory gps = tiff.directory(tiff.at(tiff.find(main, kGps, kLong, 1).value_at).u32());
  const double latitude = tiff.angle(gps, kLatitude), longitude = tiff.angle(gps, kLongitude);
  const char north = tiff.hemisphere(gps, kLatitudeRef), east = tiff.hemisphere(gps, kLongitudeRef);
  const bool sides = (north == 'N' || north == 'S') && (east == 'E' || east == 'W');
  if (!sides || latitude > 90 || longitude > 180) return;
  if (latitude == 0 && longitude == 0) return;  // a telephone that did not know
  exif.latitude = north == 'N' ? latitude : -latitude;
  exif.longitude = east == 'E' ? longitude : -longitude;
} catch (const Malformed&) {
  // No position then.
}

}  // namespace

Exif read_exif(std::string_view bytes) {
  Exif exif;
  try {
    const bool big_endian = bytes.starts_with("MM");
    if (!big_endian && !bytes.starts_with("II")) return exif;
    const Tiff tiff{bytes, big_endian};
    if (tiff.at(2).u16() != 42) return exif;
    const Directory main = tiff.directory(tiff.at(4).u32());
    read_orientation(tiff, main, exif);
    read_position(tiff, main, exif);
  } catch (const Malformed&) {
    // A block that nobody can read says nothing.
  }
  return exif;
}

std::string exif_of_orientation(int orientation) {
  std::string tiff{"MM\0*\0\0\0\x08\0\x01", 10};
  put_be(tiff, kOrientation, 2);
  put_be(tiff, kShort, 2);
  put_be(tiff, 1, 4);
  put_be(tiff, static_cast<std::uint32_t>(orientation), 2);
  put_be(tiff, 0, 2);
  put_be(tiff, 0, 4);  // no further directory
  return tiff;
}

}  // namespace huiyin
