// The shipped words for tests. Header only, so that the tests of the pure rooms need no library
// that could smuggle an arrow in. Reads the small part of TOML that the file uses.
#pragma once

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/intake/vocabulary.h"

namespace huiyin::fakes {

inline void put_words(Vocabulary& to, const std::string& table, const std::string& key,
                      std::vector<std::string> words) {
  const std::array<std::string, 4> speakers{"resident", "cadre", "office", "leader"};
  const auto speaker = std::ranges::find(speakers, table);
  if (speaker != speakers.end()) {
    const auto verb = verb_from_name(key);
    if (!verb) throw std::runtime_error{"vocabulary.toml: no verb " + key};
    to.commands[static_cast<std::size_t>(speaker - speakers.begin())][*verb] = std::move(words);
  } else if (table == "words") {
    (key == "bare_accept"   ? to.bare_accept
     : key == "yes"         ? to.yes
     : key == "no"          ? to.no
     : key == "small_talk"  ? to.small_talk
     : key == "guards"      ? to.guards
     : key == "openly"      ? to.openly
     : key == "enforcement" ? to.enforcement
     : key == "people"      ? to.people
                            : to.urgent) = std::move(words);
  } else if (table == "grades") {
    to.grades[std::stoi(key)] = std::move(words);
  } else if (table == "types") {
    to.types[from_name<CaseType>(key).value()] = std::move(words);
  } else if (table == "topics") {
    to.topics[key] = std::move(words);
  } else if (table == "officials") {
    to.officials[key == "township" ? Officials::township : Officials::frontline] = std::move(words);
  } else if (table == "wishes") {
    to.wishes[from_name<Privacy>(key).value()] = std::move(words);
  } else if (table == "danger") {
    const std::array<std::string, 6> names{"", "fire", "crime", "medical", "crash", "suicide"};
    const auto danger = std::ranges::find(names, key) - names.begin();
    to.dangers[static_cast<Danger>(danger)] = std::move(words);
  } else {
    throw std::runtime_error{"vocabulary.toml: no table " + table};
  }
}

// config/vocabulary.toml of this source tree.
inline Vocabulary vocabulary() {
  std::ifstream in{HUIYIN_SOURCE_DIR "/config/vocabulary.toml"};
  Vocabulary out;
  std::string line, table, key;
  std::vector<std::string> words;
  bool open = false;
  while (std::getline(in, line)) {
    if (!open && (line.empty() || line[0] == '#')) continue;
    if (!open && line[0] == '[') {
      table = line.substr(1, line.find(']') - 1);
      continue;
    }
    std::size_t from = 0;
    if (!open) {
      key = line.substr(0, line.find(' '));
      words.clear();
      open = true;
      from = line.find('[');
    }
    std::size_t quote = line.find('"', from);
    std::size_t end = from;
    while (quote != std::string::npos) {
      end = line.find('"', quote + 1);
      words.push_back(line.substr(quote + 1, end - quote - 1));
      quote = line.find('"', end + 1);
    }
    if (line.find(']', end) != std::string::npos) {
      put_words(out, table, key, words);
      open = false;
    }
  }
  if (out.topics.size() != 15 || out.dangers.size() != 5) {
    throw std::runtime_error{"config/vocabulary.toml cannot be read by the tests' reader"};
  }
  return out;
}

}  // namespace huiyin::fakes
