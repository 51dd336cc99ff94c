#include "handlers/wechat/account.h"

#include "handlers/config_keys.h"
#include "handlers/wechat/wechat.h"

namespace huiyin::wechat {
namespace {

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"app_id", false, true, "the AppID of the account, letters and digits"},
    {"app_secret", true, true, "the AppSecret of the account"},
    {"token", true, true, "3 to 32 letters and digits, as in the platform's console"},
    {"aes_key", true, false, "43 characters, the EncodingAESKey; required unless mode is plain"},
    {"mode", false, false, "safe (default), compatible or plain, as in the platform's console"},
    {"window_seconds", false, false,
     "10 to 86400: pushes whose timestamp differs more are refused; default 300 in plain mode, "
     "else "
     "no limit"},
    {"template_id", false, false, "template message for what is said after the 48 hours"},
    {"template_kind", false, false,
     "message (default, 模板消息) or subscription (订阅通知): what template_id is"},
    {"template_fields", false, false,
     "thing1=place,phrase2=status,...; sources: number place status owner due result title text"},
});

std::string read_app_id(const ChannelConfig& config) {
  auto app_id = required_key(config, "app_id");
  if (!is_alphanumeric(app_id) || app_id.size() > 64)
    refuse_key("app_id", "must be 1 to 64 letters and digits");
  return app_id;
}

std::string read_token(const ChannelConfig& config) {
  auto token = required_key(config, "token");
  if (!is_alphanumeric(token) || token.size() < 3 || token.size() > 32)
    refuse_key("token", "must be 3 to 32 letters and digits");
  return token;
}

Mode read_mode(const std::string& text) {
  if (text.empty() || text == "safe") return Mode::safe;
  if (text == "compatible") return Mode::compatible;
  if (text == "plain") return Mode::plain;
  refuse_key("mode", "must be plain, compatible or safe, as in the platform's console");
}

TemplateKind read_template_kind(const std::string& text) {
  if (text.empty() || text == "message") return TemplateKind::message;
  if (text == "subscription") return TemplateKind::subscription;
  refuse_key("template_kind", "must be message or subscription");
}

void read_template(const ChannelConfig& config, Account& account) {
  account.template_id = optional_key(config, "template_id");
  const auto fields = optional_key(config, "template_fields");
  if (account.template_id.empty() != fields.empty())
    refuse_key(fields.empty() ? "template_fields" : "template_id",
               "template_id and template_fields must be given together");
  account.template_kind = read_template_kind(optional_key(config, "template_kind"));
  account.template_fields = parse_template_fields(fields);
}

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = base_url(config, kDefaultApiBase);

  KeyFaults faults;
  faults.collect([&] { account.app_id = read_app_id(config); });
  faults.collect([&] { account.app_secret = required_key(config, "app_secret"); });
  faults.collect([&] { account.token = read_token(config); });
  faults.collect([&] { account.mode = read_mode(optional_key(config, "mode")); });
  faults.collect([&] {
    const auto aes_key = account.mode == Mode::plain ? optional_key(config, "aes_key")
                                                     : required_key(config, "aes_key");
    if (!aes_key.empty()) account.envelope.emplace(account.token, aes_key, account.app_id);
    if (account.mode == Mode::plain) account.envelope.reset();  // was only checked
  });
  faults.collect([&] {
    account.window = std::chrono::seconds{
        integer_key(config, "window_seconds", account.mode == Mode::plain ? 300 : 0, 10, 86400)};
  });
  faults.collect([&] { read_template(config, account); });
  faults.refuse();
  return account;
}

}  // namespace huiyin::wechat
