#include "server/desk/facts.h"

#include <algorithm>
#include <array>

#include "server/desk/owners.h"
#include "server/desk/summary.h"
#include "server/desk/words.h"
#include "server/intake/masking.h"

namespace huiyin {
namespace {

constexpr std::size_t kReporterText = 20, kBriefText = 8, kStaffText = 200, kResultText = 300;

void put(Facts& facts, const char* key, std::string value) {
  if (!value.empty()) facts[key] = std::move(value);
}

// "一直拿不到，…" reads like a slip.
std::string without_comma(std::string text) {
  constexpr std::array<std::string_view, 9> kBreaks{"，", "、", "；", "：", "。",
                                                    ",",  ";",  ":",  " "};
  for (const std::string_view mark : kBreaks)
    if (text.ends_with(mark)) {
      text.resize(text.size() - mark.size());
      break;
    }
  return text;
}

// Marks of pictures before the words take the room of what is wrong.
std::string without_pictures(std::string text) {
  for (bool again = true; again;) {
    again = false;
    for (const auto kind : {MessageKind::image, MessageKind::video}) {
      const std::string mark = std::string{words::media(kind)} + " ";
      if (!text.starts_with(mark) || text.size() == mark.size()) continue;
      text.erase(0, mark.size());
      again = true;
    }
  }
  return text;
}

// Whom an audience stands for when nobody is named.
PersonId reader_of(const Turn& turn, const Case& c, Audience audience) {
  if (audience == Audience::owner) return c.owner;
  return audience == Audience::office ? office_of(turn, c).person : PersonId{};
}

}  // namespace

std::string person_line(const Turn& turn, PersonId id) {
  const Person* person = turn.set.person(id);
  if (!person) person = turn.directory.person(id);
  if (!person) return {};
  std::string line = person->name;
  if (!person->phone.empty()) line += (line.empty() ? "" : " ") + person->phone;
  return line;
}

std::string as_written(std::string_view text) { return excerpt(text, kResultText); }

std::string as_owner_reads(const Turn& turn, const Case& c, std::string_view text) {
  return reads_as_written(turn, c, c.owner) ? as_written(text)
                                            : excerpt(masked(turn, c, text), kResultText);
}

std::string one_line(std::string_view text) {
  std::string line{text};
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

void add_line(Case& c, std::string_view text) {
  if (text.empty()) return;
  if (!c.text.empty()) c.text += '\n';
  c.text += one_line(text);
}

std::string as_told(std::string_view text) { return excerpt(mask_text(text), kResultText); }

std::string mask_text(std::string_view text) { return mask_personal(text); }

std::string without_stop(std::string text) {
  constexpr auto kStops = std::to_array<std::string_view>({"。", ".", "！", "!", "；", ";", " "});
  for (bool again = true; again;) {
    again = false;
    for (const auto stop : kStops)
      if (text.ends_with(stop)) {
        text.resize(text.size() - stop.size());
        again = true;
      }
  }
  return text;
}

std::string show_due(const Case& c, Instant at, std::string_view locale) {
  if (at == Instant{}) return {};
  return c.urgency == Urgency::normal ? show_date(at, locale) : show_time(at, locale);
}

std::string excerpt(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t next = i + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    if (++count > limit) return without_comma(std::move(out)) + "…";
    if (text[i] == '\n' || text[i] == '\r' || text[i] == '\t')
      out += ' ';
    else
      out.append(text.substr(i, next - i));
    i = next;
  }
  return out;
}

Facts case_facts(const Turn& turn, const Case& c, Audience audience, std::string_view locale,
                 PersonId reader) {
  Facts facts;
  const bool staff = audience != Audience::reporter;
  if (staff && !reader) reader = reader_of(turn, c, audience);
  const bool written = staff && reads_as_written(turn, c, reader);
  put(facts, "number", c.number);
  put(facts, "place", staff ? c.place : mask_text(c.place));
  const auto reported = summary(turn.directory, c);
  const auto shown = [&](const std::string& words) {
    return written ? words : masked(turn, c, words);
  };
  const auto first = staff ? reported.first : without_pictures(reported.first);
  put(facts, "text", excerpt(shown(first), staff ? kStaffText : kReporterText));
  if (staff) put(facts, "more", excerpt(shown(reported.more), kStaffText));
  put(facts, "brief", excerpt(without_pictures(facts["text"]), kBriefText));
  put(facts, "kind", words::case_type(c.type, locale));
  put(facts, "urgency", words::urgency(c.urgency, locale));
  put(facts, "status", words::stage(c.stage, c.outcome, locale));
  if (c.owner) {
    put(facts, "owner", owner_name(turn, c.owner, c.owner_unit, locale));
    if (const Unit* unit = turn.directory.unit(c.owner_unit)) put(facts, "phone", unit->phone);
  }
  // On hold nothing is due; the date comes anew when the case goes on.
  if (c.stage == Stage::suspended) {
    if (c.review_at != Instant{}) put(facts, "review", show_date(c.review_at, locale));
  } else if (is_open(c.stage)) {
    put(facts, "due", show_due(c, c.due_at, locale));
    if (c.urgency == Urgency::normal && c.due_at != Instant{} &&
        turn.policy.calendar.provisional(c.due_at))
      facts["provisional"] = "1";
    if (c.due_at != Instant{} && c.paused_at == Instant{} && turn.now > c.due_at)
      facts["late"] = "1";
  }
  if (c.stage == Stage::dispatched && c.accept_due != Instant{})
    put(facts, "accept_due", show_time(c.accept_due, locale));
  if (c.registered_at != Instant{}) put(facts, "since", show_date(c.registered_at, locale));
  if (!is_open(c.stage)) {
    put(facts, "outcome", words::outcome(c.outcome, locale));
    put(facts, "result",
        without_stop(written ? as_written(c.result)
                             : excerpt(masked(turn, c, c.result), kResultText)));
    if (c.outcome == Outcome::solved) {
      facts["solved"] = "1";
    } else {
      facts["unsolved"] = "1";
      put(facts, "channel", words::other_channel(c.topic, locale));
    }
  }
  if (staff) {
    if (c.stage == Stage::awaiting_reporter)
      put(facts, "resumes",
          show_date(add(turn.policy.calendar, c.paused_at, turn.policy.clocks.answer), locale));
    if (knows_reporter(turn, c, reader)) put(facts, "reporter", person_line(turn, c.reporter));
    const bool unwritten = c.text.find(words::kNoTranscript) != std::string::npos;
    if (unwritten && written) facts["listen"] = "1";
    if (confidential(c)) facts["private"] = "1";
  }
  return facts;
}

}  // namespace huiyin
