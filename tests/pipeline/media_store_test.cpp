#include "server/pipeline/media_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <random>
#include <system_error>
#include <thread>
#include <vector>

namespace huiyin {
namespace {

namespace fs = std::filesystem;

class MediaStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    home_ = fs::temp_directory_path() / ("huiyin-media-" + std::to_string(std::random_device{}()));
    fs::create_directories(home_);
  }
  void TearDown() override { fs::remove_all(home_); }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator{home_})
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  fs::path home_;
};

TEST_F(MediaStoreTest, KeepsContentByItsHashOnce) {
  const MediaStore store{home_ / "deep" / "media"};
  const std::string name = store.put("abc");
  EXPECT_EQ(name, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const fs::path path = home_ / "deep" / "media" / "ba" / name.substr(2);
  ASSERT_TRUE(fs::exists(path));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U) << "for the server's user alone";
  EXPECT_EQ(store.put("abc"), name);
  EXPECT_NE(store.put("abd"), name);
  EXPECT_EQ(files(), 2U) << "and nothing half written";
  EXPECT_EQ(store.get(name, 3), "abc");
  EXPECT_EQ(store.get(name, 2), std::nullopt);
}

TEST_F(MediaStoreTest, WritesAgainWhatWasCutShort) {
  const MediaStore store{home_};
  const std::string name = store.put("abc");
  std::ofstream{home_ / "ba" / name.substr(2), std::ios::trunc} << "a";
  EXPECT_EQ(store.put("abc"), name);
  EXPECT_EQ(store.get(name, 10), "abc");
}

TEST_F(MediaStoreTest, OpensNothingButItsOwn) {
  const MediaStore store{home_ / "media"};
  store.put("abc");
  std::ofstream{home_ / "secret"} << "secret";
  for (const std::string name : {"", "ba", "../secret", "ba/../../secret", "..", "/etc/passwd"})
    EXPECT_EQ(store.get(name, 1000), std::nullopt) << name;
  EXPECT_EQ(store.get(std::string(64, '.'), 1000), std::nullopt);
  EXPECT_EQ(store.get(std::string(64, 'a'), 1000), std::nullopt);
}

TEST_F(MediaStoreTest, SaysWhenTheDiskWillNot) {
  std::ofstream{home_ / "file"} << "no directory";
  const MediaStore store{home_ / "file" / "media"};
  EXPECT_THROW(store.put("abc"), std::system_error);
}

TEST_F(MediaStoreTest, RemovesWhatWasNotPutOfLate) {
  const MediaStore store{home_};
  const std::string name = store.put("abc"), other = store.put("abd");
  const auto age = [&] {
    fs::last_write_time(home_ / "ba" / name.substr(2),
                        fs::file_time_type::clock::now() - std::chrono::hours{2});
  };
  EXPECT_FALSE(store.remove(name)) << "a moment old";
  age();
  store.put("abc");
  EXPECT_FALSE(store.remove(name)) << "it came again";
  age();
  EXPECT_TRUE(store.remove(name));
  EXPECT_EQ(store.get(name, 10), std::nullopt);
  EXPECT_TRUE(store.remove(name)) << "gone already";
  EXPECT_TRUE(store.remove("../" + other));
  EXPECT_EQ(store.get(other, 10), "abd");
}

TEST_F(MediaStoreTest, SweepsOnlyWhatIsOldAndHalfWritten) {
  const MediaStore store{home_};
  store.put("abc");
  std::ofstream{home_ / "new-1"} << "half";
  std::ofstream{home_ / "new-2"} << "half";
  fs::last_write_time(home_ / "new-1", fs::file_time_type::clock::now() - std::chrono::hours{2});
  store.sweep();
  EXPECT_FALSE(fs::exists(home_ / "new-1"));
  EXPECT_TRUE(fs::exists(home_ / "new-2"));
  EXPECT_EQ(files(), 2U);
}

TEST_F(MediaStoreTest, TakesManyAtOnce) {
  const MediaStore store{home_};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&store] {
      for (int n = 0; n < 10; ++n) store.put("content " + std::to_string(n));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(files(), 10U);
}

}  // namespace
}  // namespace huiyin
