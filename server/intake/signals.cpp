#include "server/intake/signals.h"

#include <algorithm>
#include <array>
#include <vector>

namespace huiyin {
namespace {

constexpr std::size_t kGuardReach = 20;  // characters between guard and danger word
constexpr std::size_t kOpening = 30;     // people name the matter first: counts double there

struct Span {
  std::size_t from, to;
};

struct DangerWord {
  Span at;
  Danger about;
};

// How sure a word makes us; "我要投诉" outweighs the "请问" of politeness.
constexpr std::array<CaseType, 6> kByWeight = {CaseType::violation, CaseType::complaint,
                                               CaseType::praise,    CaseType::suggestion,
                                               CaseType::consult,   CaseType::help};

bool covers(const Span& guard, const Span& word) {
  return guard.from <= word.from && guard.to >= word.to;
}
bool near(const Span& a, const Span& b) {
  return a.from <= b.to + kGuardReach && b.from <= a.to + kGuardReach;
}

void settle_danger(const std::vector<DangerWord>& dangers, const std::vector<Span>& guards,
                   Meaning& meaning) {
  for (const DangerWord& danger : dangers) {
    // 消防通道 holds 消防 and 火灾演练 holds 火灾: the guard is the meaning.
    const auto around = [&](const Span& guard) { return covers(guard, danger.at); };
    if (std::ranges::any_of(guards, around)) continue;
    const auto beside = [&](const Span& guard) { return near(guard, danger.at); };
    const bool certain = std::ranges::none_of(guards, beside);
    if (meaning.danger != Danger::none && (meaning.danger_certain || !certain)) continue;
    meaning.danger = danger.about;
    meaning.danger_certain = certain;
  }
  if (meaning.danger != Danger::none && meaning.danger_certain) {
    meaning.urgency = Urgency::emergency;
  }
}

// "村委会门口", "书记家旁边": where, not who.
bool names_place(const Lexicon& lexicon, std::u32string_view text, std::size_t word_end) {
  constexpr std::size_t kBetween = 2;  // characters: 家, 会, 的
  for (std::size_t i = word_end; i <= word_end + kBetween && i < text.size(); ++i) {
    if (!is_word(text[i])) return false;
    if (lexicon.beside.longest(text.substr(i)).length != 0) return true;
  }
  return false;
}

bool names_thing(const Lexicon& lexicon, std::u32string_view text, std::size_t word_end) {
  return word_end < text.size() && lexicon.things.longest(text.substr(word_end)).length != 0;
}

bool blames(const Meaning& meaning) {
  return meaning.type == CaseType::complaint || meaning.type == CaseType::violation;
}

// 匿名, 保密 as a command, whoever says it: residents alone have these words.
Privacy commanded(const Meaning& meaning) {
  switch (meaning.command[static_cast<std::size_t>(Speaker::resident)].verb) {
    case Verb::anonymous:
      return Privacy::anonymous;
    case Verb::confidential:
      return Privacy::confidential;
    default:
      return Privacy::named;
  }
}

}  // namespace

void read_signals(const Lexicon& lexicon, const Folded& folded, Meaning& meaning) {
  const std::u32string_view text = folded.chars;
  std::vector<DangerWord> dangers;
  std::vector<Span> guards;
  std::array<bool, kByWeight.size()> typed{};
  std::vector<std::size_t> weight;
  bool people = false;
  Privacy wish = commanded(meaning);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_letter(text[i]) && i > 0 && is_letter(text[i - 1])) continue;  // inside a Latin word
    lexicon.signals.each_prefix(text.substr(i), [&](const Trie::Hit& hit) {
      const Span at{i, i + hit.length};
      if (!ends_word(text, at.to)) return;
      for (const Trie::Value value : hit.values) {
        const Signal& signal = lexicon.signal_list[value];
        switch (signal.kind) {
          case Signal::danger:
            dangers.push_back({at, signal.about});
            break;
          case Signal::guard:
            guards.push_back(at);
            break;
          case Signal::urgent:
            meaning.urgency = std::max(meaning.urgency, Urgency::urgent);
            break;
          case Signal::type:
            typed[static_cast<std::size_t>(signal.case_type)] = true;
            break;
          case Signal::openly:
            meaning.type_said = true;
            break;
          case Signal::officials:
            if (!names_place(lexicon, text, at.to))
              meaning.officials = std::max(meaning.officials, signal.named);
            break;
          case Signal::enforcement:
            meaning.enforcement = meaning.enforcement || !names_thing(lexicon, text, at.to);
            break;
          case Signal::people:
            people = true;
            break;
          case Signal::wish:
            wish = std::max(wish, signal.wished);
            break;
          case Signal::topic:
            weight.resize(lexicon.topics.size());
            weight[signal.topic_index] += hit.length * (i < kOpening ? 2 : 1);
            break;
        }
      }
    });
  }
  settle_danger(dangers, guards, meaning);
  for (const CaseType type : kByWeight) {
    if (typed[static_cast<std::size_t>(type)]) {
      meaning.type = type;
      break;
    }
  }
  // Who asks about it, or proposes something, needs no inspector.
  meaning.enforcement = meaning.enforcement && (blames(meaning) || meaning.type == CaseType::help);
  const bool about_people = people || meaning.officials != Officials::none;
  const bool guarded =
      meaning.type == CaseType::violation || (meaning.type == CaseType::complaint && about_people);
  meaning.privacy = std::max(wish, guarded ? Privacy::confidential : Privacy::named);
  const auto heaviest = std::ranges::max_element(weight);
  if (heaviest != weight.end() && *heaviest != 0) {
    meaning.topic = lexicon.topics[static_cast<std::size_t>(heaviest - weight.begin())];
  }
}

}  // namespace huiyin
