// A small area for the tests of intake: two townships with a village of one name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/cases/directory.h"
#include "server/intake/meaning.h"
#include "tests/fakes/vocabulary.h"

namespace huiyin::samples {

inline Unit unit(std::string code, std::string name, UnitKind kind, std::string parent,
                 std::vector<std::string> former = {}, std::vector<std::string> aliases = {}) {
  Unit u;
  u.code = UnitCode{std::move(code)};
  u.name = std::move(name);
  u.kind = kind;
  u.parent = UnitCode{std::move(parent)};
  u.former_names = std::move(former);
  u.aliases = std::move(aliases);
  return u;
}

inline std::vector<Unit> units() {
  using enum UnitKind;
  return {
      unit("sx", "绍兴市", city, ""),
      unit("sz", "嵊州市", county, "sx"),
      unit("kq", "柯桥区", county, "sx", {"绍兴县"}),
      unit("zj", "诸暨市", county, "sx"),
      unit("sh", "石璜镇", township, "sz", {"雅璜乡"}),
      unit("cr", "崇仁镇", township, "sz"),
      unit("hz", "黄泽镇", township, "sz"),
      unit("lt", "兰亭街道", township, "kq", {"兰亭镇"}),
      unit("dk", "店口镇", township, "zj"),
      unit("lj", "楼家村", village, "sh"),
      unit("sh-v", "石璜村", village, "sh"),
      unit("xs-sh", "新胜村", village, "sh"),
      unit("xs-hz", "新胜村", village, "hz"),
      unit("xm-cr", "新民村", village, "cr"),
      unit("xm-lt", "新民村委会", village, "lt"),
      unit("ltv", "兰亭村", village, "lt"),
      unit("zb", "镇北社区", community, "dk"),
      unit("xd", "溪东自然村", hamlet, "lj"),
      unit("yf", "绍兴云帆纺织有限公司", enterprise, "lt", {}, {"云帆纺织"}),
      unit("slj", "嵊州市水利局", department, "sz"),
  };
}

inline DirectoryPtr directory() {
  static const auto once = std::make_shared<const Directory>(
      1, units(), std::vector<Duty>{}, std::vector<Person>{}, std::vector<Account>{});
  return once;
}

inline const Understanding& understanding() {
  static const auto once = make_understanding(fakes::vocabulary(), *directory());
  return *once;
}

inline Meaning understand(std::string text) {
  Message message;
  message.text = std::move(text);
  return understanding().understand(message);
}

inline const Command& said(const Meaning& meaning, Speaker speaker) {
  return meaning.command[static_cast<std::size_t>(speaker)];
}

}  // namespace huiyin::samples
