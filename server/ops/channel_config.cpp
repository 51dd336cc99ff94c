#include "server/ops/channel_config.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

#include "server/ops/secret.h"

namespace huiyin::settings {

namespace {

constexpr std::string_view kNameForm =
    "must be 1 to 32 small letters, digits, - or _, for example wechat; it is part of the "
    "address /hooks/NAME";

bool is_channel_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Tokens travel to this address: plain HTTP only within the machine.
bool is_api_base(std::string_view url) {
  if (url.ends_with('/') || url.find('@') != std::string_view::npos) return false;
  if (url.starts_with("https://")) return url.size() > 8;
  if (!url.starts_with("http://")) return false;
  url.remove_prefix(7);
  const auto end = url.starts_with('[') ? url.find(']') + 1 : url.find_first_of(":/");
  return is_loopback_host(url.substr(0, end));
}

// A platform's key that is no secret: text, or a number as it stands (agent_id = 1000002).
std::optional<std::string> read_plain(Section& section, const ChannelKey& key) {
  const Node* node = section.ask(key.name);
  if (!node) return std::nullopt;
  if (node->type == Node::text || node->overridden) return node->string;
  if (node->type == Node::whole) return std::to_string(node->number);
  if (node->type == Node::flag) return node->boolean ? "true" : "false";
  section.wrong(key.name, "must be text in \"quotes\"" +
                              (key.allowed.empty() ? "" : ": " + std::string{key.allowed}));
  return std::nullopt;
}

using Told = std::set<std::string, std::less<>>;  // keys whose fault is reported already

// Faults among the keys that the platform lists; any of them keeps the channel closed.
Told read_keys(Section& section, const Platform& platform, ChannelConfig& channel) {
  Told told;
  for (const ChannelKey& key : platform.keys) {
    const bool given = section.has(key.name);
    const auto value = key.secret ? read_secret(section, key.name, Problem::channel_disabled)
                                  : read_plain(section, key);
    const bool empty = !value || value->empty();
    if (!empty) channel.keys[std::string{key.name}] = *value;
    // An empty secret never means "without": what was meant to be locked stays shut.
    const bool said = given && (key.secret || !value);
    if (empty && said) told.emplace(key.name);
    if (!empty || !key.required || said) continue;
    section.wrong(key.name,
                  std::string{given ? "is empty" : "is missing"} +
                      ", so the channel stays closed; allowed: " +
                      (key.allowed.empty() ? "text" : std::string{key.allowed}),
                  Problem::channel_disabled);
    told.emplace(key.name);
  }
  return told;
}

// Lets the platform look at its keys. Its words are "<key>: <what is allowed>", one fault a line,
// without values.
bool platform_agrees(Section& section, const Platform& platform, const ChannelConfig& channel,
                     const Told& told) {
  if (!platform.make) return true;
  try {
    platform.make(channel);
    return true;
  } catch (const std::invalid_argument& refused) {
    std::istringstream lines{refused.what()};
    for (std::string line; std::getline(lines, line);) {
      const auto colon = line.find(": ");
      const std::string key = line.substr(0, colon);
      const bool names_key =
          colon != std::string::npos &&
          std::ranges::find(platform.keys, key, &ChannelKey::name) != platform.keys.end();
      if (names_key && told.contains(key)) continue;
      section.wrong(names_key ? key : "platform",
                    (names_key ? line.substr(colon + 2) : line) + " (the channel stays closed)",
                    Problem::channel_disabled);
    }
    return false;
  }
}

std::optional<ChannelConfig> read_channel(Section& section, std::span<const Platform> platforms,
                                          bool loopback) {
  constexpr std::array<std::string_view, 3> kAudiences{"residents", "cadres", "all"};
  std::vector<std::string_view> names;
  for (const Platform& platform : platforms) names.push_back(platform.name);

  ChannelConfig channel;
  channel.name = section.text("name", "");
  channel.platform = section.one_of("platform", "", names);
  channel.audience = section.one_of("audience", "all", kAudiences);
  channel.api_base = section.text("api_base", "");
  const bool named = is_channel_name(channel.name);
  if (const Node* name = section.ask("name"); !named && (!name || name->type == Node::text))
    section.wrong("name", std::string{kNameForm});
  if (!section.has("platform")) section.wrong("platform", "is missing; must be " + join(names));

  const auto platform = std::ranges::find(platforms, channel.platform, &Platform::name);
  if (platform == platforms.end()) {
    // Whose keys they are is not known, so none of them is called unknown.
    for (const std::string& key : section.keys()) section.ask(key);
    return std::nullopt;
  }
  if (channel.api_base.empty()) channel.api_base = platform->default_api_base;
  const bool reachable = channel.api_base.empty() || is_api_base(channel.api_base);
  if (!reachable)
    section.wrong("api_base",
                  "must be https://... without a slash at its end (http:// only to this machine)");
  const Told told = read_keys(section, *platform, channel);
  if (platform->loopback_only && !loopback) {
    section.wrong("platform",
                  "this platform has no password: it is refused unless server.listen is a loopback "
                  "address such as 127.0.0.1:8080",
                  Problem::channel_disabled);
    return std::nullopt;
  }
  const bool agreed = platform_agrees(section, *platform, channel, told);
  if (!named || !reachable || !told.empty() || !agreed) return std::nullopt;
  return channel;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::vector<ChannelConfig> read_channels(Section& root, Reading& reading,
                                         std::span<const Platform> platforms, bool loopback) {
  for (const std::string_view key : {"name", "platform", "audience", "api_base"})
    reading.know("channel." + std::string{key});
  std::vector<ChannelConfig> channels;
  std::set<std::string> names;
  root.each("channel", [&](Section& section) {
    auto channel = read_channel(section, platforms, loopback);
    const Node* name = section.ask("name");
    const bool fresh = !name || name->string.empty() || names.insert(name->string).second;
    if (!fresh) section.wrong("name", "another channel has this name already");
    if (fresh && channel) channels.push_back(std::move(*channel));
  });
  return channels;
}

}  // namespace huiyin::settings
