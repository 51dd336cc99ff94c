// Small tools of the played platform, apart from the handler's own.
#pragma once

#include <array>
#include <pugixml.hpp>
#include <random>
#include <string>

#include "server/cases/time.h"

namespace huiyin::wecom {

std::string cdata(const std::string& name, std::string text);
std::string bare(const std::string& name, const std::string& text);
std::string played_seconds(Instant at);
std::array<unsigned char, 16> played_random(std::mt19937_64& dice);

// What the client shows when a reply is not to its liking: std::runtime_error.
[[noreturn]] void reply_fault(const std::string& why);
pugi::xml_document parse_reply(const std::string& xml);

}  // namespace huiyin::wecom
