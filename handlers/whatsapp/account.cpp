#include "handlers/whatsapp/account.h"

#include <algorithm>
#include <array>

#include "handlers/config_keys.h"
#include "handlers/whatsapp/whatsapp.h"

namespace huiyin::whatsapp {
namespace {

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"app_secret", true, true, "the app secret of the Meta app, letters and digits"},
    {"verify_token", true, true, "your own choice, as typed into the webhook's configuration"},
    {"access_token", true, true, "the permanent token of a system user"},
    {"phone_number_id", false, true, "the id of the sending number, digits"},
    {"api_version", false, false, "v and a number, default v21.0"},
    {"template_name", false, false, "approved template for what is said after the 24 hours"},
    {"template_language", false, false, "the template's language, default zh_CN"},
    {"template_values", false, false,
     "what goes into {{1}},{{2}},...: number,place,status,...; sources: number place status owner "
     "due result title text"},
});

constexpr auto kSources = std::to_array<std::string_view>(
    {"number", "place", "status", "owner", "due", "result", "title", "text"});

bool is_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return c == '_' || c == '.' || is_alphanumeric(std::string_view{&c, 1});
  });
}

std::string bearer(const ChannelConfig& config) {
  auto token = required_key(config, "access_token");
  if (!std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; }))
    refuse_key("access_token", "must be printable ASCII without blanks");
  return token;
}

std::vector<std::string> read_values(std::string_view text) {
  std::vector<std::string> values;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto value = text.substr(0, comma);
    if (std::ranges::find(kSources, value) == kSources.end())
      refuse_key("template_values",
                 "must be some of number place status owner due result title text, with commas "
                 "between them");
    values.emplace_back(value);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return values;
}

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = base_url(config, kDefaultApiBase);
  account.app_secret = required_key(config, "app_secret");
  if (!is_alphanumeric(account.app_secret)) refuse_key("app_secret", "must be letters and digits");
  account.verify_token = required_key(config, "verify_token");
  account.access_token = bearer(config);
  account.phone_number_id = required_key(config, "phone_number_id");
  if (!is_digits(account.phone_number_id)) refuse_key("phone_number_id", "must be digits");
  account.api_version = optional_key(config, "api_version");
  if (account.api_version.empty()) account.api_version = "v21.0";
  if (!account.api_version.starts_with('v') || !is_name(account.api_version))
    refuse_key("api_version", "must be v and a number, such as v21.0");

  account.template_name = optional_key(config, "template_name");
  account.template_language = optional_key(config, "template_language");
  if (account.template_language.empty()) account.template_language = "zh_CN";
  if (!is_name(account.template_name) || !is_name(account.template_language))
    refuse_key("template_name", "name and language must be letters, digits and _");
  account.template_values = read_values(optional_key(config, "template_values"));
  if (account.template_name.empty() && !account.template_values.empty())
    refuse_key("template_name", "is missing beside template_values");
  return account;
}

}  // namespace huiyin::whatsapp
