// make_understanding: the parts put together in the order in which they need each other.
#include <algorithm>

#include "server/intake/commands.h"
#include "server/intake/places.h"
#include "server/intake/signals.h"

namespace huiyin {
namespace {

using View = std::u32string_view;

// "我是楼家村的", and nothing else: the person tells where they belong.
bool tells_home(View text, const std::vector<PlaceIndex::Span>& places) {
  if (places.empty()) return false;
  constexpr View kBefore[] = {U"我是",   U"我住", U"我住在", U"住在",    U"我家在",
                              U"我们是", U"我在", U"我家住", U"我家住在"};
  constexpr View kAfter[] = {U"的", U"人", U"的人", U"村民", U"的村民", U"居民", U"的居民"};
  std::size_t start = 0, end = text.size();
  while (start < places.front().from && !is_word(text[start])) ++start;
  while (end > places.back().to && !is_word(text[end - 1])) --end;
  for (std::size_t i = 1; i < places.size(); ++i) {
    if (places[i].from > places[i - 1].to + 1) return false;
  }
  const View before = text.substr(start, places.front().from - start);
  const View after = text.substr(places.back().to, end - places.back().to);
  return std::ranges::find(kBefore, before) != std::end(kBefore) &&
         (after.empty() || std::ranges::find(kAfter, after) != std::end(kAfter));
}

// Characters that tell something: not politeness, not numbers, not the place itself.
std::size_t meaningful(const Lexicon& lexicon, View text,
                       const std::vector<PlaceIndex::Span>& places) {
  std::size_t count = 0;
  auto place = places.begin();
  for (std::size_t i = 0; i < text.size();) {
    while (place != places.end() && place->to <= i) ++place;
    if (place != places.end() && place->from <= i) {
      i = place->to;
      continue;
    }
    if (text[i] == '[' || text[i] == '/') {
      const std::size_t past = skip_emoticon(text, i);
      if (past != i) {
        i = past;
        continue;
      }
    }
    const auto hit = lexicon.polite.longest(text.substr(i));
    if (hit.length != 0 && ends_word(text, i + hit.length)) {
      i += hit.length;
      continue;
    }
    if (is_word(text[i]) && !is_digit(text[i])) ++count;
    ++i;
  }
  return count;
}

class WordUnderstanding final : public Understanding {
 public:
  WordUnderstanding(const Vocabulary& vocabulary, const Directory& directory)
      : lexicon_{vocabulary}, places_{directory} {
    fold_char(U'回');  // makes the table now, not at the first message
  }

  Meaning understand(const Message& message) const override {
    Meaning meaning;
    const Folded text = fold(message.text);
    meaning.text = text.display;
    if (text.size() == 0) {
      if (message.position) places_.read(fold(message.position->label), message.sent_at, meaning);
      for (PlaceMention& place : meaning.places) place.at = place.length = 0;  // not in `text`
      return meaning;
    }
    read_commands(lexicon_, text, meaning);
    read_signals(lexicon_, text, meaning);
    const auto places = places_.read(text, message.sent_at, meaning);
    Command& said = meaning.command[static_cast<std::size_t>(Speaker::resident)];
    if (said.verb == Verb::none && tells_home(text.chars, places)) {
      said.verb = Verb::bind;
      said.argument = text.written(places.front().from, places.back().to);
      said.whole = true;
    }
    meaning.substance = has_substance(meaning, text, places, said);
    return meaning;
  }

 private:
  bool has_substance(const Meaning& meaning, const Folded& text,
                     const std::vector<PlaceIndex::Span>& places, const Command& said) const {
    constexpr std::size_t kEnough = 4, kEnoughWithSignal = 2;  // characters
    const bool carries = said.verb == Verb::supplement || said.verb == Verb::reopen ||
                         said.verb == Verb::urge || said.verb == Verb::anonymous ||
                         said.verb == Verb::confidential;
    if (meaning.small_talk || meaning.yes || meaning.no || meaning.digit || meaning.grade ||
        !meaning.bind_code.empty() || (said.verb != Verb::none && (said.whole || !carries))) {
      return false;
    }
    const bool signal = meaning.danger != Danger::none || meaning.urgency != Urgency::normal ||
                        !meaning.topic.empty();
    return meaningful(lexicon_, text.chars, places) >= (signal ? kEnoughWithSignal : kEnough);
  }

  Lexicon lexicon_;
  PlaceIndex places_;
};

}  // namespace

std::shared_ptr<const Understanding> make_understanding(const Vocabulary& vocabulary,
                                                        const Directory& directory) {
  return std::make_shared<WordUnderstanding>(vocabulary, directory);
}

}  // namespace huiyin
