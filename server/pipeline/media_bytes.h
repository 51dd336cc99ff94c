// Reading bytes that somebody else wrote: no length is trusted. Internal to the media files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace huiyin {

// The bytes are not what they say they are. Never leaves clean_media() and read_exif().
struct Malformed {};

// Every read beyond the end throws Malformed.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes, bool big_endian = true)
      : bytes_{bytes}, big_endian_{big_endian} {}

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  bool done() const { return at_ == bytes_.size(); }
  void go_to(std::size_t at) {
    if (at > bytes_.size()) throw Malformed{};
    at_ = at;
  }
  std::string_view take(std::size_t count) {
    if (count > left()) throw Malformed{};
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }

 private:
  std::uint64_t number(std::size_t size) {
    const std::string_view raw = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const char byte = raw[big_endian_ ? i : size - 1 - i];
      value = value << 8 | static_cast<std::uint8_t>(byte);
    }
    return value;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool big_endian_;
};

inline void put_be(std::string& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}
inline void put_le32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace huiyin
