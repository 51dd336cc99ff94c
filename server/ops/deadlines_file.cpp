#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "server/ops/policy_files.h"
#include "server/ops/section.h"

namespace huiyin {

namespace {

using settings::Node;
using settings::Reading;
using settings::Section;

constexpr std::string_view kSpanForm =
    "must be a number and a unit: \"3 working days\", \"4 working hours\", \"30 working minutes\", "
    "\"24 hours\" or \"15 minutes\"";
// A year: nothing here is longer, and sums stay far from any limit.
constexpr int kMostNumber = 366 * 24 * 60;

struct Unit {
  std::string_view name;  // singular
  bool working;
  std::chrono::minutes minutes;  // zero: working days
};
constexpr std::array<Unit, 5> kUnits{{{"working day", true, std::chrono::minutes{0}},
                                      {"working hour", true, std::chrono::minutes{60}},
                                      {"working minute", true, std::chrono::minutes{1}},
                                      {"hour", false, std::chrono::minutes{60}},
                                      {"minute", false, std::chrono::minutes{1}}}};

std::optional<Span> parse_span(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc{} || number < 1 || number > kMostNumber || !text.starts_with(' '))
    return std::nullopt;
  text.remove_prefix(1);
  if (text.ends_with('s')) text.remove_suffix(1);
  const auto unit = std::ranges::find(kUnits, text, &Unit::name);
  if (unit == kUnits.end()) return std::nullopt;
  const auto minutes = number * unit->minutes;
  if (minutes > std::chrono::minutes{kMostNumber} || (minutes.count() == 0 && number > 366))
    return std::nullopt;
  if (minutes.count() == 0) return Span{number, {}, {}};
  return unit->working ? Span{0, minutes, {}} : Span{0, {}, minutes};
}

void read_span(Section& in, std::string_view key, Span& span) {
  const Node* node = in.ask(key);
  if (!node) return;
  const auto parsed = node->type == Node::text ? parse_span(node->string) : std::nullopt;
  if (parsed)
    span = *parsed;
  else
    in.wrong(key, std::string{kSpanForm});
}

void read_minutes(Section& in, std::string_view key, std::chrono::minutes& minutes) {
  Span span{0, {}, minutes};
  read_span(in, key, span);
  if (span.natural.count() > 0)
    minutes = span.natural;
  else
    in.wrong(key, "must be hours or minutes, not working time");
}

void read_by_urgency(Section in, std::map<Urgency, Span>& spans) {
  for (const std::string_view word : EnumNames<Urgency>::kNames) {
    const Urgency urgency = from_name<Urgency>(word).value();
    // No normal span in [handle]: that is what handle.working_days is for; no emergency in [claim].
    if (spans.contains(urgency)) read_span(in, word, spans[urgency]);
  }
}

void read_levels(Section& in, std::string_view key, std::array<int, 4>& days) {
  const Node* node = in.ask(key);
  if (!node) return;
  const bool good = node->type == Node::list && node->items.size() == days.size() &&
                    std::ranges::all_of(node->items, [](const Node& n) {
                      return n.type == Node::whole && n.number >= 1 && n.number <= 366;
                    });
  if (!good)
    return in.wrong(key,
                    "must be four numbers of working days from 1 to 366, level 1 to 4: "
                    "[5, 10, 15, 15]");
  std::ranges::transform(node->items, days.begin(),
                         [](const Node& n) { return static_cast<int>(n.number); });
}

void read_handle(Section in, Clocks& clocks) {
  for (auto& [urgency, span] : clocks.handle) read_span(in, name(urgency), span);
  Section days = in.section("working_days");
  for (auto& [type, by_level] : clocks.handle_working_days) read_levels(days, name(type), by_level);
}

void read_wait(Section in, Clocks& clocks) {
  read_span(in, "answer", clocks.answer);
  read_span(in, "draft_place", clocks.draft_place);
  read_span(in, "draft_media", clocks.draft_media);
  read_minutes(in, "supplement_window", clocks.supplement_window);
  read_span(in, "approval", clocks.approval);
  read_minutes(in, "ladder", clocks.ladder);
}

void read_days(Section in, Clocks& clocks) {
  const auto days = [&in](std::string_view key, int& value) {
    value = static_cast<int>(in.whole(key, value, 1, 366));
  };
  days("silence_working_days", clocks.silence_working_days);
  days("reopen_days", clocks.reopen_days);
  days("archive_days", clocks.archive_days);
  days("return_working_days", clocks.return_working_days);
  days("progress_limit_working_days", clocks.progress_limit_working_days);
  days("unclaimed_working_days", clocks.unclaimed_working_days);
  days("extension_working_days", clocks.extension_working_days);
  days("suspension_days", clocks.suspension_days);
}

// "07:30"; before `end`, counted from midnight.
std::optional<std::chrono::minutes> parse_time(std::string_view text, std::chrono::minutes end) {
  int hour = 0, minute = 0;
  const auto number = [](std::string_view digits, int& value) {
    const auto* last = digits.data() + digits.size();
    return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }) &&
           std::from_chars(digits.data(), last, value).ec == std::errc{};
  };
  if (text.size() != 5 || text[2] != ':' || !number(text.substr(0, 2), hour) ||
      !number(text.substr(3), minute) || minute > 59)
    return std::nullopt;
  const std::chrono::minutes time{hour * 60 + minute};
  return time < end ? std::optional{time} : std::nullopt;
}

void read_time(Section& in, std::string_view key, std::chrono::minutes& time,
               std::chrono::hours end) {
  const Node* node = in.ask(key);
  if (!node) return;
  const auto parsed = node->type == Node::text ? parse_time(node->string, end) : std::nullopt;
  if (parsed)
    time = *parsed;
  else
    in.wrong(key, "must be a time of day before " + std::to_string(end.count()) +
                      ":00 with two digits each: \"07:30\"");
}

void read_delivery(Section in, Clocks& clocks) {
  constexpr std::chrono::hours kDay{24}, kNoon{12};
  read_time(in, "quiet_from", clocks.quiet_from, kDay);
  read_time(in, "quiet_to", clocks.quiet_to, kDay);
  read_time(in, "brief", clocks.brief, kNoon);
  clocks.telephone =
      std::chrono::hours{in.whole("telephone_hours", clocks.telephone.count(), 1, 720)};
}

LoadedClocks read_document(const Node& document, Problems problems) {
  LoadedClocks loaded{default_clocks(), std::move(problems)};
  if (has_errors(loaded.problems)) return loaded;
  Reading reading{loaded.problems};
  {
    Section root{reading, document};
    read_by_urgency(root.section("accept"), loaded.clocks.accept);
    read_by_urgency(root.section("contact"), loaded.clocks.contact);
    read_by_urgency(root.section("triage"), loaded.clocks.triage);
    read_by_urgency(root.section("claim"), loaded.clocks.claim);
    read_handle(root.section("handle"), loaded.clocks);
    read_wait(root.section("wait"), loaded.clocks);
    read_days(root.section("days"), loaded.clocks);
    read_delivery(root.section("delivery"), loaded.clocks);
  }
  reading.report_unknown();
  return loaded;
}

}  // namespace

LoadedClocks load_clocks(const std::string& path) {
  Problems problems;
  const Node document = settings::read_file(path, problems);
  return read_document(document, std::move(problems));
}

LoadedClocks read_clocks(std::string_view toml, const std::string& name) {
  Problems problems;
  const Node document = settings::read_text(toml, name, problems);
  return read_document(document, std::move(problems));
}

}  // namespace huiyin
