// Those who reported the same, or asked to hear of it (Case::parties): they hear every move, may
// ask, remind, add, rate and object like the reporter, but not take it back for others.
#pragma once

#include <vector>

#include "server/desk/turn.h"
#include "server/intake/meaning.h"

namespace huiyin {

// The row by which `person` follows the case; null when there is none.
const Party* following(const Case& c, PersonId person);
Party* following(Case& c, PersonId person);
// reporter, follower, both or neither: whatever else the person is.
Roles reporting_roles(const Case& c, PersonId person);

// Cases that the speaker reported or follows, newest first. Of an open one that he follows because
// he reported the same, only his own report is listed as long as that is open.
std::vector<const Case*> told_to(const Turn& turn);
// All of them.
std::vector<const Case*> all_told_to(const Turn& turn);
// What has to be said about `c` to the speaker: his report was joined to another one that he
// follows -> that. Null: rows are missing.
const Case* where_it_goes_on(Turn& turn, const Case& c);
// 1..5 as given by that person; 0: none.
int rating_by(const Case& c, PersonId person);

// An answer to the speaker, who reported or follows the case: says which of both.
NoticeDraft& answer_reporter(Turn& turn, const Case& c, std::string_view kind);

// 关注 编号, 取消关注 编号.
void follow(Turn& turn, const Command& command);
void unfollow(Turn& turn, const Command& command);
// The speaker hears of the case no longer. `c` is put.
void stop_following(Turn& turn, Case c);

}  // namespace huiyin
