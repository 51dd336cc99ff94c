#include <gtest/gtest.h>

#include "tests/intake/samples.h"

namespace huiyin {
namespace {

using samples::understand;

struct PlaceCase {
  int line;
  std::string text;
  std::vector<std::string> units;
  std::string place_text;
};

const PlaceCase kPlaces[] = {
    {__LINE__, "石璜镇楼家村溪东自然村的沟渠断了", {"xd"}, "石璜镇楼家村溪东自然村"},
    {__LINE__, "楼家村溪东的生姜要水", {"xd"}, "石璜镇楼家村溪东自然村"},
    {__LINE__, "樓家村委會路燈壞了", {"lj"}, "石璜镇楼家村"},
    {__LINE__, "楼家村夏家自然村的路断了", {"lj"}, "石璜镇楼家村夏家自然村"},
    {__LINE__, "楼家村3组路灯坏了", {"lj"}, "石璜镇楼家村3组"},
    {__LINE__, "楼家村第三村民小组没水", {"lj"}, "石璜镇楼家村第三村民小组"},
    {__LINE__, "楼家村自来水停了三天", {"lj"}, "石璜镇楼家村"},
    {__LINE__, "石璜镇楼家那边没水", {"lj"}, "石璜镇楼家村"},
    {__LINE__, "石璜楼家路灯坏了", {"lj"}, "石璜镇楼家村"},
    {__LINE__, "楼家", {"lj"}, "石璜镇楼家村"},
    {__LINE__, "在楼家", {"lj"}, "石璜镇楼家村"},
    {__LINE__, "石璜镇的路坏了", {"sh"}, "石璜镇"},
    {__LINE__, "石璜镇夏相村路灯坏了", {"sh"}, "石璜镇夏相村"},
    {__LINE__, "雅璜乡的路坏了", {"sh"}, "石璜镇"},
    {__LINE__, "兰亭镇兰亭村停电", {"ltv"}, "兰亭街道兰亭村"},
    {__LINE__, "绍兴县有人管吗", {"kq"}, "柯桥区"},
    {__LINE__, "绍兴市有人管吗", {"sx"}, "绍兴市"},
    {__LINE__, "嵊州石璜停电", {"sh"}, "石璜镇"},
    {__LINE__, "嵊州溪南村停电", {"sz"}, "嵊州市溪南村"},
    {__LINE__, "店口镇北社区路灯坏了", {"zb"}, "店口镇镇北社区"},
    {__LINE__, "镇北村路灯坏了", {"zb"}, "店口镇镇北社区"},
    {__LINE__, "绍兴云帆纺织有限公司用工难", {"yf"}, "兰亭街道绍兴云帆纺织有限公司"},
    {__LINE__, "云帆纺织用电不够", {"yf"}, "兰亭街道绍兴云帆纺织有限公司"},
    // homonyms
    {__LINE__, "新胜村路灯坏了", {"xs-sh", "xs-hz"}, "新胜村"},
    {__LINE__, "黄泽镇新胜村路灯坏了", {"xs-hz"}, "黄泽镇新胜村"},
    {__LINE__, "新胜村路灯坏了，是石璜镇的", {"xs-sh"}, "石璜镇新胜村"},
    {__LINE__, "柯桥区新民村停水", {"xm-lt"}, "兰亭街道新民村委会"},
    {__LINE__, "嵊州新民村停水", {"xm-cr"}, "崇仁镇新民村"},
    {__LINE__, "新民村3组停水", {"xm-cr", "xm-lt"}, "新民村3组"},
    // no place of ours
    {__LINE__, "我们村路灯坏了", {}, ""},
    {__LINE__, "新民居改造什么时候", {}, ""},
    {__LINE__, "楼家路路灯坏了", {}, ""},
    {__LINE__, "石璜镇楼家饭店油烟大", {"sh"}, "石璜镇"},
    {__LINE__, "杭州市临安区兰亭村停电", {}, ""},
    {__LINE__, "小区兰亭村停电", {"ltv"}, "兰亭街道兰亭村"},
    {__LINE__, "嵊州市水利局没人接电话", {"sz"}, "嵊州市"},
};

TEST(Places, AreFoundAndNamedInFull) {
  for (const PlaceCase& p : kPlaces) {
    SCOPED_TRACE("line " + std::to_string(p.line) + ": " + p.text);
    const Meaning meaning = understand(p.text);
    std::vector<std::string> units;
    for (const PlaceMention& place : meaning.places) {
      units.push_back(place.unit.raw());
      EXPECT_LE(place.at + place.length, meaning.text.size());
    }
    EXPECT_EQ(units, p.units);
    EXPECT_EQ(meaning.place_text, p.place_text);
  }
}

TEST(Places, MentionsAreBytesOfTheText) {
  const Meaning meaning = understand("　请看：樓家村委會 路燈");
  ASSERT_EQ(meaning.places.size(), 1U);
  EXPECT_EQ(meaning.text.substr(meaning.places[0].at, meaning.places[0].length), "樓家村委會");
}

TEST(Places, TheLabelOfAPositionCounts) {
  Message message;
  message.kind = MessageKind::position;
  message.position = Position{29.6, 120.7, "浙江省嵊州市石璜镇楼家村"};
  const Meaning meaning = samples::understanding().understand(message);
  ASSERT_EQ(meaning.places.size(), 1U);
  EXPECT_EQ(meaning.places[0].unit, UnitCode{"lj"});
  EXPECT_EQ(meaning.places[0].length, 0U);
  EXPECT_EQ(meaning.text, "");
}

TEST(Places, OnlyUnitsValidAtTheTime) {
  std::vector<Unit> units = samples::units();
  const Instant moved = parse_rfc3339("2026-01-01T00:00:00+08:00").value();
  for (Unit& unit : units) {
    if (unit.code.raw() == "xs-hz") unit.valid_to = moved;
  }
  const Directory directory{1, units, {}, {}, {}};
  const auto understanding = make_understanding(fakes::vocabulary(), directory);
  Message message;
  message.text = "新胜村停水";
  message.sent_at = moved - std::chrono::hours{1};
  EXPECT_EQ(understanding->understand(message).places.size(), 2U);
  message.sent_at = moved;
  EXPECT_EQ(understanding->understand(message).places.size(), 1U);
}

}  // namespace
}  // namespace huiyin
