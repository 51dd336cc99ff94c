// 删除我的信息 (DESIGN §1a): the one exception to append-only. Internal to server/store.
#pragma once

#include <set>

#include "server/store/bulk.h"

namespace huiyin::store {

// Replaces what the messages and the notices say; `fresh` ones were written by the same decision
// and stay. What is still on its way to somebody is noted and replaced later. Inside a transaction.
void erase(Connection& connection, const Erasure& erasure, const std::set<NoticeId>& fresh);
// Those of the noted ones that have arrived, or never will. Returns how many.
std::size_t erase_arrived(Connection& connection);

}  // namespace huiyin::store
