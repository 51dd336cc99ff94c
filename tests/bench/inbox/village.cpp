#include "tests/bench/inbox/village.h"

#include <array>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace huiyin::bench {
namespace {

constexpr const char* kSurnames[] = {"楼", "石", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫",
                                     "蒋", "沈", "韩", "杨", "朱", "秦", "尤", "许", "何", "吕"};
constexpr const char* kLandmarks[] = {"家", "湾", "岭", "溪", "坂", "桥", "塘", "坑", "湖", "田"};
// Every report is made of one of each, so that hardly two in a village tell of the same: a report
// that joins another one is more work, and not what the figures are about.
constexpr const char* kTroubles[] = {
    "河道施工挖断了水渠，", "路灯坏了半个月，",   "自来水早上开始发黄，", "垃圾房边上堆满了袋子，",
    "山坡上石头滚下来，",   "机耕路塌了一大段，", "变压器经常跳闸，",     "新修的桥没有栏杆，",
    "公交班车改了线路，",   "手机信号断断续续，", "化粪池满出来了，",     "水库放水没有通知，",
    "学校操场积了水，",     "卫生室缺常用药，",   "快递点搬到镇外，",     "养猪场往溪里排污，",
    "公墓台阶松动了，"};
constexpr const char* kHarms[] = {
    "生姜地旱得裂开，",   "奶奶夜里摔过一跤，",     "衣服洗完带泥沙，",     "苍蝇飞进厨房，",
    "车辆只能绕着走，",   "拖拉机下不去，",         "香榧烘干机停了三回，", "放学的娃娃从那里过，",
    "打工的赶不上早班，", "外地子女联系不到家里，", "邻舍吵了好几次，",     "秧苗冲走一片，",
    "运动会没法开，"};
constexpr const char* kWishes[] = {"再拖下去苗要枯了", "盼着早点换灯泡", "请人来化验水质",
                                   "能不能加派清运车", "建议装防护网",   "春耕等不起",
                                   "麻烦电工检查线路", "最好立块警示牌", "希望恢复原来的站点",
                                   "请电信公司测一测", "请派吸粪车"};

std::string village(std::size_t i) {
  return std::string{kSurnames[i / std::size(kLandmarks)]} + kLandmarks[i % std::size(kLandmarks)] +
         "村";
}

std::ofstream table(const std::string& path) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  if (!file) throw std::runtime_error{"cannot write " + path};
  return file;
}

}  // namespace

ChannelConfig wechat_account(const std::string& api_base) {
  ChannelConfig config;
  config.name = "wechat";
  config.platform = "wechat";
  config.api_base = api_base;
  // Made up; the benchmark's server listens on this machine only and its database is thrown away.
  config.keys = {{"app_id", "wxbench00000000001"},
                 {"app_secret", "benchbenchbenchbenchbenchbench00"},
                 {"token", "benchtoken"},
                 {"aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"},
                 {"mode", "safe"},
                 {"template_id", "bench-template-000000000000000000000000000"},
                 {"template_fields", "character_string1=number,thing2=place,date3=due"}};
  return config;
}

void write_world(const std::string& directory, const std::string& api_base) {
  auto units = table(directory + "/units.tsv");
  auto people = table(directory + "/people.tsv");
  auto duties = table(directory + "/duties.tsv");
  units << "code\tname\tkind\tparent\nc\t回音县\tcounty\t\n";
  people << "id\tname\tphone\taccounts\n";
  duties << "unit\tperson\tpriority\trole\n";
  for (std::size_t i = 0; i < std::size(kSurnames); ++i)
    units << "t" << i << "\t" << kSurnames[i] << "山镇\ttownship\tc\n";
  for (std::size_t i = 0; i < kVillages; ++i) {
    units << "v" << i << "\t" << village(i) << "\tvillage\tt" << i / std::size(kLandmarks) << "\n";
    people << "cadre" << i << "\t干部" << i << "\t" << 12000000000 + i << "\twechat:oCadre" << i
           << "\n";
    duties << "v" << i << "\tcadre" << i << "\t1\tstationed_cadre\n";
  }
  const auto account = wechat_account(api_base);
  auto config = table(directory + "/huiyin.toml");
  config << "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\njournal = \""
         << directory << "/journal\"\n\n[[channel]]\nname = \"" << account.name
         << "\"\nplatform = \"wechat\"\naudience = \"all\"\napi_base = \"" << api_base << "\"\n";
  for (const auto& [key, value] : account.keys) config << key << " = \"" << value << "\"\n";
}

PlayedMessage message(std::size_t n) {
  PlayedMessage said;
  said.user = "oBenchResident" + std::to_string(100'000'000 + n);
  // Strides without a common factor: every village meets every problem.
  static_assert(std::size(kTroubles) == 17 && std::size(kHarms) == 13 && std::size(kWishes) == 11);
  said.text = village(n * 7 % kVillages) + kTroubles[n % std::size(kTroubles)] +
              kHarms[n % std::size(kHarms)] + kWishes[n % std::size(kWishes)];
  return said;
}

std::vector<std::string> encrypted_requests(std::size_t count) {
  const auto now =
      std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
  std::vector<std::string> out;
  out.reserve(count);
  std::unique_ptr<Simulator> wechat;
  for (std::size_t n = 0; n < count; ++n) {
    // It remembers every person's last message for resends, which there are none of here.
    if (n % 4096 == 0) wechat = make_simulator(wechat_account("http://127.0.0.1"));
    const auto request = wechat->deliver(message(n), now);
    std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const auto& [name, value] : request.headers)
      if (name != "Connection") bytes += name + ": " + value + "\r\n";
    bytes += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
    out.push_back(std::move(bytes));
  }
  return out;
}

std::string fault_of_reply(std::size_t n, const std::string& body) {
  static const auto kWechat = make_simulator(wechat_account("http://127.0.0.1"));
  const auto said = message(n);
  net::HttpResponse response;
  response.body = body;
  try {
    const auto seen = kWechat->read_reply(said, response);
    if (!seen) return "no passive reply";
    if (seen->text.find(village(n * 7 % kVillages)) == std::string::npos)
      return "the reply does not name the village";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

}  // namespace huiyin::bench
