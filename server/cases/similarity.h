// Do two people tell of the same thing? By the words alone, without any dictionary of the world.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace huiyin {

// What a text tells of, read once to be compared with many: pairs of neighbouring characters, after
// digits, punctuation, courtesy and the `leave_out` words (names of places) were dropped.
class Trouble {
 public:
  explicit Trouble(std::string_view text, const std::vector<std::string_view>& leave_out = {});
  // 0 (nothing in common) .. 1 (the same words). Symmetric. The shorter text counts more: who tells
  // less may mean the same. 0 when nothing is left of one, and when they name one thing and say
  // nothing alike about it: 自来水发黄, 自来水停了.
  double similarity(const Trouble& other) const;
  // False: what is told in `text` is less alike than `least`, whatever is left out of it. Cheaper
  // than to read it.
  bool may_resemble(std::string_view text, double least) const;

 private:
  std::u32string words_;              // what was not dropped; breaks between clauses
  std::vector<std::uint64_t> pairs_;  // of words_, sorted, each once
};

// The same message sent twice: all numbers equal (another house is another matter), the rest the
// same but for a slip of the finger, punctuation or courtesy.
bool nearly_identical(std::string_view a, std::string_view b);

}  // namespace huiyin
