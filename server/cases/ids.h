// Distinct types for the program's ids: 64 bits, made by the program (store leases them in blocks).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace huiyin {

template <class Tag, class Rep>
class Id {
 public:
  constexpr Id() = default;  // "none": 0 or empty
  constexpr explicit Id(Rep v) : v_{std::move(v)} {}
  constexpr const Rep& raw() const noexcept { return v_; }
  constexpr explicit operator bool() const noexcept { return v_ != Rep{}; }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Rep v_{};
};

using CaseId = Id<struct CaseTag, std::int64_t>;
using PersonId = Id<struct PersonTag, std::int64_t>;
using AccountId = Id<struct AccountTag, std::int64_t>;
using EventId = Id<struct EventTag, std::int64_t>;
using NoticeId = Id<struct NoticeTag, std::int64_t>;
using MediaId = Id<struct MediaTag, std::int64_t>;
using UnitCode = Id<struct UnitTag, std::string>;  // as imported: "330683115203", "lou-jia"

}  // namespace huiyin

template <class Tag, class Rep>
struct std::hash<huiyin::Id<Tag, Rep>> {
  std::size_t operator()(const huiyin::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.raw());
  }
};
