#include "server/ops/problem.h"

#include <algorithm>

namespace huiyin {

std::string show(const Problem& problem) {
  const FilePlace& place = problem.place;
  std::string shown = place.file;
  if (place.line > 0)
    shown += ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ":";
  else if (place.file != "--set")
    shown += ":";
  if (!problem.key.empty()) shown += " " + problem.key + ":";
  return shown + " " + problem.text;
}

std::string show_all(const Problems& problems) {
  std::string all;
  for (const Problem& problem : problems) all += (all.empty() ? "" : "\n") + show(problem);
  return all;
}

bool has_errors(const Problems& problems) {
  return std::ranges::any_of(problems, [](const Problem& p) { return p.kind == Problem::error; });
}

}  // namespace huiyin
