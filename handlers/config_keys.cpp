#include "handlers/config_keys.h"

#include <algorithm>
#include <charconv>

namespace huiyin {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

std::string optional_key(const ChannelConfig& config, std::string_view name) {
  const auto found = config.keys.find(std::string{name});
  return found == config.keys.end() ? std::string{} : found->second;
}

std::string required_key(const ChannelConfig& config, std::string_view name) {
  auto value = optional_key(config, name);
  if (value.empty()) refuse_key(name, "is missing or empty; the channel stays closed without it");
  return value;
}

int integer_key(const ChannelConfig& config, std::string_view name, int otherwise, int least,
                int most) {
  const auto text = optional_key(config, name);
  if (text.empty()) return otherwise;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    refuse_key(name, "must be a whole number from " + std::to_string(least) + " to " +
                         std::to_string(most));
  return value;
}

std::string base_url(const ChannelConfig& config, std::string_view otherwise) {
  std::string base = config.api_base.empty() ? std::string{otherwise} : config.api_base;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

void refuse_key(std::string_view name, std::string_view allowed) {
  throw std::invalid_argument(std::string{name} + ": " + std::string{allowed});
}

bool is_alphanumeric(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

std::string percent_encode(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
  }
  return out;
}

}  // namespace huiyin
