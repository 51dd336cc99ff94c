// What of a case has no column of its own, as one text: a line a thing, its parts separated by tabs
// as in content.h. Empty for a draft, one short line for most cases:
//   overall, review      <at>
//   previous, resembles  <case>
//   extended, deadlocks  <number>
//   ruled, enforcement
//   concerned            <person> ...
//   request              <kind> <by> <at> <until> <other case> <text>
//   party                <person> <kind> <account> <unit> <own number> <since> <rating>
//   wait                 <unit> <kind>
#pragma once

#include <string>
#include <string_view>

#include "server/cases/case.h"

namespace huiyin::store {

std::string encode_workflow(const Case& c);
// Fills the fields of a case that has none of them yet. Lines of unknown kind and further parts (a
// newer program's) are passed over; throws Trouble::broken for a known one that cannot be read.
void decode_workflow(std::string_view text, Case& c);

}  // namespace huiyin::store
