// Do two people tell of the same thing? By the words alone, without any dictionary of the world.
#pragma once

#include <string_view>
#include <vector>

namespace huiyin {

// 0 (nothing in common) .. 1 (the same words): pairs of neighbouring characters, after digits,
// punctuation, courtesy and the `leave_out` words (names of places) were dropped. Symmetric. The
// shorter text counts more: who tells less may mean the same. 0 when nothing is left of one, and
// when they name one thing and say nothing alike about it: 自来水发黄, 自来水停了.
double similarity(std::string_view a, std::string_view b,
                  const std::vector<std::string_view>& leave_out = {});

// The same message sent twice: all numbers equal (another house is another matter), the rest the
// same but for a slip of the finger, punctuation or courtesy.
bool nearly_identical(std::string_view a, std::string_view b);

}  // namespace huiyin
