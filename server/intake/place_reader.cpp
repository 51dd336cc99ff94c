#include "server/intake/place_reader.h"

#include <algorithm>
#include <array>

#include "server/intake/numbers.h"

namespace huiyin {
namespace {

using View = std::u32string_view;

// Ends of divisions that we do not know stand before names that we do: 临安区青山, but 小区, 全市.
bool ends_unknown_division(View before) {
  if (before.empty()) return false;
  constexpr View kEnds = U"市县区州省镇乡盟旗";
  if (before.ends_with(U"街道")) return true;
  if (kEnds.find(before.back()) == View::npos) return false;
  constexpr View kOurs = U"小社园景城地山郊全我本各该你他超集上门菜老库校厂片辖灾牧住商学这那个在";
  return before.size() > 1 && is_hanzi(before[before.size() - 2]) &&
         kOurs.find(before[before.size() - 2]) == View::npos;
}

bool is_numeral(char32_t c) {
  constexpr View kNumerals = U"一二三四五六七八九十百";
  return is_digit(c) || kNumerals.find(c) != View::npos;
}

}  // namespace

bool PlaceReader::valid(std::uint32_t p) const {
  if (at_ == Instant{}) return true;
  const PlaceIndex::Place& unit = place(p);
  return (unit.from == Instant{} || unit.from <= at_) && (unit.to == Instant{} || at_ < unit.to);
}

int PlaceReader::rank(const Mention& mention) const {
  int deepest = 0;
  for (const std::uint32_t p : mention.candidates) {
    deepest = std::max(deepest, rank_of(place(p).kind));
  }
  return deepest;
}

bool PlaceReader::contains(const Mention& area, const Mention& below) const {
  return std::ranges::any_of(below.candidates, [&](std::uint32_t p) {
    return std::ranges::any_of(area.candidates,
                               [&](std::uint32_t a) { return p != a && index_.within(p, a); });
  });
}

bool PlaceReader::adjacent(const Mention& before, const Mention& after) const {
  std::size_t i = before.end;
  if (i > after.from) return i == before.stem_end || after.from >= before.stem_end;
  while (i < after.from && (!is_word(text_[i]) || text_[i] == U'的')) ++i;
  return i == after.from && after.from - before.end <= 2;
}

// "楼家", "在楼家", "楼家的": the message is the answer to "where?".
bool PlaceReader::whole(std::size_t from, std::size_t to) const {
  constexpr auto kBefore =
      std::to_array<View>({U"", U"在", U"是", U"我是", U"我在", U"就在", U"我住", U"住在",
                           U"我住在", U"我家在", U"绑定", U"我们是"});
  constexpr auto kAfter = std::to_array<View>(
      {U"", U"的", U"人", U"这边", U"那边", U"这里", U"那里", U"附近", U"的人"});
  std::size_t start = 0, end = text_.size();
  while (start < from && !is_word(text_[start])) ++start;
  while (end > to && !is_word(text_[end - 1])) --end;
  View before = text_.substr(start, from - start);
  while (!before.empty() && !is_word(before.back())) before.remove_suffix(1);
  return std::ranges::find(kBefore, before) != kBefore.end() &&
         std::ranges::find(kAfter, text_.substr(to, end - to)) != kAfter.end();
}

void PlaceReader::with_suffix(std::size_t i, const Trie::Hit& hit, Mention& best) const {
  const View after = text_.substr(i + hit.length);
  const Suffix* longest = nullptr;
  bool exact = false;
  std::uint32_t seen = 0;  // kinds already asked
  for (const Trie::Value value : hit.values) {
    const std::uint32_t kind = mask(place(value / 2).kind);
    if ((seen & kind) != 0) continue;
    seen |= kind;
    const Suffix* suffix = suffix_of(after, kind);
    if (suffix == nullptr) continue;
    const bool fits = (suffix->kinds & kind) != 0;
    const bool better = longest == nullptr || suffix->text.size() > longest->text.size() ||
                        (suffix == longest && fits && !exact);
    if (better) {
      longest = suffix;
      exact = fits;
    }
  }
  if (longest == nullptr) return;
  Mention mention{i, i + hit.length, i + hit.length + longest->text.size(), true, {}};
  if (mention.length() < best.length()) return;
  if (names_something_else(text_.substr(mention.end), true)) return;
  const std::uint32_t kinds = exact ? longest->kinds : longest->also;
  for (const Trie::Value value : hit.values) {
    const bool fits = (mask(place(value / 2).kind) & kinds) != 0;
    if (fits && valid(value / 2)) mention.candidates.push_back(value / 2);
  }
  if (!mention.candidates.empty()) best = std::move(mention);
}

void PlaceReader::bare(std::size_t i, const Trie::Hit& hit, Mention& best) const {
  Mention mention{i, i + hit.length, i + hit.length, false, {}};
  if (mention.length() <= best.length()) return;
  constexpr std::size_t kLongestLead = 8;  // longest of whole()'s leading words, with separators
  const bool is_whole = i <= kLongestLead && whole(mention.from, mention.end);
  const Mention* before = mentions_.empty() ? nullptr : &mentions_.back();
  const bool next_to = before != nullptr && adjacent(*before, mention);
  // Nearly all hits are villages' stems inside common words: they leave here.
  const int top_rank = rank_of(place(hit.values.front() / 2).kind);
  if (!is_whole && !next_to && top_rank > rank_of(UnitKind::township)) return;
  const bool county = top_rank <= rank_of(UnitKind::county);  // 嵊州溪南村: no river of that name
  if (names_something_else(text_.substr(mention.end), county)) return;
  for (const Trie::Value value : hit.values) {
    const std::uint32_t p = value / 2;
    if (!valid(p)) continue;
    const bool upper = rank_of(place(p).kind) <= rank_of(UnitKind::township);
    if (!upper && !is_whole && !next_to) break;  // upper levels come first
    if (upper || is_whole) {
      mention.candidates.push_back(p);
      continue;
    }
    const bool below = std::ranges::any_of(
        before->candidates, [&](std::uint32_t area) { return index_.within(p, area); });
    if (below) mention.candidates.push_back(p);
  }
  // A town and its village of the same name: without 村 the town is meant, unless all is open.
  if (!mention.candidates.empty() && !is_whole) {
    const int top = rank_of(place(mention.candidates.front()).kind);
    const int least = next_to ? rank(*before) + 1 : 0;
    if (top >= least) {
      std::erase_if(mention.candidates,
                    [&](std::uint32_t p) { return rank_of(place(p).kind) != top; });
    }
  }
  if (!mention.candidates.empty()) best = std::move(mention);
}

PlaceReader::Mention PlaceReader::mention_at(std::size_t i) const {
  Mention best{i, i, i, true, {}};
  index_.stems_.each_prefix(text_.substr(i), [&](const Trie::Hit& hit) {
    const bool named = hit.values.front() % 2 == 1 ||
                       std::ranges::any_of(hit.values, [](Trie::Value v) { return v % 2 == 1; });
    if (named && hit.length >= best.length() && ends_word(text_, i + hit.length)) {
      Mention mention{i, i + hit.length, i + hit.length, true, {}};
      for (const Trie::Value value : hit.values) {
        if (value % 2 == 1 && valid(value / 2)) mention.candidates.push_back(value / 2);
      }
      if (!mention.candidates.empty()) best = std::move(mention);
    }
    if (has_suffix(text_.substr(i + hit.length))) with_suffix(i, hit, best);
    if (hit.length > 1) bare(i, hit, best);
  });
  return best;
}

void PlaceReader::keep(Mention mention) {
  while (!mentions_.empty() && mention.from < mentions_.back().end) {
    Mention& before = mentions_.back();
    const bool on_suffix = mention.from >= before.stem_end;  // 店口镇|镇北社区
    if (on_suffix && mention.end > before.end && contains(before, mention)) {
      before.end = mention.from;
      break;
    }
    if (mention.end <= before.end || mention.length() <= before.length()) return;
    mentions_.pop_back();
  }
  mentions_.push_back(std::move(mention));
}

void PlaceReader::collect() {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (!is_word(text_[i]) || (i > 0 && is_letter(text_[i]) && is_letter(text_[i - 1]))) continue;
    Mention mention = mention_at(i);
    if (!mention.candidates.empty()) keep(std::move(mention));
  }
}

// "杭州市临安区青山湖": the part before is a place that we do not serve.
bool PlaceReader::foreign(const Mention& mention) const {
  return rank(mention) > rank_of(UnitKind::county) &&
         ends_unknown_division(text_.substr(0, mention.from));
}

// Bare names of towns are common words too; they need a sign that a place is meant.
void PlaceReader::drop_doubtful() {
  constexpr View kLocative = U"在到住是从们家去离";
  std::vector<Mention> kept;
  for (std::size_t m = 0; m < mentions_.size(); ++m) {
    Mention& mention = mentions_[m];
    const Mention* next = m + 1 < mentions_.size() ? &mentions_[m + 1] : nullptr;
    const bool after_known = !kept.empty() && adjacent(kept.back(), mention);
    if (!after_known && foreign(mention)) continue;
    const bool town = !mention.complete && rank(mention) == rank_of(UnitKind::township);
    if (town && !(after_known && contains(kept.back(), mention))) {
      const bool before_known =
          next != nullptr && adjacent(mention, *next) && contains(mention, *next);
      const bool located =
          mention.from > 0 && kLocative.find(text_[mention.from - 1]) != View::npos;
      if (!before_known && !located && !whole(mention.from, mention.end)) continue;
    }
    kept.push_back(std::move(mention));
  }
  mentions_ = std::move(kept);
}

// Township and county said anywhere in the message choose among villages of one name.
void PlaceReader::narrow() {
  for (int level = rank_of(UnitKind::county); level <= rank_of(UnitKind::hamlet); ++level) {
    for (Mention& mention : mentions_) {
      if (rank(mention) != level) continue;
      for (int above = level - 1; above >= 0 && mention.candidates.size() > 1; --above) {
        std::vector<std::uint32_t> inside;
        for (const std::uint32_t p : mention.candidates) {
          const bool in = std::ranges::any_of(mentions_, [&](const Mention& area) {
            return &area != &mention && rank(area) == above &&
                   std::ranges::any_of(area.candidates, [&](std::uint32_t a) {
                     return p != a && index_.within(p, a);
                   });
          });
          if (in) inside.push_back(p);
        }
        if (!inside.empty()) mention.candidates = std::move(inside);
      }
    }
  }
}

// What is written below the unit: 溪东自然村, 3组, 12号; a village we do not know after its town.
std::size_t PlaceReader::rest_end(std::size_t from, bool village_known) const {
  constexpr auto kCounted = std::to_array<View>(
      {U"村民小组", U"小组", U"组", U"号楼", U"号", U"幢", U"弄", U"网格", U"单元", U"室"});
  constexpr View kNoName = U"的了是在有和没被把都也就很我你他这那到说村镇";
  constexpr std::size_t kLongest = 5;  // characters of a hamlet's name
  std::size_t end = from;
  for (;;) {
    std::size_t i = end;
    if (i < text_.size() && text_[i] == U'第') ++i;
    const std::size_t digits = i;
    while (i < text_.size() && is_numeral(text_[i])) ++i;
    const View after = text_.substr(i);
    const auto counted =
        std::ranges::find_if(kCounted, [&](View w) { return after.starts_with(w); });
    if (i > digits && counted != kCounted.end()) {
      end = i + counted->size();
      village_known = true;
      continue;
    }
    std::size_t name = end;
    while (name < text_.size() && name - end < kLongest && is_hanzi(text_[name]) &&
           kNoName.find(text_[name]) == View::npos && !text_.substr(name).starts_with(U"自然村")) {
      ++name;
    }
    const View kind = text_.substr(name);
    if (name == end) return end;
    if (kind.starts_with(U"自然村")) {
      end = name + 3;
    } else if (!village_known && kind.starts_with(U"村")) {
      end = name + (kind.starts_with(U"村委会") ? 3 : 1);
    } else {
      return end;
    }
    village_known = true;
  }
}

std::vector<PlaceIndex::Span> PlaceReader::read(Meaning& meaning) {
  collect();
  if (mentions_.empty()) return {};
  drop_doubtful();
  narrow();
  int deepest = 0;
  for (const Mention& mention : mentions_) deepest = std::max(deepest, rank(mention));

  std::vector<PlaceIndex::Span> spans;
  const Mention* last = nullptr;
  std::size_t last_end = 0;
  for (const Mention& mention : mentions_) {
    const bool village = rank(mention) > rank_of(UnitKind::township);
    const std::size_t end = rest_end(mention.end, village);
    spans.push_back({mention.from, end});
    if (rank(mention) != deepest) continue;
    if (last == nullptr) {
      last = &mention;
      last_end = end;
    }
    for (const std::uint32_t p : mention.candidates) {
      const auto same = std::ranges::find(meaning.places, place(p).code, &PlaceMention::unit);
      if (same != meaning.places.end()) continue;
      const std::size_t from = folded_.at[mention.from];
      meaning.places.push_back({place(p).code, from, folded_.at[mention.end] - from});
    }
  }
  if (last == nullptr) return spans;
  meaning.place_text = meaning.places.size() == 1
                           ? index_.full_name(last->candidates.front())
                           : std::string{folded_.written(last->from, last->end)};
  meaning.place_text += folded_.written(last->end, last_end);
  return spans;
}

}  // namespace huiyin
