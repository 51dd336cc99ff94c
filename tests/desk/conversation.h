// Conversations as tables: who says what, and which notices follow, in order.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fakes/desk_harness.h"

namespace huiyin::conversation {

// `who`: instructor, deputy, clerk, clerk2, officer, county, leader, city, cityleader, water ...;
// "photo:NAME" sends a picture of NAME; "file:NAME" a file called `says`; "clock" moves the clock,
// `says` is minutes ("+30") or an instant; anything else is a resident. `kinds`: audience/kind of
// every notice. `read`: text found in the first notice for the speaker, or, for the clock, in the
// first notice of all; null when it does not matter.
struct Line {
  const char* who;
  const char* says;
  std::vector<std::string> kinds;
  const char* read = nullptr;
};

struct Talk {
  const char* label;
  std::vector<Line> lines;
};

inline PersonId speaker(fakes::DeskHarness& desk, const std::string& who) {
  using namespace fakes::people;
  const std::map<std::string, PersonId> cadres{{"instructor", instructor},
                                               {"deputy", deputy},
                                               {"clerk", clerk},
                                               {"clerk2", second_clerk},
                                               {"officer", officer},
                                               {"county", county_clerk},
                                               {"leader", county_leader},
                                               {"city", city_clerk},
                                               {"cityleader", city_leader},
                                               {"water", water},
                                               {"labour", labour},
                                               {"partner", partner},
                                               {"grid", grid},
                                               {"citywater", city_water}};
  const auto found = cadres.find(who);
  return found != cadres.end() ? found->second : desk.resident(who);
}

inline void play(fakes::DeskHarness& desk, const std::vector<Line>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    SCOPED_TRACE("line " + std::to_string(i + 1) + ": " + line.who + ": " + line.says);
    std::string who = line.who;
    std::vector<const NoticeDraft*> notices;
    std::vector<Decision> decisions;
    PersonId reader;
    if (who == "clock") {
      const std::string to = line.says;
      const Instant then = to[0] == '+' ? desk.now + std::chrono::minutes{std::stoi(to.substr(1))}
                                        : fakes::at(line.says);
      decisions = desk.pass_until(then);
    } else if (who.starts_with("photo:")) {
      reader = speaker(desk, who.substr(6));
      Message message;
      message.kind = MessageKind::image;
      message.media_id = "MEDIA-1";
      decisions.push_back(desk.send(reader, message));
    } else if (who.starts_with("file:")) {
      reader = speaker(desk, who.substr(5));
      Message message;
      message.kind = MessageKind::file;
      message.text = line.says;
      decisions.push_back(desk.send(reader, message));
    } else if (who.starts_with("scan:") || who.starts_with("follow:")) {
      const auto colon = who.find(':');
      reader = speaker(desk, who.substr(colon + 1));
      Message message;
      message.kind = who.starts_with("scan") ? MessageKind::scan : MessageKind::follow;
      message.scene = line.says;
      decisions.push_back(desk.send(reader, message));
    } else {
      reader = speaker(desk, who);
      decisions.push_back(desk.say(reader, line.says));
    }
    for (const auto& decision : decisions)
      for (const auto& notice : decision.notices)
        if (!notice.edits && !notice.muted) notices.push_back(&notice);  // muted: on paper only
    std::vector<std::string> kinds;
    for (const auto* notice : notices)
      kinds.push_back(std::string{name(notice->audience)} + "/" + notice->kind);
    EXPECT_THAT(kinds, testing::ElementsAreArray(line.kinds));
    if (!line.read) continue;
    std::string text;
    for (const auto* notice : notices)
      if (text.empty() && (!reader || notice->to == reader)) text = desk.read(*notice);
    EXPECT_THAT(text, testing::HasSubstr(line.read));
  }
}

class Talks : public testing::TestWithParam<Talk> {};

inline std::string label(const testing::TestParamInfo<Talk>& info) { return info.param.label; }

}  // namespace huiyin::conversation
