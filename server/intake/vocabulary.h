// The words that people use, as data. ops reads config/vocabulary.toml into this.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "server/intake/meaning.h"

namespace huiyin {

struct Vocabulary {
  // By speaker (resident, cadre, office, leader): verb -> words, most usual first.
  std::array<std::map<Verb, std::vector<std::string>>, 4> commands;
  std::vector<std::string> bare_accept;            // 收到, 好的
  std::map<int, std::vector<std::string>> grades;  // 5 -> 非常满意, ...
  std::vector<std::string> yes, no, small_talk;
  std::map<CaseType, std::vector<std::string>> types;      // 投诉, 建议 ...
  std::map<std::string, std::vector<std::string>> topics;  // agriculture -> 生姜, 灌溉 ...
  std::vector<std::string> urgent;                         // 停水, 停电, 塌方 ...
  std::map<Danger, std::vector<std::string>> dangers;
  std::vector<std::string> guards;  // 演练, 昨天, 怕 ...
  std::vector<std::string> openly;  // 投诉, 建议 ...: say by themselves what kind of message it is
  std::map<Officials, std::vector<std::string>> officials;  // frontline -> 村主任, 村委 ...
  std::vector<std::string> enforcement;                // 违建, 偷排 ...: for those with power
  std::vector<std::string> people;                     // 态度差, 邻居 ...: a person is blamed
  std::map<Privacy, std::vector<std::string>> wishes;  // 别说是我 ..., anywhere in a message
};

}  // namespace huiyin
