#include "handlers/telegram/api.h"

#include <charconv>
#include <optional>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/plain_text.h"
#include "handlers/telegram/telegram.h"
#include "handlers/utf8.h"

namespace huiyin::telegram {
namespace {

namespace json = boost::json;

constexpr std::size_t kButtonsInRow = 3;
constexpr std::size_t kMaxLabel = 64;  // characters; more would not be shown

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A chat may also be named ("@channel"); ours are numbers.
json::value chat_of(std::string_view id) {
  if (const auto number = number_of(id)) return *number;
  return json::string{id.data(), id.size()};
}

// Commands that are too long for a button stand in the text only.
json::array keyboard(const std::vector<Button>& buttons) {
  json::array rows;
  json::array row;
  std::size_t count = 0;
  for (const auto& button : buttons) {
    const auto command = presentable(button.command);
    if (command.empty() || command.size() > kMaxButtonData || ++count > kMaxButtons) continue;
    auto label = presentable(button.label.empty() ? button.command : button.label);
    json::object entry;
    entry["text"] = std::string{cut_characters(label, kMaxLabel)};
    entry["callback_data"] = command;
    row.push_back(std::move(entry));
    if (row.size() < kButtonsInRow) continue;
    rows.push_back(std::move(row));
    row = {};
  }
  if (!row.empty()) rows.push_back(std::move(row));
  return rows;
}

struct CardId {
  std::string_view chat;
  std::int64_t message = 0;
};
std::optional<CardId> read_card(std::string_view id) {
  const auto colon = id.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto message = number_of(id.substr(colon + 1));
  if (!message) return std::nullopt;
  return CardId{id.substr(0, colon), *message};
}

}  // namespace

net::OutgoingRequest message_request(const Account& account, const Notice& notice) {
  json::object body;
  const auto card = read_card(notice.replaces);
  if (card) {
    body["chat_id"] = chat_of(card->chat);
    body["message_id"] = card->message;
  } else {
    body["chat_id"] = chat_of(notice.recipient);
  }
  body["text"] = plain_text(notice, kMaxText, kUtf16);
  json::object preview;
  preview["is_disabled"] = true;  // it would fetch the case's page, and show it
  body["link_preview_options"] = std::move(preview);
  // An edit without reply_markup takes the old buttons away, which is what a card without moves
  // needs.
  if (auto rows = keyboard(notice.buttons); !rows.empty()) {
    json::object markup;
    markup["inline_keyboard"] = std::move(rows);
    body["reply_markup"] = std::move(markup);
  }
  return post_json(
      account.api_base + "/bot" + account.token + (card ? "/editMessageText" : "/sendMessage"),
      body);
}

// What it leads to is never told, so nothing that must arrive goes this way.
net::HttpResponse answer_button(const std::string& query_id) {
  json::object body;
  body["method"] = "answerCallbackQuery";
  body["callback_query_id"] = query_id;
  return net::HttpResponse::text(200, json::serialize(body), "application/json");
}

}  // namespace huiyin::telegram
