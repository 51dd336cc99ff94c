// A fixed set of words, found at a place in a text. Immutable, safe to share among threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace huiyin {

// Nodes lie in breadth-first order, so a node's children are one sorted run of labels: 620,000
// names take some 20 MB and are built by one sort.
class Trie {
 public:
  using Value = std::uint32_t;
  using Entry = std::pair<std::u32string, Value>;
  struct Hit {
    std::size_t length = 0;  // characters; 0: nothing found
    std::span<const Value> values;
  };

  Trie() = default;
  explicit Trie(std::vector<Entry> entries);  // empty words are ignored; one word, many values

  // The longest word that `text` begins with.
  Hit longest(std::u32string_view text) const {
    Hit best;
    each_prefix(text, [&](Hit hit) { best = hit; });
    return best;
  }

  // Calls `found` for each word that `text` begins with, shortest first.
  template <class F>
  void each_prefix(std::u32string_view text, F&& found) const {
    std::uint32_t node = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      node = node == 0 ? root_child(text[i]) : child(node, text[i]);
      if (node == 0) return;
      const auto values = values_at(node);
      if (!values.empty()) found(Hit{i + 1, values});
    }
  }

 private:
  std::uint32_t root_child(char32_t c) const { return c < root_.size() ? root_[c] : child(0, c); }
  std::uint32_t child(std::uint32_t node, char32_t label) const;  // 0: none
  std::span<const Value> values_at(std::uint32_t node) const {
    return {values_.data() + value_begin_[node], value_begin_[node + 1] - value_begin_[node]};
  }

  std::vector<std::uint32_t> root_;               // first character -> node, for the basic plane
  std::vector<char32_t> labels_;                  // labels_[n]: the character that leads to node n
  std::vector<std::uint32_t> first_child_{0, 0};  // children of n: [first_child_[n], [n + 1])
  std::vector<std::uint32_t> value_begin_{0, 0};
  std::vector<Value> values_;
};

}  // namespace huiyin
