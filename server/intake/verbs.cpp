#include <array>

#include "server/intake/meaning.h"

namespace huiyin {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Verb::count_)> kVerbs = {
    "none",         "status",        "supplement",   "withdraw", "urge",      "rate",
    "reopen",       "anonymous",     "confidential", "bind",     "follow",    "human",
    "privacy",      "mute",          "help",         "language", "unfollow",  "erase",
    "bind_account", "prefer",        "accept",       "return",   "contact",   "progress",
    "ask",          "close",         "escalate",     "transfer", "co_handle", "extend",
    "suspend",      "resume",        "merge",        "unmerge",  "hand_over", "enter_for",
    "todo",         "leave",         "told",         "diary",    "visit",     "co_building",
    "duties",       "triage",        "send_down",    "rule",     "approve",   "reject",
    "supervise",    "request_claim", "invalidate",   "meeting",  "stats",     "coverage",
    "support",      "hard_list",     "claim",        "instruct", "appoint"};
static_assert(kVerbs.back() == "appoint", "one name for each verb, in the enum's order");

}  // namespace

std::string_view verb_name(Verb verb) { return kVerbs.at(static_cast<std::size_t>(verb)); }

std::optional<Verb> verb_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kVerbs.size(); ++i) {
    if (kVerbs[i] == name) return static_cast<Verb>(i);
  }
  return std::nullopt;
}

}  // namespace huiyin
