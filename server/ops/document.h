// A TOML file as a plain tree that remembers where everything stood. The only file of the program
// that sees the TOML library is document.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/ops/problem.h"

namespace huiyin::settings {

struct Member;

struct Node {
  enum Type { text, whole, real, flag, date, list, table, other } type = other;
  FilePlace place;
  std::string string;  // text; also what stood behind --set key=, whatever its type
  std::int64_t number = 0;
  double real_number = 0;
  bool boolean = false;
  std::chrono::local_days day{};
  std::vector<Node> items;      // list
  std::vector<Member> members;  // table
  bool overridden = false;

  const Member* find(std::string_view key) const;  // nullptr when absent
};

struct Member {
  std::string key;
  FilePlace place;  // of the key
  Node value;
};

// An empty table when the file cannot be read or is not TOML; `problems` says why.
Node read_file(const std::string& path, Problems& problems);
Node read_text(std::string_view toml, const std::string& name, Problems& problems);

// "server.listen=0.0.0.0:80", "channel.NAME.token=...": the value as in the file, or plain text.
void apply_override(Node& root, std::string_view assignment, Problems& problems);

}  // namespace huiyin::settings
