// The content of one message object of the Bot API.
#pragma once

#include <boost/json.hpp>

#include "server/cases/message.h"

namespace huiyin::telegram {

enum class Content {
  said,       // by a person
  service,    // told by the chat itself (pinned, title changed, timers): nobody said it
  senseless,  // a field is there but not what makes it one
};

// Fills kind, text, media, position and scene from `object`. A contact becomes a supplement
// ("补充 …"): somebody's number is no case of its own.
Content read_content(const boost::json::object& object, Message& message);

// What an edit says now: text or caption as a supplement ("补充 …"), so that it neither opens a
// case of its own nor repeats a command. Empty when it changed no words (a live position that
// moves).
std::string edited_words(const boost::json::object& object);

}  // namespace huiyin::telegram
