// Enum <-> stored name, from one table an enum: specialise EnumNames<E>::kNames in enum order.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace huiyin {

template <class E>
struct EnumNames;  // static constexpr std::array<std::string_view, N> kNames

template <class E>
constexpr std::string_view name(E value) {
  return EnumNames<E>::kNames.at(static_cast<std::size_t>(value));
}

template <class E>
constexpr std::optional<E> from_name(std::string_view text) {
  constexpr auto& names = EnumNames<E>::kNames;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<E>(i);
  return std::nullopt;
}

}  // namespace huiyin
