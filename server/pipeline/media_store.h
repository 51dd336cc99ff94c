// Files of cases on disk, named by what is in them: <directory>/ab/cdef... (SHA-256 in hex).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace huiyin {

// Thread-safe: any number of threads and processes may use one directory.
class MediaStore {
 public:
  // Nothing is created before the first file comes.
  explicit MediaStore(std::filesystem::path directory) : directory_{std::move(directory)} {}

  // On disk, for good, when it returns its name. The same content is kept once. Throws
  // std::system_error without the bytes' name.
  std::string put(std::string_view bytes) const;
  // Empty when there is no such file or it is larger than `limit`.
  std::optional<std::string> get(std::string_view name, std::size_t limit) const;
  // Erased for good. False when it stays for now: it was put within the last hour, perhaps again,
  // by somebody whose record of it is not written yet.
  bool remove(std::string_view name) const;
  // Removes what a crash left half written more than an hour ago.
  void sweep() const;

 private:
  std::filesystem::path path_of(std::string_view name) const;

  std::filesystem::path directory_;
};

}  // namespace huiyin
