#include "server/pipeline/media_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "server/pipeline/media_exif.h"
#include "tests/pipeline/media_samples.h"

namespace huiyin {
namespace {

using namespace std::string_literals;
using samples::Tiff;
using testing::HasSubstr;
using testing::Not;

std::string refusal(MediaKind kind, const std::string& bytes) {
  const auto cleaned = clean_media(kind, bytes);
  const auto* refused = std::get_if<FileRefused>(&cleaned);
  return refused ? refused->code : "accepted";
}

CleanFile accepted(MediaKind kind, const std::string& bytes) {
  auto cleaned = clean_media(kind, bytes);
  if (const auto* refused = std::get_if<FileRefused>(&cleaned)) {
    ADD_FAILURE() << refused->code;
    return {};
  }
  return std::get<CleanFile>(std::move(cleaned));
}

struct Sample {
  const char* name;
  MediaKind kind;
  std::string bytes;
  std::string type;
  bool tells = true;  // metadata that must go
};

std::vector<Sample> all_samples() {
  const std::string tiff = Tiff{}.bytes();
  const std::string webm = "\x1a\x45\xdf\xa3\x93\x42\x82\x84webmPIXELS";
  return {{"jpeg", MediaKind::image, samples::jpeg(tiff), "image/jpeg"},
          {"png", MediaKind::image, samples::png(tiff), "image/png"},
          {"webp", MediaKind::image, samples::webp(tiff), "image/webp"},
          {"gif", MediaKind::image, samples::gif(), "image/gif"},
          {"bmp", MediaKind::image, samples::bmp(), "image/bmp"},
          {"wav", MediaKind::voice, samples::wav(), "audio/wav"},
          {"mp3", MediaKind::voice, samples::mp3(), "audio/mpeg"},
          {"m4a", MediaKind::voice, samples::mp4("M4A "), "audio/mp4"},
          {"m4a by another name", MediaKind::voice, samples::mp4("mp42"), "audio/mp4"},
          {"mp4", MediaKind::video, samples::mp4("isom"), "video/mp4"},
          {"3gp", MediaKind::video, samples::mp4("3gp4"), "video/mp4"},
          {"3g2", MediaKind::video, samples::mp4("3g2a"), "video/mp4"},
          {"a later edition", MediaKind::video, samples::mp4("iso8"), "video/mp4"},
          {"mov", MediaKind::video, samples::mp4("qt  "), "video/mp4"},
          {"amr", MediaKind::voice, "#!AMR\nPIXELS", "audio/amr", false},
          {"amr-wb", MediaKind::voice, "#!AMR-WB\nPIXELS", "audio/amr", false},
          {"silk", MediaKind::voice, "#!SILK_V3PIXELS", "audio/silk", false},
          {"wechat silk", MediaKind::voice, "\x02#!SILK_V3PIXELS", "audio/silk", false},
          {"ogg", MediaKind::voice, "OggS\0\2PIXELS"s, "audio/ogg", false},
          {"webm", MediaKind::video, webm, "video/webm", false}};
}

TEST(MediaFile, KeepsThePictureAndNothingElse) {
  for (const Sample& sample : all_samples()) {
    SCOPED_TRACE(sample.name);
    const CleanFile file = accepted(sample.kind, sample.bytes);
    EXPECT_EQ(file.type, sample.type);
    EXPECT_THAT(file.bytes, HasSubstr(std::string{samples::kShown}));
    EXPECT_THAT(file.bytes, Not(HasSubstr(std::string{samples::kHidden})));
    EXPECT_EQ(sample.bytes.find(samples::kHidden) != std::string::npos, sample.tells);
    const CleanFile again = accepted(sample.kind, file.bytes);
    EXPECT_EQ(again.bytes, file.bytes) << "cleaning twice changes nothing";
    EXPECT_FALSE(again.latitude) << "the position is gone";
  }
}

TEST(MediaFile, ReadsThePositionFirst) {
  struct Row {
    const char* what;
    Tiff tiff;
    std::optional<double> latitude, longitude;
  };
  Tiff little, south, west, beyond, nowhere;
  little.big_endian = false;
  south.north = 'S';
  west.east = 'W';
  beyond.degrees = 91;
  nowhere.north = '?';
  const Row rows[] = {
      {"big-endian", Tiff{}, 29.5, 120.75}, {"little-endian", little, 29.5, 120.75},
      {"south", south, -29.5, 120.75},      {"west", west, 29.5, -120.75},
      {"beyond the pole", beyond, {}, {}},  {"neither north nor south", nowhere, {}, {}}};
  for (const Row& row : rows) {
    const std::string tiff = row.tiff.bytes();
    for (const auto& picture : {samples::jpeg(tiff), samples::png(tiff), samples::webp(tiff)}) {
      const CleanFile file = accepted(MediaKind::image, picture);
      EXPECT_EQ(file.latitude, row.latitude) << row.what << file.type;
      EXPECT_EQ(file.longitude, row.longitude) << row.what << file.type;
    }
  }
}

TEST(MediaFile, KeepsWhichSideIsUp) {
  for (std::uint32_t orientation = 0; orientation <= 9; ++orientation) {
    Tiff tiff;
    tiff.orientation = orientation;
    const bool turned = orientation >= 2 && orientation <= 8;
    const std::string block = exif_of_orientation(static_cast<int>(orientation));
    const std::string bytes = tiff.bytes();
    for (const auto& picture : {samples::jpeg(bytes), samples::png(bytes), samples::webp(bytes)}) {
      const CleanFile file = accepted(MediaKind::image, picture);
      EXPECT_EQ(file.bytes.find(block) != std::string::npos, turned) << file.type << orientation;
    }
    EXPECT_EQ(read_exif(block).orientation, turned ? static_cast<int>(orientation) : 1);
  }
}

TEST(MediaFile, KeepsWhatAViewerNeeds) {
  const CleanFile jpeg = accepted(MediaKind::image, samples::jpeg(Tiff{}.bytes()));
  for (const char* needed : {"JFIF", "ICC_PROFILE", "Adobe", "quantisation", "huffman", "frame"})
    EXPECT_THAT(jpeg.bytes, HasSubstr(needed));
  EXPECT_EQ(jpeg.bytes.substr(0, 4), "\xff\xd8\xff\xe0") << "JFIF comes first";
  EXPECT_EQ(jpeg.bytes.substr(20, 4), "\xff\xe1\0\x22"s) << "then what remained of EXIF";
  EXPECT_TRUE(jpeg.bytes.ends_with("\xff\xd9"));
  const CleanFile png = accepted(MediaKind::image, samples::png(Tiff{}.bytes()));
  for (const char* needed : {"IHDR", "pHYs", "iCCP", "IDAT", "IEND"})
    EXPECT_THAT(png.bytes, HasSubstr(needed));
  const CleanFile webp = accepted(MediaKind::image, samples::webp(Tiff{}.bytes()));
  EXPECT_EQ(webp.bytes[20], '\x28') << "ICC and EXIF, no XMP";
  const CleanFile gif = accepted(MediaKind::image, samples::gif());
  EXPECT_THAT(gif.bytes, HasSubstr("NETSCAPE2.0"));
  const std::string mp4 = samples::mp4("isom");
  EXPECT_EQ(accepted(MediaKind::video, mp4).bytes.size(), mp4.size()) << "no offset moves";
}

TEST(MediaFile, RefusesWhatItIsNotMeantToBe) {
  struct Row {
    MediaKind kind;
    std::string bytes;
    const char* code;
  };
  const Row rows[] = {
      {MediaKind::image, "", "not a picture"},
      {MediaKind::image, "<!DOCTYPE html><script>alert(1)</script>", "not a picture"},
      {MediaKind::image, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "not a picture"},
      {MediaKind::image, "MZ\x90\0\3"s + std::string(100, 'x'), "not a picture"},
      {MediaKind::image, "%PDF-1.7", "not a picture"},
      {MediaKind::image, "PK\3\4", "not a picture"},
      {MediaKind::image, "{\"errcode\":40007}", "not a picture"},
      {MediaKind::image, "\xff\xfe<\0h\0t\0m\0l\0"s, "not a picture"},
      {MediaKind::image, samples::mp4("isom"), "not a picture"},
      {MediaKind::image, samples::mp3(), "not a picture"},
      {MediaKind::image, samples::heic(), "heic"},
      {MediaKind::voice, samples::heic(), "not a recording"},
      {MediaKind::voice, samples::jpeg({}), "not a recording"},
      {MediaKind::voice, "hello", "not a recording"},
      {MediaKind::video, samples::jpeg({}), "not a video"},
      {MediaKind::video, samples::wav(), "not a video"},
      {MediaKind::video, samples::mp4("evil"), "not a video"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(refusal(row.kind, row.bytes), row.code) << row.bytes.substr(0, 20);
}

TEST(MediaFile, RefusesWhatEndsTooEarly) {
  for (const Sample& sample : all_samples()) {
    if (!sample.tells || sample.type == "audio/mpeg") continue;  // streams end anywhere
    const CleanFile whole = accepted(sample.kind, sample.bytes);
    for (std::size_t size = 0; size < whole.bytes.size(); ++size) {
      const std::string code = refusal(sample.kind, whole.bytes.substr(0, size));
      // Films may end after any of their boxes.
      if (code == "accepted" && sample.type.ends_with("/mp4")) continue;
      EXPECT_NE(code, "accepted") << sample.name << " of " << size << " bytes";
    }
  }
}

TEST(MediaFile, RefusesBrokenPictures) {
  using samples::chunk;
  using samples::segment;
  const std::string good = segment(0xC0, "f") + segment(0xDA, "s") + "x\xff\xd9";
  ASSERT_EQ(refusal(MediaKind::image, "\xff\xd8" + good), "accepted");
  const std::string png = "\x89PNG\r\n\x1a\n", header = chunk("IHDR", "x");
  ASSERT_EQ(refusal(MediaKind::image, png + header + chunk("IDAT", "") + chunk("IEND", "")),
            "accepted");
  for (const std::string& broken :
       {"\xff\xd8"s + "\xff\xd9", "\xff\xd8\xff\xd8" + good, "\xff\xd8\xff\xe1\0\0"s + good,
        "\xff\xd8\xff\xe1\0\1"s + good, "\xff\xd8\xff\xe1\xff\xff" + good,
        "\xff\xd8" + segment(0xDA, "s") + "x\xff\xd9", "\xff\xd8" + segment(0xC0, "f") + "\xff\xd9",
        "\xff\xd8\xff\xd0" + good, "\xff\xd8\xff\xe0\0\4xxgarbage"s + good,
        png + chunk("IDAT", "") + chunk("IEND", ""), png + header + chunk("IEND", ""),
        png + header + header + chunk("IDAT", "") + chunk("IEND", ""),
        png + header + "\xff\xff\xff\xffIDAT",
        png + header + chunk("ID T", "") + chunk("IEND", "")})
    EXPECT_EQ(refusal(MediaKind::image, broken), "malformed") << testing::PrintToString(broken);
}

TEST(Exif, IsNeverTrusted) {
  EXPECT_EQ(read_exif("").orientation, 1);
  EXPECT_EQ(read_exif("XX").orientation, 1);
  const std::string whole = Tiff{}.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Exif exif = read_exif(std::string_view{whole}.substr(0, size));
    EXPECT_FALSE(exif.latitude) << size;
  }
  EXPECT_EQ(read_exif(whole).latitude, 29.5);
}

// Bytes turned, cut out, doubled: whatever comes, it is refused or comes out clean.
TEST(MediaFile, SurvivesNoise) {
  std::mt19937 dice{20260326};
  const auto roll = [&dice](std::size_t below) { return dice() % std::max<std::size_t>(below, 1); };
  int accepted_count = 0;
  for (const Sample& sample : all_samples()) {
    for (int round = 0; round < 1500; ++round) {
      std::string bytes = sample.bytes;
      for (std::size_t changes = 1 + roll(4); changes > 0; --changes) {
        const std::size_t at = roll(bytes.size());
        switch (roll(4)) {
          case 0:
            bytes[at] = static_cast<char>(dice());
            break;
          case 1:
            bytes[at] = roll(2) == 0 ? '\xff' : '\0';
            break;
          case 2:
            bytes.erase(at, roll(9));
            break;
          default:
            bytes.insert(at, bytes.substr(roll(bytes.size()), roll(40)));
        }
        if (bytes.empty()) bytes = "x";
      }
      const auto cleaned = clean_media(sample.kind, bytes);
      if (const auto* file = std::get_if<CleanFile>(&cleaned)) {
        ++accepted_count;
        EXPECT_LE(file->bytes.size(), bytes.size() + 64);
        EXPECT_LE(std::abs(file->latitude.value_or(0)), 90);
        const auto again = clean_media(sample.kind, file->bytes);
        const auto* same = std::get_if<CleanFile>(&again);
        ASSERT_NE(same, nullptr) << sample.name << ": " << testing::PrintToString(bytes);
        EXPECT_EQ(same->bytes, file->bytes);
      }
    }
  }
  EXPECT_GT(accepted_count, 1000) << "noise that spoils everything tests nothing";
}

TEST(MediaFile, NamesAreOursAlone) {
  EXPECT_EQ(extension_of("image/jpeg"), "jpg");
  EXPECT_EQ(extension_of("audio/mp4"), "m4a");
  EXPECT_EQ(extension_of("text/html"), "bin");
}

}  // namespace
}  // namespace huiyin
