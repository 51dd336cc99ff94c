// A long story with several people, and what a store would hold of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/app/promises.h"
#include "tests/fakes/desk_harness.h"

namespace huiyin::promises_test {

using fakes::at;
using fakes::DeskHarness;
using Row = store::Store::AuditRow;
namespace people = fakes::people;

// What a store would give for the case.
inline Row row_of(const DeskHarness& desk, const std::string& number) {
  Row row;
  row.the_case = desk.case_of(number);
  Instant latest{};
  std::int64_t id = 0;
  for (const Decision& decision : desk.transcript) {
    for (const Event& event : decision.events) {
      latest = std::max(latest, event.at);
      if (event.case_id == row.the_case.id) row.events.push_back(event);
    }
    for (const NoticeDraft& draft : decision.notices) {
      ++id;
      if (draft.about != row.the_case.id || draft.edits) continue;
      const bool echo = std::ranges::any_of(kNoticeKinds, [&](const NoticeKind& kind) {
        return kind.echo && kind.name == draft.kind && kind.audience == draft.audience;
      });
      row.notices.push_back({NoticeId{id}, draft.to, draft.events, draft.kind, desk.read(draft),
                             store::NoticeState::sent, echo, latest, draft.account});
    }
  }
  return row;
}

inline std::vector<std::string> shown(const std::vector<Violation>& violations) {
  std::vector<std::string> lines;
  for (const Violation& one : violations) lines.push_back(show(one));
  return lines;
}

class Story : public testing::Test {
 protected:
  std::string report(const std::string& who, const std::string& text) {
    desk_.say(who, text);
    return desk_.last_case().number;
  }
  void by_cadre(const std::string& text) {
    desk_.now += std::chrono::minutes{5};
    desk_.say(people::instructor, text);
  }
  // Registered, handled, asked, closed, graded, reopened and closed again.
  std::string long_story() {
    const auto number = report("farmer", "石璜镇楼家村溪东自然村，水渠断了，生姜地要浇水");
    by_cadre("签收 " + number);
    by_cadre("追问 " + number + " 是哪一段水渠断了？");
    desk_.now += std::chrono::minutes{5};
    desk_.say("farmer", "村口小桥往上那一段");
    by_cadre("进展 " + number + " 已联系施工单位，明天架抽水机");
    by_cadre("办结 " + number + " 抽水机已架好，水已经到姜田");
    desk_.now += std::chrono::minutes{5};
    desk_.say("farmer", "2");
    desk_.say("farmer", "没解决 " + number);
    by_cadre("签收 " + number);
    by_cadre("办结 " + number + " 已解释 上游停水检修，已说明恢复时间");
    desk_.now += std::chrono::minutes{5};
    desk_.say("farmer", "4");
    return number;
  }
  std::string open_story() {
    const auto number = report("neighbour", "石璜镇楼家村路灯坏了，晚上看不见路");
    by_cadre("签收 " + number);
    return number;
  }
  // A neighbour reports the same and hears of it from then on.
  std::string followed_story() {
    const auto number = open_story();
    desk_.now += std::chrono::minutes{5};
    desk_.say("other", "石璜镇楼家村路灯坏了，晚上看不见路");
    desk_.say("other", "是");
    by_cadre("进展 " + number + " 已报修，明天电工来换灯");
    return number;
  }
  std::vector<Violation> check(const Row& row) {
    return check_case(row, *desk_.directory, desk_.policy, desk_.now);
  }

  DeskHarness desk_;
};

}  // namespace huiyin::promises_test
