// Duty roster in words: when somebody is on duty within the week, Shanghai time.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "server/cases/time.h"

namespace huiyin {

// "08:30-17:30 Mon-Fri", "08:30-12:00,14:00-17:30", "18:00-08:00 Mon,Wed,Sat-Sun". Without days:
// every day. A shift that ends before it begins runs over midnight and belongs to the day on which
// it begins; "24:00" is allowed as an end. Empty: always on duty.
class DutyHours {
 public:
  // Empty optional when the text is not of that form.
  static std::optional<DutyHours> parse(std::string_view text);
  bool covers(Instant at) const;

 private:
  struct Shift {
    std::chrono::minutes from, to;  // since local midnight; to > from, beyond 24 h over midnight
  };
  std::vector<Shift> shifts_;   // empty: always
  std::array<bool, 7> days_{};  // by C encoding of the weekday, Sunday = 0
};

}  // namespace huiyin
