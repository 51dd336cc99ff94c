#include "server/intake/trie.h"

#include <algorithm>

namespace huiyin {

Trie::Trie(std::vector<Entry> entries) {
  std::erase_if(entries, [](const Entry& e) { return e.first.empty(); });
  std::ranges::sort(entries);
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());

  struct Range {
    std::size_t from, to, depth;
  };
  std::vector<Range> level{{0, entries.size(), 0}};  // nodes in breadth-first order
  labels_.push_back(0);
  first_child_.clear();
  value_begin_.clear();
  for (std::size_t node = 0; node < level.size(); ++node) {
    auto [from, to, depth] = level[node];
    value_begin_.push_back(static_cast<std::uint32_t>(values_.size()));
    while (from < to && entries[from].first.size() == depth) {
      values_.push_back(entries[from++].second);
    }
    first_child_.push_back(static_cast<std::uint32_t>(level.size()));
    while (from < to) {
      const char32_t label = entries[from].first[depth];
      std::size_t end = from;
      while (end < to && entries[end].first[depth] == label) ++end;
      level.push_back({from, end, depth + 1});
      labels_.push_back(label);
      from = end;
    }
  }
  first_child_.push_back(static_cast<std::uint32_t>(level.size()));
  value_begin_.push_back(static_cast<std::uint32_t>(values_.size()));

  root_.resize(0x10000);
  for (std::uint32_t n = first_child_[0]; n < first_child_[1]; ++n) {
    if (labels_[n] < root_.size()) root_[labels_[n]] = n;
  }
}

std::uint32_t Trie::child(std::uint32_t node, char32_t label) const {
  if (labels_.empty()) return 0;
  const auto from = labels_.begin() + first_child_[node];
  const auto to = labels_.begin() + first_child_[node + 1];
  const auto found = std::lower_bound(from, to, label);
  if (found == to || *found != label) return 0;
  return static_cast<std::uint32_t>(found - labels_.begin());
}

}  // namespace huiyin
