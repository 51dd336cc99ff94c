#include "server/desk/advice.h"

namespace huiyin {
namespace {

struct Advice {
  std::string_view zh, zh_if, en, en_if;
};

Advice advice_for(Danger danger) {
  switch (danger) {
    case Danger::fire:
      return {"请立即拨打119，并离开危险的地方。", "如正在发生，请立即拨打119。",
              "Call 119 now and leave the dangerous place.",
              "If this is happening now, call 119 at once."};
    case Danger::crime:
      return {"请立即拨打110；不便说话可发短信到12110575。", "如正在发生，请立即拨打110。",
              "Call 110 now; if you cannot speak, text 12110575.",
              "If this is happening now, call 110 at once."};
    case Danger::medical:
      return {"请立即拨打120。", "如有人身体不适，请立即拨打120。", "Call 120 now.",
              "If somebody is unwell, call 120 at once."};
    case Danger::crash:
      return {"请立即拨打122，有人受伤请拨打120。", "如刚发生事故，请拨打122，有人受伤拨打120。",
              "Call 122 now, and 120 if anybody is hurt.",
              "If it happened just now, call 122, and 120 if anybody is hurt."};
    case Danger::suicide:
      return {"请马上拨打110或120；想找人说说话，请拨打12356。",
              "如有危险，请马上拨打110或120；想找人说说话，请拨打12356。",
              "Call 110 or 120 now; to talk to somebody, call 12356.",
              "If there is danger, call 110 or 120 now; to talk to somebody, call 12356."};
    case Danger::none:
      break;
  }
  return {};
}

}  // namespace

std::string emergency_advice(const Meaning& meaning, std::string_view locale) {
  const Advice advice = advice_for(meaning.danger);
  if (locale == "en") return std::string{meaning.danger_certain ? advice.en : advice.en_if};
  return std::string{meaning.danger_certain ? advice.zh : advice.zh_if};
}

}  // namespace huiyin
