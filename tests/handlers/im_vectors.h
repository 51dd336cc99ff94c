// The project's shared vectors for chat platforms, where they are present: im_crypto_vectors.json.
#pragma once

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

#include "handlers/json.h"

namespace huiyin::test {

inline const std::optional<boost::json::object>& im_vectors() {
  static const auto vectors = [] {
    const char* given = std::getenv("HUIYIN_SHARED_DATA");
    const std::string folder = given ? given : HUIYIN_SOURCE_DIR "/../shared/data";
    std::ifstream file{folder + "/im_crypto_vectors.json", std::ios::binary};
    return parse_json_object(std::string{std::istreambuf_iterator<char>{file}, {}});
  }();
  return vectors;
}

// Calls `judge` for each case of `group`, says how many ran, and returns that number.
inline int each_vector(const std::string& group,
                       const std::function<void(const boost::json::object&)>& judge) {
  int ran = 0;
  for (const auto& value : im_vectors()->at("groups").at(group).at("cases").as_array()) {
    judge(value.as_object());
    ++ran;
  }
  std::cout << "shared vectors: " << group << " " << ran << " cases\n";
  return ran;
}

}  // namespace huiyin::test
