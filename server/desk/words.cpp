#include "server/desk/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace huiyin::words {
namespace {

struct Pair {
  std::string_view zh, en;
};

std::string_view pick(const Pair& pair, std::string_view locale) {
  return locale == "en" ? pair.en : pair.zh;
}

constexpr std::array<Pair, 10> kStages{{
    {"待补充", "waiting for your details"},
    {"正在确认承办单位", "waiting until the right office is found"},
    {"等待接手", "waiting to be taken up"},
    {"办理中", "in progress"},
    {"等待补充情况", "waiting for an answer"},
    {"正在确定由谁办理", "waiting until it is decided who handles it"},
    {"正在请领导牵头", "waiting for a leader to take it up"},
    {"暂缓办理", "on hold"},
    {"已办结", "closed"},
    {"已归档", "filed"},
}};

constexpr std::array<Pair, 9> kOutcomes{{
    {"", ""},
    {"已解决", "solved"},
    {"已解释", "explained"},
    {"已列入计划", "planned"},
    {"已转其他渠道", "passed to another channel"},
    {"不予受理", "not accepted"},
    {"已撤回", "withdrawn"},
    {"已并件", "joined with another case"},
    {"无效", "invalid"},
}};

constexpr std::array<Pair, 3> kUrgencies{{{"", ""}, {"紧急", "urgent"}, {"特急", "emergency"}}};

constexpr std::array<Pair, 6> kTypes{{
    {"求助", "request for help"},
    {"咨询", "question"},
    {"投诉", "complaint"},
    {"举报", "report of a violation"},
    {"建议", "suggestion"},
    {"表扬", "praise"},
}};

constexpr std::array<Pair, 5> kGrades{{
    {"非常不满意", "very dissatisfied"},
    {"不满意", "dissatisfied"},
    {"基本满意", "fairly satisfied"},
    {"满意", "satisfied"},
    {"非常满意", "very satisfied"},
}};

struct VerbWord {
  Verb verb;
  Pair word;
};
constexpr auto kVerbs = std::to_array<VerbWord>({
    {Verb::status, {"查询", "Status"}},
    {Verb::supplement, {"补充", "Add"}},
    {Verb::withdraw, {"撤回", "Withdraw"}},
    {Verb::urge, {"催办", "Remind"}},
    {Verb::rate, {"评价", "Rate"}},
    {Verb::reopen, {"没解决", "Not solved"}},
    {Verb::human, {"人工", "Talk to a person"}},
    {Verb::help, {"帮助", "Help"}},
    {Verb::accept, {"签收", "Accept"}},
    {Verb::return_case, {"退回", "Return"}},
    {Verb::contact, {"联系", "Contacted"}},
    {Verb::progress, {"进展", "Progress"}},
    {Verb::ask, {"追问", "Ask"}},
    {Verb::close, {"办结", "Close"}},
    {Verb::told, {"已电话告知", "Told"}},
    {Verb::todo, {"待办", "To do"}},
    {Verb::escalate, {"上报", "Escalate"}},
    {Verb::transfer, {"转办", "Transfer"}},
    {Verb::co_handle, {"协办", "Co-handle"}},
    {Verb::extend, {"延期", "Extend"}},
    {Verb::suspend, {"挂账", "Put on hold"}},
    {Verb::merge, {"并件", "Join"}},
    {Verb::unmerge, {"拆件", "Take apart"}},
    {Verb::resume, {"销账", "Resume"}},
    {Verb::hand_over, {"移交", "Hand over"}},
    {Verb::triage, {"分流", "Assign"}},
    {Verb::send_down, {"下派", "Send down"}},
    {Verb::rule, {"裁定", "Rule"}},
    {Verb::approve, {"批准", "Approve"}},
    {Verb::reject, {"驳回", "Decline"}},
    {Verb::supervise, {"督办", "Supervise"}},
    {Verb::request_claim, {"提请认领", "Ask a leader"}},
    {Verb::invalidate, {"无效", "Invalid"}},
    {Verb::coverage, {"覆盖", "Coverage"}},
    {Verb::support, {"支援", "Support"}},
    {Verb::hard_list, {"难事", "Hard matters"}},
    {Verb::claim, {"认领", "Lead"}},
    {Verb::instruct, {"批示", "Instruct"}},
    {Verb::appoint, {"指定", "Appoint"}},
});

// "目前无法解决", but not "上次没解决的水管".
bool says_unsolved(std::string_view text) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"无法解决", "不能解决", "解决不了", "没解决", "没有解决", "没能解决", "未解决", "未能解决",
       "not solved", "cannot be solved"});
  for (const auto word : kWords)
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
      if (!text.substr(at + word.size()).starts_with("的")) return true;
  return false;
}

}  // namespace

std::string stage(Stage stage, Outcome outcome, std::string_view locale) {
  // A closed case says how it ended; "closed" alone could pass for "solved".
  if (!is_open(stage) && outcome != Outcome::none) return words::outcome(outcome, locale);
  return std::string{pick(kStages.at(static_cast<std::size_t>(stage)), locale)};
}

std::string outcome(Outcome outcome, std::string_view locale) {
  return std::string{pick(kOutcomes.at(static_cast<std::size_t>(outcome)), locale)};
}

std::string wait(WaitKind kind, std::string_view locale) {
  static constexpr std::array<Pair, 4> kWaits{{
      {"等确定由谁办理", "to be assigned"},
      {"等您同意", "to be approved"},
      {"等领导牵头", "waits for a leader"},
      {"列入难事", "hard matter"},
  }};
  return std::string{pick(kWaits.at(static_cast<std::size_t>(kind)), locale)};
}

std::string urgency(Urgency urgency, std::string_view locale) {
  return std::string{pick(kUrgencies.at(static_cast<std::size_t>(urgency)), locale)};
}

std::string grade(int grade, std::string_view locale) {
  return std::string{pick(kGrades.at(static_cast<std::size_t>(grade) - 1), locale)};
}

std::string case_type(CaseType type, std::string_view locale) {
  return std::string{pick(kTypes.at(static_cast<std::size_t>(type)), locale)};
}

std::string role(DutyRole role, UnitKind kind, std::string_view locale) {
  switch (role) {
    case DutyRole::stationed_cadre:
      if (kind == UnitKind::enterprise)
        return std::string{pick({"驻企服务员", "enterprise officer"}, locale)};
      if (kind == UnitKind::community)
        return std::string{pick({"驻社指导员", "community instructor"}, locale)};
      return std::string{pick({"驻村指导员", "village instructor"}, locale)};
    case DutyRole::liaison:
      return std::string{pick({"民情联络员", "liaison"}, locale)};
    case DutyRole::grid_worker:
      return std::string{pick({"网格员", "grid worker"}, locale)};
    case DutyRole::deputy:
      return std::string{pick({"代办干部", "acting cadre"}, locale)};
    case DutyRole::leader:
      return std::string{pick({"领导", "leader"}, locale)};
    case DutyRole::contact:
    case DutyRole::part_time_member:
    case DutyRole::helper:
      return std::string{pick({"联系人", "contact"}, locale)};
    case DutyRole::clerk:
      break;
  }
  return std::string{pick({"三服务办公室", "three-services office"}, locale)};
}

std::string role_at(DutyRole role, UnitKind kind, std::string_view place, std::string_view locale) {
  const auto what = words::role(role, kind, locale);
  if (locale != "en") return std::string{place} + what;
  return place.empty() ? what : what + " of " + std::string{place};
}

std::string_view verb(Verb verb, std::string_view locale) {
  for (const auto& entry : kVerbs)
    if (entry.verb == verb) return pick(entry.word, locale);
  return verb_name(verb);
}

Verb verb_for(Move move) {
  switch (move) {
    case Move::accept:
      return Verb::accept;
    case Move::return_case:
      return Verb::return_case;
    case Move::contact:
      return Verb::contact;
    case Move::progress:
      return Verb::progress;
    case Move::ask:
      return Verb::ask;
    case Move::close:
      return Verb::close;
    case Move::dispatch:
    case Move::triage:
      return Verb::triage;
    case Move::escalate:
      return Verb::escalate;
    case Move::transfer:
      return Verb::transfer;
    case Move::co_handle:
      return Verb::co_handle;
    case Move::extend:
      return Verb::extend;
    case Move::suspend:
      return Verb::suspend;
    case Move::resume:
      return Verb::resume;
    case Move::merge:
      return Verb::merge;
    case Move::unmerge:
      return Verb::unmerge;
    case Move::send_down:
      return Verb::send_down;
    case Move::rule:
      return Verb::rule;
    case Move::request_claim:
      return Verb::request_claim;
    case Move::claim:
      return Verb::claim;
    case Move::invalidate:
      return Verb::invalidate;
    case Move::supervise:
      return Verb::supervise;
    case Move::approve:
      return Verb::approve;
    case Move::refuse:
      return Verb::reject;
    case Move::instruct:
      return Verb::instruct;
    default:
      return Verb::none;
  }
}

std::string command(Verb verb, std::string_view number) {
  std::string text{words::verb(verb, "zh")};
  if (!number.empty()) text.append(" ").append(number);
  return text;
}

std::string_view media(MessageKind kind) {
  switch (kind) {
    case MessageKind::image:
      return "[图片]";
    case MessageKind::voice:
      return "[语音]";
    case MessageKind::video:
      return "[视频]";
    case MessageKind::position:
      return "[位置]";
    case MessageKind::link:
      return "[链接]";
    default:
      return "";
  }
}

std::string files(const std::vector<CaseMedia>& files, std::string_view locale) {
  struct Word {
    MediaKind kind;
    Pair one, more;
  };
  static constexpr auto kWords = std::to_array<Word>({
      {MediaKind::image, {"张照片", " photo"}, {"张照片", " photos"}},
      {MediaKind::voice, {"段语音", " recording"}, {"段语音", " recordings"}},
      {MediaKind::video, {"段视频", " video"}, {"段视频", " videos"}},
  });
  std::string line;
  for (const auto& word : kWords) {
    const auto count = std::ranges::count(files, word.kind, &CaseMedia::kind);
    if (count == 0) continue;
    if (!line.empty()) line += locale == "en" ? ", " : "、";
    line += std::to_string(count);
    line += pick(count == 1 ? word.one : word.more, locale);
  }
  return line;
}

std::string other_channel(std::string_view topic, std::string_view locale) {
  if (topic == "labour_security")
    return std::string{pick({"劳动保障热线12333", "labour hotline 12333"}, locale)};
  if (topic == "commerce_tourism")
    return std::string{pick({"消费者热线12315", "consumer hotline 12315"}, locale)};
  if (topic == "law_order" || topic == "land")
    return std::string{pick({"法律援助热线12348", "legal aid hotline 12348"}, locale)};
  return std::string{pick({"12345热线", "the 12345 hotline"}, locale)};
}

OutcomeWord read_outcome(std::string_view text) {
  // Longer words first: 已解决 must not be read as 解决 with a rest.
  static constexpr auto kWords = std::to_array<std::pair<std::string_view, Outcome>>({
      {"已列入计划", Outcome::planned},
      {"列入计划", Outcome::planned},
      {"已转其他渠道", Outcome::referred},
      {"转其他渠道", Outcome::referred},
      {"不予受理", Outcome::rejected},
      {"已解决", Outcome::solved},
      {"已解释", Outcome::explained},
      {"已转", Outcome::referred},
      {"解决", Outcome::solved},
      {"解释", Outcome::explained},
      {"solved", Outcome::solved},
      {"explained", Outcome::explained},
      {"referred", Outcome::referred},
      {"planned", Outcome::planned},
      {"rejected", Outcome::rejected},
  });
  static constexpr auto kBreaks = std::to_array<std::string_view>(
      {" ", "\t", "\n", ",", ":", ";", ".", "，", "：", "；", "。", "、", "　"});
  const auto strip = [](std::string_view rest, bool& stripped) {
    stripped = rest.empty();
    for (bool again = true; again;) {
      again = false;
      for (const auto mark : kBreaks)
        if (rest.starts_with(mark)) {
          rest.remove_prefix(mark.size());
          stripped = again = true;
        }
    }
    return rest;
  };
  for (const auto& [word, outcome] : kWords) {
    if (!text.starts_with(word)) continue;
    bool stripped = false;
    const auto rest = strip(text.substr(word.size()), stripped);
    // 已转告供水所 is a result, not an outcome: the word must stand alone.
    if (stripped) return {outcome, std::string{rest}};
  }
  return {says_unsolved(text) ? Outcome::explained : Outcome::none, std::string{text}};
}

}  // namespace huiyin::words
