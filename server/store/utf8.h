// MySQL refuses text that is not UTF-8; the embedded engine takes it. So that both behave alike,
// and for values that must never be refused. Internal to server/store.
#pragma once

#include <string>
#include <string_view>

namespace huiyin::store {

bool is_utf8(std::string_view text);

// Shortens to what a key column takes, at a character's border; bytes that are not UTF-8 become '?'
// and spaces at the end '_'. For values that must never make a write fail.
std::string clip(std::string_view text, std::size_t characters);

}  // namespace huiyin::store
