// Handbook §8: whom to call, before any question. Never says that we called.
#pragma once

#include <string>
#include <string_view>

#include "server/intake/meaning.h"

namespace huiyin {

// Empty when the message speaks of no danger. Conditional when guard words make it uncertain.
std::string emergency_advice(const Meaning& meaning, std::string_view locale);

}  // namespace huiyin
