// The content of one message object of the webhook.
#pragma once

#include <boost/json.hpp>

#include "server/cases/message.h"

namespace huiyin::whatsapp {

// Fills kind, text, media, position and card. False when the object lacks what makes it one of its
// type. Unknown types become MessageKind::other.
bool read_content(const boost::json::object& object, Message& message);

}  // namespace huiyin::whatsapp
