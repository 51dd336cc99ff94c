// What a case is about, in the reporter's first words.
#pragma once

#include <string>

#include "server/cases/case.h"
#include "server/cases/directory.h"

namespace huiyin {

struct Summary {
  // The first message with words (marks of pictures before it stay), without a leading place: the
  // place is told beside it, and the room is for the problem.
  std::string first;
  std::string more;  // what was said since, joined
};

Summary summary(const Directory& directory, const Case& c);

// "石璜镇楼家村，水渠断了" -> "水渠断了" when `c` is there. As it was when the place belongs to the
// sentence (楼家村到石璜镇的路) or nothing would be left.
std::string without_place(const Directory& directory, const Case& c, const std::string& words);

}  // namespace huiyin
