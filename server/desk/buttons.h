// What a reader may do with a case, as buttons and as a line of words: the table's answer to "what
// may I do now?", in the order in which people need it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/desk/turn.h"

namespace huiyin::buttons {

// One thing that `person` may say about the case. `argument` is a suggestion (a department).
struct Offer {
  Verb verb = Verb::none;
  std::string argument;
  friend bool operator==(const Offer&, const Offer&) = default;
};

// Everything the staff member may do now, most useful first; nothing that he may do as a reporter.
std::vector<Offer> offers(const Turn& turn, const Case& c, PersonId person);
// The first six of them.
std::vector<Button> for_reader(const Turn& turn, const Case& c, PersonId person,
                               std::string_view locale);
// "签收、退回": all of them, without suggestions.
std::string moves(const Turn& turn, const Case& c, PersonId person, std::string_view locale);
// Sets the buttons of a staff notice and its fact `moves` for whom it goes to.
void add(const Turn& turn, const Case& c, NoticeDraft& draft);
// 帮助 with a number: the case, and what the speaker may do with it.
void answer_moves(Turn& turn, const Case& c);

// §6: signs that a matter is hard, for those who decide. Words only: people decide. May be empty.
std::string hint(const Turn& turn, const Case& c, std::string_view locale);

}  // namespace huiyin::buttons
