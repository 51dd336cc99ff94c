// docs/workflow.md as text, from the table of transitions and nothing else.
#pragma once

#include <array>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "server/cases/transitions_table.h"

namespace huiyin::workflow {

// Number in the handbook, and what people type (handbook §9); empty: nobody types it.
struct Known {
  const char* number;
  const char* word;
};
inline Known known(Move move) {
  switch (move) {
    case Move::register_case:
      return {"T1", ""};
    case Move::dispatch:
      return {"T2", "分流"};
    case Move::accept:
      return {"T3", "签收"};
    case Move::return_case:
      return {"T4", "退回"};
    case Move::ask:
      return {"T5", "追问"};
    case Move::answer:
    case Move::answer_timeout:
      return {"T6", ""};
    case Move::progress:
      return {"T7", "进展"};
    case Move::escalate:
      return {"T8", "上报"};
    case Move::triage:
      return {"T9", "分流 交办"};
    case Move::send_down:
      return {"T10", "下派"};
    case Move::request_claim:
      return {"T11", "提请认领"};
    case Move::claim:
      return {"T12", "认领"};
    case Move::suspend:
      return {"T13", "挂账"};
    case Move::resume:
      return {"T14", "销账"};
    case Move::close:
      return {"T15", "办结"};
    case Move::reopen:
    case Move::reopen_above:
      return {"T16", "没解决 重办"};
    case Move::withdraw:
      return {"T17", "撤回"};
    case Move::merge:
      return {"T18", "并件"};
    case Move::unmerge:
      return {"T18", "拆件"};
    case Move::archive:
      return {"T19", ""};
    case Move::start_above:
      return {"T20", ""};
    case Move::invalidate:
      return {"T21", "办结 无效"};
    case Move::rule:
      return {"T2", "裁定"};
    case Move::supplement:
      return {"", "补充"};
    case Move::urge:
      return {"", "催办"};
    case Move::extend:
      return {"", "延期"};
    case Move::transfer:
      return {"", "转办 指定"};
    case Move::co_handle:
      return {"", "协办"};
    case Move::supervise:
      return {"", "督办"};
    case Move::rate:
      return {"", "1–5"};
    case Move::contact:
      return {"", "联系"};
    case Move::remind:
      return {"", ""};
    case Move::note:
      return {"", "已告知"};
    case Move::request:
      return {"", ""};
    case Move::approve:
      return {"", "批准"};
    case Move::refuse:
      return {"", "驳回"};
    case Move::instruct:
      return {"", "批示"};
    case Move::follow:
      return {"", "关注"};
    case Move::list_hard:
    case Move::redact:
      return {"", ""};
  }
  return {"", ""};
}

inline const char* clock_word(ClockAction clock) {
  switch (clock) {
    case ClockAction::keep:
      return "";
    case ClockAction::start_accept:
      return "acceptance starts";
    case ClockAction::start_handle:
      return "handling starts";
    case ClockAction::pause:
      return "pauses";
    case ClockAction::resume:
      return "runs again";
    case ClockAction::stop:
      return "stops";
  }
  return "";
}

inline const char* needs_word(table::Needs needs) {
  switch (needs) {
    case table::Needs::nothing:
      return "";
    case table::Needs::reason:
      return "words";
    case table::Needs::approval:
      return "approval";
    case table::Needs::both:
      return "words, approval";
  }
  return "";
}

template <class E>
std::string names_in(EnumSet<E> chosen) {
  std::string line;
  for (std::size_t i = 0; i < EnumNames<E>::kNames.size(); ++i)
    if (chosen.has(static_cast<E>(i)))
      line += (line.empty() ? "" : ", ") + std::string{name(static_cast<E>(i))};
  return line;
}

// One arrow for all moves between two stages.
inline std::string state_chart() {
  std::map<std::pair<Stage, Stage>, std::set<std::string>> arrows;
  for (const Rule& rule : table::kRules)
    if (rule.from != rule.to) {
      const std::string number = known(rule.move).number;
      arrows[{rule.from, rule.to}].insert(number + " " + std::string{name(rule.move)});
    }
  std::ostringstream out;
  out << "```mermaid\nstateDiagram-v2\n    [*] --> draft\n";
  for (const auto& [ends, moves] : arrows) {
    out << "    " << name(ends.first) << " --> " << name(ends.second) << " : ";
    const char* between = "";
    for (const std::string& move : moves) {
      out << between << move;
      between = ", ";
    }
    out << "\n";
  }
  out << "    archived --> [*]\n```\n";
  return out.str();
}

inline std::string row_line(const table::Row& row) {
  std::ostringstream out;
  const Known what = known(row.move);
  out << "| " << what.number << " | `" << name(row.move) << "` | " << what.word << " | "
      << names_in(row.from) << " | " << (row.to.same ? "stays" : std::string{name(row.to.stage)})
      << " | " << names_in(row.by) << " | " << static_cast<int>(row.levels.min) << "–"
      << static_cast<int>(row.levels.max);
  if (row.level_change != 0) out << (row.level_change > 0 ? ", then +1" : ", then −1");
  out << " | " << (row.echo == table::Echo::yes ? "✉" : "") << " | " << names_in(row.pushed)
      << " | " << clock_word(row.clock) << " | " << needs_word(row.needs) << " |\n";
  return out.str();
}

inline std::string document() {
  std::ostringstream out;
  out << "# Workflow\n\n"
         "Generated from server/cases/transitions_table.h by `scripts/workflow`; do not edit. A "
         "test fails when this file is out of date.\n\n"
         "An open case has one owner at every moment. Whoever is several things at once (owner and "
         "office, say) may do what any of them may. Closing as `rejected` or `planned` wants the "
         "approval of the office one level up, like the moves marked so below.\n\n"
         "## Stages\n\n"
      << state_chart()
      << "\n## Moves\n\n"
         "✉: the reporter and each follower get exactly one message. Levels: 1 village, community, "
         "enterprise; 2 township; 3 county; 4 city.\n\n"
         "| No. | move | command | from | to | who | levels | ✉ | pushed to | clock | needs |\n"
         "|---|---|---|---|---|---|---|---|---|---|---|\n";
  for (const table::Row& row : table::kRows) out << row_line(row);
  return out.str();
}

}  // namespace huiyin::workflow
