#include "server/pipeline/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace huiyin {
namespace {

// Fields are length-prefixed: keys and bodies hold any byte.
void append(std::string& out, const std::string& field) {
  const auto size = static_cast<std::uint32_t>(field.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out.append(field);
}

bool take(std::string_view& in, std::string& field) {
  std::uint32_t size;
  if (in.size() < sizeof size) return false;
  std::memcpy(&size, in.data(), sizeof size);
  if (in.size() - sizeof size < size) return false;
  field.assign(in.substr(sizeof size, size));
  in.remove_prefix(sizeof size + size);
  return true;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

Journal::Journal(const std::string& directory, unsigned workers) : directory_{directory} {
  if (directory_.empty()) return;
  std::filesystem::create_directories(directory_);

  // "suspects": channel, key, count as text; "flight-N": channel, key, raw.
  const auto old = read_file(directory_ + "/suspects");
  std::string_view in{old};
  std::string channel, key, third;
  while (take(in, channel) && take(in, key) && take(in, third))
    suspects_[{channel, key}] = std::atoi(third.c_str());
  std::vector<std::filesystem::path> flights;
  for (const auto& entry : std::filesystem::directory_iterator{directory_}) {
    if (!entry.path().filename().string().starts_with("flight-")) continue;
    const auto content = read_file(entry.path());
    in = content;
    while (take(in, channel) && take(in, key) && take(in, third)) ++suspects_[{channel, key}];
    flights.push_back(entry.path());
  }
  save_suspects();
  // Also those of workers that there are no longer: one crash counts once.
  for (const auto& flight : flights) std::filesystem::remove(flight);

  for (unsigned i = 0; i < workers; ++i) {
    const auto path = directory_ + "/flight-" + std::to_string(i);
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) throw std::runtime_error{"cannot write " + path + ": " + std::strerror(errno)};
    files_.push_back(file);
  }
}

Journal::~Journal() {
  for (const int file : files_) ::close(file);
}

void Journal::begin(unsigned worker, std::span<const InFlight> inputs) {
  if (files_.empty()) return;
  std::string out;
  for (const auto& input : inputs) {
    append(out, input.key.channel);
    append(out, input.key.dedupe_key);
    append(out, input.raw);
  }
  // The page cache survives a crash of the process, which is all that the journal is for: no fsync.
  [[maybe_unused]] const auto written = ::pwrite(files_[worker], out.data(), out.size(), 0);
}

void Journal::end(unsigned worker) {
  if (files_.empty()) return;
  [[maybe_unused]] const int done = ::ftruncate(files_[worker], 0);
}

int Journal::crashes(const store::InboundKey& key) const {
  std::lock_guard lock{mutex_};
  const auto at = suspects_.find(key);
  return at == suspects_.end() ? 0 : at->second;
}

bool Journal::any_suspects() const {
  std::lock_guard lock{mutex_};
  return !suspects_.empty();
}

void Journal::clear(const store::InboundKey& key) {
  std::lock_guard lock{mutex_};
  if (suspects_.erase(key) > 0) save_suspects();
}

void Journal::save_suspects() {
  std::string out;
  for (const auto& [key, count] : suspects_) {
    append(out, key.channel);
    append(out, key.dedupe_key);
    append(out, std::to_string(count));
  }
  const auto path = directory_ + "/suspects";
  std::ofstream{path + ".new", std::ios::binary | std::ios::trunc} << out;
  std::error_code ignored;
  std::filesystem::rename(path + ".new", path, ignored);
}

}  // namespace huiyin
