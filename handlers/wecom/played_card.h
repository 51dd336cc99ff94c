// A template card as the client shows it, and the platform's checks of its fields.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace huiyin::wecom {

struct PlayedCard {
  int fault = 0;  // errcode
  std::string shown;
  std::vector<std::string> keys;
};

// `replace_text`, which greys all buttons, counts only where a card is changed.
PlayedCard play_card(const boost::json::object& card, bool is_update = false);
bool is_task_id(std::string_view id);

}  // namespace huiyin::wecom
