// The vocabulary made ready for matching. Immutable, shared by all threads.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "server/intake/trie.h"
#include "server/intake/vocabulary.h"

namespace huiyin {

// What a word found anywhere in a message tells.
struct Signal {
  enum Kind : std::uint8_t {
    danger,
    guard,
    urgent,
    type,
    topic,
    openly,
    officials,
    enforcement,
    people,
    wish,
  } kind;
  Danger about = Danger::none;
  CaseType case_type = CaseType::help;
  std::size_t topic_index = 0;  // into Lexicon::topics
  Officials named = Officials::none;
  Privacy wished = Privacy::named;
};

struct Lexicon {
  explicit Lexicon(const Vocabulary& vocabulary);

  std::array<Trie, 4> commands;  // value: Verb
  Trie bare_accept, yes, no;     // value: not used
  Trie grades;                   // value: 5..1
  Trie polite;                   // small talk and fillers
  Trie fillers;                  // 请, 帮我, 一下: say nothing by themselves
  Trie references;               // 上次反映的: the message speaks of something told before
  Trie beside;                   // 门口, 旁边: the word before names a place, not people
  Trie things;                   // 管, 井: 排污管 is a thing that breaks, nobody pollutes
  Trie signals;                  // value: index into signal_list
  std::vector<Signal> signal_list;
  std::vector<std::string> topics;
};

// Passes separators, emoticon codes and words of `trie` from `i` on, up to `end`.
std::size_t skip(std::u32string_view text, std::size_t i, std::size_t end, const Trie& trie);
// Passes one emoticon code "[微笑]", "/::)" or "/:rose" at `i`; `i` when there is none.
std::size_t skip_emoticon(std::u32string_view text, std::size_t i);
// Passes everything that is not part of a word.
std::size_t skip_separators(std::u32string_view text, std::size_t i, std::size_t end);

}  // namespace huiyin
