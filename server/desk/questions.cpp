#include "server/desk/questions.h"

namespace huiyin::questions {

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
