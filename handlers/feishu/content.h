// What a person said: `content` of a message, which is JSON inside a JSON string. Facts: page
// "接收消息内容".
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/cases/message.h"

namespace huiyin::feishu {

// A message of mixed content (post) becomes several: its words, then each of its pictures.
struct Part {
  MessageKind kind = MessageKind::text;
  std::string text{};
  std::string media_id{}, media_format{};
  std::optional<Position> position{};
};

// `mentions`: the message's list. In a group (`addressed`) the robot's own @name is how one speaks
// to it: mentions in front of the words are dropped, others become "@name". Empty when the content
// lacks what its type promises; unknown types are one part of kind `other`.
std::vector<Part> read_content(std::string_view type, const boost::json::object& content,
                               const boost::json::array& mentions, bool addressed);

}  // namespace huiyin::feishu
