#include "server/desk/questions.h"

#include <charconv>
#include <cstdint>

namespace huiyin::questions {

std::vector<std::string> choices(const Conversation& talk) {
  std::vector<std::string> found;
  for (const auto& option : talk.options)
    if (!option.starts_with(kWrongCode)) found.push_back(option);
  return found;
}

std::vector<Instant> wrong_codes(const Conversation& talk) {
  std::vector<Instant> found;
  for (std::string_view option : talk.options) {
    if (!option.starts_with(kWrongCode)) continue;
    option.remove_prefix(kWrongCode.size());
    std::int64_t at = 0;
    if (std::from_chars(option.data(), option.data() + option.size(), at).ec == std::errc{})
      found.emplace_back(std::chrono::microseconds{at});
  }
  return found;
}

std::string wrong_code_at(Instant at) {
  return std::string{kWrongCode} + std::to_string(at.time_since_epoch().count());
}

bool stale(const Conversation& talk, const Policy& policy, Instant now) {
  const auto& q = talk.question;
  if (q.empty()) return false;
  const bool about_draft = q == kPlace || q == kWhichPlace || q == kProblem;
  return !about_draft && now - talk.asked_at > policy.choice_open_for;
}

std::string pack(Verb verb, std::string_view number, std::string_view argument) {
  std::string option{verb_name(verb)};
  option.append(" ").append(number.empty() ? "-" : number);
  if (!argument.empty()) option.append(" ").append(argument);
  return option;
}

Command unpack(std::string_view option) {
  Command command;
  const auto first = option.find(' ');
  command.verb = verb_from_name(option.substr(0, first)).value_or(Verb::none);
  if (first == std::string_view::npos) return command;
  option.remove_prefix(first + 1);
  const auto second = option.find(' ');
  command.number = option.substr(0, second);
  if (command.number == "-") command.number.clear();
  if (second != std::string_view::npos) command.argument = option.substr(second + 1);
  command.whole = command.argument.empty();
  return command;
}

}  // namespace huiyin::questions
