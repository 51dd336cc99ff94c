// UTF-8 by hand: what is cut, counted or repaired here goes into XML, JSON and length-limited
// fields.
#pragma once

#include <string>
#include <string_view>

namespace huiyin {

// No overlong forms, surrogates, or values above U+10FFFF.
bool is_utf8(std::string_view text);

// Longest prefix of at most `bytes` that ends between two characters. `text` must be UTF-8.
std::string_view cut_bytes(std::string_view text, std::size_t bytes);
// The same, of at most `characters` code points.
std::string_view cut_characters(std::string_view text, std::size_t characters);
std::size_t count_characters(std::string_view text);
// The same in UTF-16 code units, in which some platforms count: two for 😀 and 𠮷.
std::string_view cut_utf16(std::string_view text, std::size_t units);
std::size_t count_utf16(std::string_view text);

// Fit to be sent: broken bytes become U+FFFD; control characters other than \n and \t, U+FFFE and
// U+FFFF, which XML 1.0 forbids even as references, are dropped.
std::string presentable(std::string_view text);

// Takes the first code point off `text`; U+FFFD, one byte, where it is broken. `text` not empty.
char32_t next_character(std::string_view& text);
void append_character(std::string& text, char32_t character);

bool is_han(char32_t character);

}  // namespace huiyin
