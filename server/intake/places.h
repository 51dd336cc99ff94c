// Units mentioned in a text: names, aliases and former names, with and without 村, 镇, 社区 ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/cases/directory.h"
#include "server/intake/fold.h"
#include "server/intake/meaning.h"
#include "server/intake/trie.h"

namespace huiyin {

// Holds its own copy of what it needs; immutable, shared by all threads.
class PlaceIndex {
 public:
  explicit PlaceIndex(const Directory& directory);

  struct Span {  // characters of the folded text
    std::size_t from = 0, to = 0;
  };
  // Fills Meaning's places and place_text. `at`: units must be valid then; the epoch: any time.
  // Returns the parts of the text that name places.
  std::vector<Span> read(const Folded& text, Instant at, Meaning& meaning) const;

 private:
  friend class PlaceReader;
  struct Place {
    UnitCode code;
    std::string name;
    UnitKind kind;
    std::uint32_t parent;  // kNone at the top
    Instant from, to;
  };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  void add_name(std::vector<Trie::Entry>& entries, const std::string& name, std::uint32_t place);
  bool within(std::uint32_t place, std::uint32_t area) const;
  std::string full_name(std::uint32_t place) const;

  std::vector<Place> places_;  // upper levels first, so that a word's values begin with them
  Trie stems_;  // value: place * 2 + (1 when the word is complete without 村, 镇 ...)
};

}  // namespace huiyin
