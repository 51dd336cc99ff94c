// text -> Meaning: what a message may mean, before anything is loaded. Pure. desk picks among the
// candidates with the conversation before it (DESIGN §1a "Needs").
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/cases/case.h"
#include "server/cases/directory.h"
#include "server/cases/message.h"

namespace huiyin {

// Handbook §9. One verb, whoever may say it; which words mean it depends on the audience.
enum class Verb {
  none,
  // residents and enterprises
  status,
  supplement,
  withdraw,
  urge,
  rate,
  reopen,
  anonymous,
  confidential,
  bind,
  follow,
  human,
  privacy,
  mute,
  help,
  language,
  unfollow,      // 取消关注
  erase,         // 删除我的信息
  bind_account,  // a one-time code for another account
  prefer,        // pushes go to this account first
  // cadres
  accept,
  return_case,
  contact,
  progress,
  ask,
  close,
  escalate,
  transfer,
  co_handle,
  extend,
  suspend,
  resume,  // 销账
  merge,
  unmerge,    // 拆件
  hand_over,  // 移交: all open cases to somebody else
  enter_for,
  todo,
  leave,
  told,
  diary,
  visit,
  co_building,
  duties,
  // offices and leaders
  triage,
  send_down,
  rule,
  approve,
  reject,
  supervise,
  request_claim,
  invalidate,  // 无效
  meeting,
  stats,
  coverage,
  support,
  hard_list,
  claim,
  instruct,
  appoint,
  count_,
};
// "status", "return", ... : the keys of config/vocabulary.toml.
std::string_view verb_name(Verb verb);
std::optional<Verb> verb_from_name(std::string_view name);

enum class Speaker { resident, cadre, office, leader };

struct Command {
  Verb verb = Verb::none;
  std::string number;    // canonical "261123-0042", last four digits "0042", or empty
  std::string argument;  // the rest, trimmed, as written
  bool bare = false;     // 收到 / 好的: counts only as direct reply to exactly one open card
  bool whole = false;    // nothing but the command word and perhaps a number
};

struct PlaceMention {
  UnitCode unit;
  std::size_t at = 0, length = 0;  // bytes in `text`
};

enum class Danger { none, fire, crime, medical, crash, suicide };

// Whom a message names among those who might get it: their own complaints do not go to them (§4).
enum class Officials { none, frontline, township };

struct Meaning {
  std::string text;  // trimmed; at most 4,096 characters of the message; display form, not folded
  // What the message would mean if said by a resident, cadre, office, leader.
  std::array<Command, 4> command;
  // The same for each further line of a message that holds several commands, one a line: each is
  // an action of its own, answered by itself. Only staff write so.
  std::vector<std::array<Command, 4>> more;
  std::vector<std::string> numbers;  // case numbers mentioned: canonical or last four digits
  std::optional<int> digit;          // the whole message is one number 0..99 (choice or rating)
  std::optional<int> grade;      // 非常满意 .. 很不满意, 差评 as 5..1 (words, not digits)
  bool yes = false, no = false;  // 是/对/确认, 不/不是
  bool small_talk = false;       // thanks, greetings, stickers, 收到
  bool substance = false;        // could be a case or part of one
  // The most specific units mentioned; several = ambiguous (homonyms), most likely first.
  std::vector<PlaceMention> places;
  std::string place_text;  // as written, with the part below the unit: "石璜镇楼家村溪东自然村"
  CaseType type = CaseType::help;
  bool type_said = false;                 // by its own name: 我要投诉, 举报, 建议
  Officials officials = Officials::none;  // the highest one named; "村委会门口" is a place
  std::string topic;
  bool enforcement = false;  // needs law enforcement or a licence (§6): 违建, 排污, 食品, 欠薪
  // The reporter's own wish about who may know (匿名, 别说是我), wherever it stands in the message.
  Privacy privacy = Privacy::named;
  Urgency urgency = Urgency::normal;
  Danger danger = Danger::none;
  bool danger_certain = false;  // false: guard words near it; advice is given conditionally
  std::string bind_code;        // one-time code, if the message is one ("绑定 K7M2Q9")
};

// Words from config/vocabulary.toml and all place names; immutable, shared by all threads.
class Understanding {
 public:
  virtual ~Understanding() = default;
  virtual Meaning understand(const Message& message) const = 0;
};

struct Vocabulary;  // intake/vocabulary.h
std::shared_ptr<const Understanding> make_understanding(const Vocabulary& vocabulary,
                                                        const Directory& directory);

}  // namespace huiyin
