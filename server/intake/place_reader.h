// One reading of one text: collect mentions, drop the false ones, narrow homonyms.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "server/intake/places.h"
#include "server/intake/suffixes.h"

namespace huiyin {

class PlaceReader {
 public:
  PlaceReader(const PlaceIndex& index, const Folded& text, Instant at)
      : index_{index}, folded_{text}, text_{text.chars}, at_{at} {}

  std::vector<PlaceIndex::Span> read(Meaning& meaning);

 private:
  struct Mention {
    std::size_t from = 0;
    std::size_t stem_end = 0;
    std::size_t end = 0;   // with suffix
    bool complete = true;  // with suffix, or a name that needs none
    std::vector<std::uint32_t> candidates;
    std::size_t length() const { return end - from; }
  };

  void collect();
  Mention mention_at(std::size_t i) const;
  void with_suffix(std::size_t i, const Trie::Hit& hit, Mention& best) const;
  void bare(std::size_t i, const Trie::Hit& hit, Mention& best) const;
  void keep(Mention mention);
  bool adjacent(const Mention& before, const Mention& after) const;
  bool contains(const Mention& area, const Mention& below) const;
  bool foreign(const Mention& mention) const;
  bool whole(std::size_t from, std::size_t to) const;
  void drop_doubtful();
  void narrow();
  std::size_t rest_end(std::size_t from, bool village_known) const;
  int rank(const Mention& mention) const;
  bool valid(std::uint32_t place) const;
  const PlaceIndex::Place& place(std::uint32_t p) const { return index_.places_[p]; }

  const PlaceIndex& index_;
  const Folded& folded_;
  std::u32string_view text_;
  Instant at_;
  std::vector<Mention> mentions_;
};

}  // namespace huiyin
