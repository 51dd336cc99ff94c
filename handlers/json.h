// Boost.JSON with our limits.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace huiyin {

inline constexpr std::size_t kJsonDepth = 32;

// Empty when it is no JSON object, nested deeper than kJsonDepth, or not UTF-8. Never throws for
// bad input.
std::optional<boost::json::object> parse_json_object(std::string_view text);

// Empty when absent or of another type.
std::string json_string(const boost::json::object& object, std::string_view name);
std::optional<std::int64_t> json_integer(const boost::json::object& object, std::string_view name);
std::optional<double> json_number(const boost::json::object& object, std::string_view name);
bool json_true(const boost::json::object& object, std::string_view name);
// Null when absent or of another type; lives as long as `object`.
const boost::json::object* json_object(const boost::json::object& object, std::string_view name);
const boost::json::array* json_array(const boost::json::object& object, std::string_view name);

}  // namespace huiyin
