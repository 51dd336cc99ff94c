// Slack writes three characters of a text as entities, and gives <...> a meaning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace huiyin::slack {

// & < > as entities, so that residents' words call nobody ("<!channel>").
std::string escape(std::string_view text);
// The same, cut between characters into pieces of at most `most` characters.
std::vector<std::string> escape_pieces(std::string_view text, std::size_t most);
// What a person typed: "<https://a.cn|a.cn>" → "a.cn", "<@U1>" → "@U1", entities read.
std::string unescape(std::string_view text);

}  // namespace huiyin::slack
