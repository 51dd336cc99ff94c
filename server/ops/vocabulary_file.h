// config/vocabulary.toml: the words that people use.
#pragma once

#include <string>
#include <string_view>

#include "server/intake/vocabulary.h"
#include "server/ops/problem.h"

namespace huiyin {

struct LoadedVocabulary {
  Vocabulary vocabulary;
  Problems problems;
};
LoadedVocabulary load_vocabulary(const std::string& path);
LoadedVocabulary read_vocabulary(std::string_view toml, const std::string& name);

}  // namespace huiyin
