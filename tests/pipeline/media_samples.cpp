#include "tests/pipeline/media_samples.h"

#include "server/pipeline/media_bytes.h"

namespace huiyin::samples {
namespace {

using namespace std::string_literals;

std::string be(std::uint32_t value, int size) {
  std::string out;
  put_be(out, value, size);
  return out;
}
std::string le(std::uint32_t value) {
  std::string out;
  put_le32(out, value);
  return out;
}

std::string riff_chunk(std::string_view type, std::string_view content) {
  std::string out = std::string{type} + le(static_cast<std::uint32_t>(content.size()));
  out.append(content);
  if (content.size() % 2 != 0) out += '\0';
  return out;
}

std::string riff(const std::string& body) {
  return "RIFF" + le(static_cast<std::uint32_t>(body.size())) + body + "HIDDEN behind";
}

std::string box(std::string_view type, std::string_view content) {
  return be(static_cast<std::uint32_t>(8 + content.size()), 4) + std::string{type}.append(content);
}

}  // namespace

std::string Tiff::bytes() const {
  const auto number = [this](std::uint32_t value, int size) {
    const std::string out = be(value, size);
    return big_endian ? out : std::string{out.rbegin(), out.rend()};
  };
  const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count,
                         const std::string& value) {
    return number(tag, 2) + number(type, 2) + number(count, 4) + value;
  };
  std::string out = (big_endian ? "MM" : "II") + number(42, 2) + number(8, 4);
  out += number(3, 2);
  out += entry(0x010F, 2, 7, number(50, 4));  // who made the camera
  out += entry(0x0112, 3, 1, number(orientation, 2) + "\0\0"s);
  out += entry(0x8825, 4, 1, number(58, 4));  // GPS
  out += number(0, 4);
  out += "HIDDEN\0\0"s;  // at 50
  out += number(4, 2);   // at 58
  out += entry(1, 2, 2, north + "\0\0\0"s);
  out += entry(2, 5, 3, number(112, 4));
  out += entry(3, 2, 2, east + "\0\0\0"s);
  out += entry(4, 5, 3, number(136, 4));
  out += number(0, 4);
  for (const std::uint32_t n : {degrees, 1U, 30U, 1U, 0U, 0U}) out += number(n, 4);   // at 112
  for (const std::uint32_t n : {120U, 1U, 4500U, 100U, 0U, 1U}) out += number(n, 4);  // at 136
  return out;
}

std::string segment(int marker, std::string_view content) {
  const std::string start{'\xff', static_cast<char>(marker)};
  return (start + be(static_cast<std::uint32_t>(content.size() + 2), 2)).append(content);
}

std::string jpeg(const std::string& tiff) {
  return "\xff\xd8" + segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"s) +
         segment(0xE1, "Exif\0\0"s + tiff) +
         segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x>HIDDEN</x>"s) +
         segment(0xE2, "ICC_PROFILE\0\1\1profile"s) + segment(0xE2, "MPF\0HIDDEN"s) +
         segment(0xED, "Photoshop 3.0\0HIDDEN"s) + segment(0xEE, "Adobe\0d\0\0\0\0\1"s) +
         segment(0xFE, "HIDDEN") + "\xff\xff" + segment(0xDB, "quantisation") +
         segment(0xC2, "frame") + segment(0xC4, "huffman") + segment(0xDA, "scan") +
         "first\xff\0scan\xff\xd0more"s + segment(0xC4, "huffman") + segment(0xFE, "HIDDEN") +
         segment(0xDA, "scan") + std::string{kShown} + "\xff\xd9" + "HIDDEN trailer \xff\xd8\xff";
}

std::string chunk(std::string_view type, std::string_view content) {
  return be(static_cast<std::uint32_t>(content.size()), 4) + std::string{type}.append(content) +
         be(0, 4);
}

std::string png(const std::string& tiff) {
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", std::string(13, '\1')) + chunk("pHYs", "density") +
         chunk("eXIf", tiff) + chunk("tEXt", "Comment\0HIDDEN"s) + chunk("zTXt", "HIDDEN") +
         chunk("iTXt", "HIDDEN") + chunk("tIME", "HIDDEN") + chunk("prVt", "HIDDEN") +
         chunk("iCCP", "profile") + chunk("IDAT", kShown) + chunk("IEND", "") + "HIDDEN trailer";
}

std::string webp(const std::string& tiff) {
  const std::string features = "\x2c\0\0\0\1\0\0\1\0\0"s;  // ICC, EXIF, XMP
  return riff("WEBP" + riff_chunk("VP8X", features) + riff_chunk("ICCP", "profile") +
              riff_chunk("VP8 ", kShown) + riff_chunk("EXIF", tiff) +
              riff_chunk("XMP ", "<x>HIDDEN</x>") + riff_chunk("JUNK", "HIDDEN"));
}

std::string gif() {
  return "GIF89a\1\0\1\0\x80\0\0"s + "rgbRGB" + "\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0"s +
         "\x21\xff\x0bXMP DataXMP\6HIDDEN\0"s + "\x21\xfe\6HIDDEN\0"s + "\x21\xf9\4\0\0\0\0\0"s +
         "\x2c\0\0\0\0\1\0\1\0\0\2\6"s + std::string{kShown} + "\0\x3b"s + "HIDDEN";
}

std::string bmp() {
  const std::string pixels{kShown};
  const auto size = static_cast<std::uint32_t>(54 + pixels.size());
  return "BM" + le(size) + le(0) + le(54) + le(40) + std::string(36, '\1') + pixels + "HIDDEN";
}

std::string wav() {
  return riff("WAVE" + riff_chunk("fmt ", std::string(16, '\1')) +
              riff_chunk("LIST", "INFOIART\6\0\0\0HIDDEN"s) + riff_chunk("bext", "HIDDEN") +
              riff_chunk("data", kShown));
}

std::string mp3() {
  const std::string tag = "TITHIDDEN";
  return "ID3\4\0\0\0\0\0"s + static_cast<char>(tag.size()) + tag + "\xff\xfb\x90\x44"s +
         std::string{kShown} + "TAG" + std::string{kHidden} + std::string(119, ' ');
}

std::string mp4(std::string_view brand) {
  const std::string place = box("\xa9xyz", "\0\x0a\x15\xc7HIDDEN"s);
  const std::string track =
      box("trak", box("tkhd", "track") + box("udta", place) + box("meta", "HIDDEN") +
                      box("mdia", box("mdhd", "samples") + box("udta", place)));
  return box("ftyp", std::string{brand} + "\0\0\2\0isom"s) + box("uuid", "HIDDEN") +
         box("free", "HIDDEN") + box("skip", "HIDDEN") + box("sefd", "HIDDEN") +
         box("moov", box("mvhd", "movie") + track + box("udta", place) + box("meta", "HIDDEN") +
                         box("gps ", "HIDDEN")) +
         be(1, 4) + "mdat" + be(0, 4) + be(16 + 6, 4) + std::string{kShown} + box("meta", "HIDDEN");
}

std::string heic() {
  return box("ftyp", "heic\0\0\0\0mif1heic"s) + box("meta", "HIDDEN") + box("mdat", kShown);
}

}  // namespace huiyin::samples
