// What is told once a day: the morning brief, broken promises.
#include <algorithm>
#include <array>

#include "server/desk/admins.h"
#include "server/desk/hear.h"
#include "server/desk/roles.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

constexpr std::size_t kMostLines = 12, kMostButtons = 4;

// Notices that ask for something, which may be done meanwhile; all others are news.
constexpr auto kAsksForWork = std::to_array<std::string_view>(
    {"card",           "co_card",    "accept_half", "accept_over", "due_tomorrow",
     "due_now",        "overdue",    "silence",     "similar",     "contact_over",
     "triage_over",    "unclaimed",  "unaccepted",  "request",     "returned",
     "answer_timeout", "supplement", "urge",        "answer",      "partners",
     "resumed",        "hard"});

bool asks_for_work(std::string_view kind) {
  return std::ranges::find(kAsksForWork, kind) != kAsksForWork.end();
}

bool done_meanwhile(const Case& c, std::string_view kind) {
  if (!is_open(c.stage)) return true;
  if (kind == "accept_half" || kind == "accept_over" || kind == "unaccepted")
    return c.stage != Stage::dispatched;
  if (kind == "triage_over")
    return c.stage != Stage::registered && c.stage != Stage::pending_triage;
  if (kind == "returned") return c.stage != Stage::registered;
  if (kind == "unclaimed") return c.stage != Stage::pending_claim;
  if (kind == "request") return c.request.kind == RequestKind::none;
  if (kind == "contact_over") return c.contacted_at != Instant{};
  return false;
}

// Does the line still say something to its reader?
bool worth_saying(const Turn& turn, PersonId reader, const Brief::Line& line) {
  if (!line.about) return true;
  const Case* c = turn.find(line.about);
  if (!c || concerned(turn, *c, reader)) return false;
  if (!asks_for_work(line.kind)) return true;
  return !done_meanwhile(*c, line.kind) && !roles_in(turn, *c, reader).empty();
}

std::string text_of(const Brief::Line& line) {
  if (line.number.empty() || line.title.find(line.number) != std::string::npos) return line.title;
  return line.title.empty() ? line.number : line.number + " " + line.title;
}

void add_button(NoticeDraft& draft, const std::string& number, std::string_view locale) {
  if (number.empty() || draft.buttons.size() == kMostButtons) return;
  auto command = words::command(Verb::status, number);
  if (std::ranges::find(draft.buttons, command, &Button::command) != draft.buttons.end()) return;
  auto label = std::string{words::verb(Verb::status, locale)} + " " + number;
  draft.buttons.push_back({std::move(label), std::move(command)});
}

}  // namespace

void give_brief(Turn& turn, const Brief& brief) {
  for (const auto& line : brief.lines)
    if (line.about) turn.has_case(line.about);
  if (!turn.need().empty()) return;
  std::vector<const Brief::Line*> lines;
  for (const auto& line : brief.lines) {
    turn.briefed(line.notice);
    const auto same = [&](const Brief::Line* other) { return text_of(*other) == text_of(line); };
    if (worth_saying(turn, brief.person, line) && std::ranges::none_of(lines, same))
      lines.push_back(&line);
  }
  if (lines.empty()) return;
  auto& draft = turn.tell(brief.person, "brief", Audience::owner);
  draft.account = brief.account;
  draft.facts["count"] = std::to_string(lines.size());
  if (lines.size() > kMostLines) draft.facts["more"] = std::to_string(lines.size() - kMostLines);
  const auto locale = turn.locale_of(brief.person);
  auto& rows = draft.lists["lines"];
  for (const Brief::Line* line : lines) {
    if (rows.size() == kMostLines) break;
    rows.push_back({{"no", std::to_string(rows.size() + 1)}, {"title", text_of(*line)}});
    add_button(draft, line->number, locale);
  }
}

void report_findings(Turn& turn, const Findings& findings) {
  const std::size_t shown = std::min(findings.lines.size(), kMostLines);
  const std::size_t count = std::max(findings.count, findings.lines.size());
  if (count == 0) return;
  for (const PersonId admin : admins(turn)) {
    auto& draft = turn.tell(admin, "audit", Audience::office);
    draft.facts["count"] = std::to_string(count);
    auto& rows = draft.lists["lines"];
    for (std::size_t i = 0; i < shown; ++i) rows.push_back({{"line", findings.lines[i]}});
    if (count > shown) draft.facts["more"] = std::to_string(count - shown);
  }
}

}  // namespace huiyin
