// What we ask people and wait for (Conversation::question). A numbered choice keeps in each option
// the complete command that the number stands for, so that nothing said before is lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/desk/decide.h"

namespace huiyin::questions {

inline constexpr std::string_view kPlace = "place";             // where is it? about a draft
inline constexpr std::string_view kWhichPlace = "which_place";  // options: unit codes; a draft
inline constexpr std::string_view kProblem = "problem";         // what is in the photo? a draft
inline constexpr std::string_view kBind = "bind";               // where do you live?
inline constexpr std::string_view kWhichBind = "which_bind";    // options: unit codes
inline constexpr std::string_view kWhichCase = "which_case";    // options: stored commands
inline constexpr std::string_view kPartners = "partners";  // options: 协办 ...; 0 the last one
inline constexpr std::string_view kWithdraw = "withdraw";  // sure? about a case
inline constexpr std::string_view kErase = "erase";        // sure? about the person's data
inline constexpr std::string_view kWords = "words";        // the text of one stored command

// Wrong one-time codes are remembered beside the question, as last options: "wrong_code" and the
// microseconds since 1970. Turn keeps them apart from the choices.
inline constexpr std::string_view kWrongCode = "wrong_code ";
std::vector<std::string> choices(const Conversation& talk);
std::vector<Instant> wrong_codes(const Conversation& talk);
std::string wrong_code_at(Instant at);

// Choices and confirmations go stale, so that a "3" of tomorrow is not an answer to yesterday's
// list. Questions about a draft live as long as the draft.
bool stale(const Conversation& talk, const Policy& policy, Instant now);

// A command as stored in an option: "progress 261123-0042 the text as written".
std::string pack(Verb verb, std::string_view number, std::string_view argument);
Command unpack(std::string_view option);

}  // namespace huiyin::questions
