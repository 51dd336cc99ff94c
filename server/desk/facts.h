// What templates may show of a case. Each notice about a case carries these facts; a fact that does
// not apply is left out, so that {{#fact}} tells whether there is one. Locale is the recipient's.
//
//   number    261123-0042
//   place     石璜镇楼家村溪东自然村
//   text      what was first reported, without the place at its beginning: shortened and masked for
//             reporters (who hear of their pictures in `files`), whole for those who handle it
//   brief     its first words, where room is scarce
//   kind      求助, 投诉 ...                urgency   紧急, 特急; absent when normal
//   status    办理中, or the outcome once closed
//   owner     石璜镇楼家村驻村指导员        phone     published duty phone
//   due       11月30日 (17:30 for urgent matters)     accept_due  by when to accept
//   since     when it was registered
//   outcome   已解决 ...                    result    what was done
//   solved | unsolved   flags after closing; `channel` is the other way when unsolved
//   late      flag: open and past its due date
//   provisional  flag: due in a year whose holidays are not known yet
// Owner and office only: reporter (name and telephone as far as known), more (what was added
// since), resumes (the day when work goes on without the answer that we wait for), listen (flag: a
// voice message has no words).
//
// Who sees what (§11): the owner reads the words as written, an office that only watches reads them
// masked, and so does everybody else. `private`: flag, the reporter is not to be asked for.
//
// Set by single notices: progress, question, answer, supplement, reason, by, rating and grade,
// middling (flag), latest,
// previous, other (flag: a card's reader who does not handle the case any more), files (what came
// with the message: 2张照片), no_phone (flag), said_phone, code, until, linked (flag), count,
// caller, did, heard (flag), next_owner, bound, vague (flag), photo (flag), unit, advice, purpose
// (flag), options and cases (lists with `no`), moves (what its reader can do now: buttons.h).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/desk/privacy.h"
#include "server/desk/turn.h"

namespace huiyin {

using Facts = std::map<std::string, std::string>;

// `reader`: whom the facts are for; none: the owner or the office, by the audience.
Facts case_facts(const Turn& turn, const Case& c, Audience audience, std::string_view locale,
                 PersonId reader = {});

// As shown to anybody but owner and office.
std::string mask_text(std::string_view text);

// Not everybody who handles the case may know who reported it (desk/privacy.h says who).
inline bool confidential(const Case& c) { return c.privacy != Privacy::named; }
// Name and telephone, as far as known; unmasked.
std::string person_line(const Turn& turn, PersonId id);

// What somebody wrote, as the owner reads it; at most 300 characters.
std::string as_written(std::string_view text);
// The same for reporters: masked.
std::string as_told(std::string_view text);
// One of the two: masked when the owner may not know who speaks.
std::string as_owner_reads(const Turn& turn, const Case& c, std::string_view text);

// Lines of a case's text are messages: a message's own line breaks become spaces.
std::string one_line(std::string_view text);
void add_line(Case& c, std::string_view text);

// Without the full stop at its end, for use inside a sentence.
std::string without_stop(std::string text);

// Date, for urgent matters with the time of day.
std::string show_due(const Case& c, Instant at, std::string_view locale);

// At most `limit` characters, cut between two of them, with "…" when something is missing; line
// breaks become spaces.
std::string excerpt(std::string_view text, std::size_t limit);

}  // namespace huiyin
