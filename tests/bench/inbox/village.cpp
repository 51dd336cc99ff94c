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
constexpr const char* kProblems[] = {
    "河道施工挖断了水渠，生姜地没水浇，再过几天苗要枯了",
    "路灯坏了半个月，晚上老人出门看不见路，摔过一个",
    "自来水今天早上开始是黄的，还有泥沙，做饭都不敢用",
    "垃圾房边上堆满了没人收，天热了味道很大，苍蝇多",
    "下雨以后山坡上的石头滚到公路上，车子只能慢慢绕过去",
    "农田的机耕路塌了一段，拖拉机下不去，春耕要耽误了",
    "变压器天天跳闸，香榧烘干机开不起来，能不能来看看",
    "新修的桥没有栏杆，小孩放学从那里走，家长不放心",
};

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
  said.text = village(n * 7 % kVillages) + kProblems[n % std::size(kProblems)];
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
