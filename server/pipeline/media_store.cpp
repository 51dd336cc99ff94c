#include "server/pipeline/media_store.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>

#include "server/pipeline/hex.h"
#include "server/pipeline/random.h"

namespace huiyin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHalfWritten = "new-";
constexpr std::chrono::hours kForgotten{1};

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::system_error{std::make_error_code(std::errc::not_enough_memory), "SHA-256"};
  return hex(std::span{digest}.first(size));
}

std::string random_name() { return std::string{kHalfWritten} + hex(random_bytes()); }

[[noreturn]] void failed(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags)
      : fd_{::open(path.c_str(), flags | O_CLOEXEC, 0600)} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) failed("write a media file");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The entry of a directory is on disk, not only its file.
void sync_directory(const fs::path& directory) {
  const Descriptor fd{directory, O_RDONLY | O_DIRECTORY};
  if (!fd.open() || ::fsync(fd.get()) != 0) failed("sync a media directory");
}

void write_synced(const fs::path& path, std::string_view bytes) {
  const Descriptor fd{path, O_WRONLY | O_CREAT | O_EXCL};
  if (!fd.open()) failed("create a media file");
  write_all(fd.get(), bytes);
  if (::fsync(fd.get()) != 0) failed("sync a media file");
}

// For the owner alone: these are people's photos.
void make_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) {
    const fs::path parent = directory.parent_path();
    return sync_directory(parent.empty() ? "." : parent);
  }
  if (errno == ENOENT && directory.has_parent_path()) {
    make_directory(directory.parent_path());
    return make_directory(directory);
  }
  if (errno != EEXIST) failed("create a media directory");
}

bool is_name(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Removes a file that did not get its name.
class Scrap {
 public:
  explicit Scrap(fs::path path) : path_{std::move(path)} {}
  ~Scrap() {
    std::error_code gone;
    fs::remove(path_, gone);
  }
  Scrap(const Scrap&) = delete;
  Scrap& operator=(const Scrap&) = delete;

 private:
  fs::path path_;
};

}  // namespace

fs::path MediaStore::path_of(std::string_view name) const {
  return directory_ / name.substr(0, 2) / name.substr(2);
}

std::string MediaStore::put(std::string_view bytes) const {
  std::string name = sha256(bytes);
  const fs::path path = path_of(name);
  std::error_code absent;
  if (fs::file_size(path, absent) == bytes.size() && !absent) {
    fs::last_write_time(path, fs::file_time_type::clock::now(), absent);  // not to be removed now
    if (!absent) return name;
  }
  make_directory(path.parent_path());
  const fs::path half = directory_ / random_name();
  const Scrap scrap{half};
  write_synced(half, bytes);
  if (::rename(half.c_str(), path.c_str()) != 0) failed("name a media file");
  sync_directory(path.parent_path());
  return name;
}

std::optional<std::string> MediaStore::get(std::string_view name, std::size_t limit) const {
  if (!is_name(name)) return std::nullopt;
  const Descriptor fd{path_of(name), O_RDONLY};
  struct stat status {};
  if (!fd.open() || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) return std::nullopt;
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(fd.get(), bytes.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

bool MediaStore::remove(std::string_view name) const {
  if (!is_name(name)) return true;  // no file of ours
  const fs::path path = path_of(name);
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  if (error) return !fs::exists(path, error);
  if (written > fs::file_time_type::clock::now() - kForgotten) return false;
  return fs::remove(path, error) || !error;
}

void MediaStore::sweep() const {
  const auto old = fs::file_time_type::clock::now() - kForgotten;
  std::error_code error;
  for (fs::directory_iterator it{directory_, error}, end; !error && it != end;
       it.increment(error)) {
    std::error_code gone;
    if (!it->path().filename().string().starts_with(kHalfWritten)) continue;
    const auto written = fs::last_write_time(it->path(), gone);
    if (!gone && written < old) fs::remove(it->path(), gone);
  }
}

}  // namespace huiyin
