// What of a notice has no column of its own, as one text: a line a thing, its parts separated by
// tabs: `b<TAB>label<TAB>command`, `l<TAB>link`, `f<TAB>name<TAB>value`. Backslash, tab and line
// feed inside a part are written as \\ \t \n.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/cases/notice.h"

namespace huiyin::store {

// One part, escaped; a line's parts again, without the line feed.
void put_part(std::string& out, std::string_view part);
std::vector<std::string> parts_of(std::string_view line);

std::string encode_content(const Notice& notice);
// Fills buttons, link and fields. Lines of unknown kind (a newer program's) are passed over.
void decode_content(std::string_view content, Notice& notice);

// Lists in one column: `|` between, as in the import files; \| and \\ inside. An empty list and a
// list of one empty text are both "".
std::string join_list(const std::vector<std::string>& list);
std::vector<std::string> split_list(std::string_view text);

// What cards.handle takes: one that does not fit is as good as none.
std::string storable_handle(const std::string& handle);

}  // namespace huiyin::store
