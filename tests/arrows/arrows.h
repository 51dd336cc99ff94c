// Which room may include what (the arrows of the design), checked on the text of the tree.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace huiyin::arrows {

// Beast is costly to compile and must stay behind server/net's plain headers.
inline constexpr std::size_t kMaxBeastFiles = 3;

struct Report {
  std::vector<std::string> violations;   // "file:line: what is wrong", sorted by file
  std::vector<std::string> beast_files;  // every project file that includes Beast
  std::size_t files = 0;                 // files whose includes were read
};

// Reads server/, handlers/ and tests/ below `root`. A tree without any source is a violation, so
// that a wrong path cannot pass.
Report check(const std::filesystem::path& root);

}  // namespace huiyin::arrows
