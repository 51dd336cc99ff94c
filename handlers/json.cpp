#include "handlers/json.h"

namespace huiyin {

namespace json = boost::json;

std::optional<json::object> parse_json_object(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepth;
  json::error_code error;
  auto value = json::parse(json::string_view{text.data(), text.size()}, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::string json_string(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string{text->data(), text->size()} : std::string{};
}

std::optional<std::int64_t> json_integer(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  if (!value) return std::nullopt;
  if (const auto* number = value->if_int64()) return *number;
  return std::nullopt;
}

std::optional<double> json_number(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  if (!value || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

bool json_true(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  return value && value->is_bool() && value->get_bool();
}

const json::object* json_object(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  return value ? value->if_object() : nullptr;
}

const json::array* json_array(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  return value ? value->if_array() : nullptr;
}

}  // namespace huiyin
