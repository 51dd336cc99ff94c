#include "server/pipeline/links.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "server/pipeline/hex.h"
#include "server/pipeline/random.h"

namespace huiyin {
namespace {

constexpr std::size_t kSigned = 16;  // bytes of the HMAC in a link

// Digits up to `end`, no sign, nothing else.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

MediaLinks::MediaLinks(std::string public_url, std::string secret, std::chrono::hours lifetime)
    : public_url_{std::move(public_url)}, secret_{std::move(secret)}, lifetime_{lifetime} {}

std::string MediaLinks::fresh_secret() { return hex(random_bytes()) + hex(random_bytes()); }

std::string MediaLinks::link(MediaId id, Instant now) const {
  if (public_url_.empty()) return "";
  const auto until =
      std::chrono::ceil<std::chrono::seconds>((now + lifetime_).time_since_epoch()).count();
  const std::string what = std::to_string(id.raw()) + "." + std::to_string(until);
  return public_url_ + "/m/" + what + "." + signature(what);
}

std::optional<MediaId> MediaLinks::open(std::string_view token, Instant now) const {
  const Opened opened = look(token, now);
  return opened.state == Opened::good ? std::optional{opened.id} : std::nullopt;
}

// The signature is looked at first and in constant time, so that the answer to a forged token tells
// nothing of what a right one would be.
MediaLinks::Opened MediaLinks::look(std::string_view token, Instant now) const {
  const auto last = token.rfind('.');
  if (last == std::string_view::npos) return {};
  const auto what = token.substr(0, last), given = token.substr(last + 1);
  const std::string right = signature(what);
  if (given.size() != right.size() || CRYPTO_memcmp(given.data(), right.data(), right.size()) != 0)
    return {};
  const auto dot = what.find('.');
  const auto id = number(what.substr(0, dot));
  const auto until = number(what.substr(dot + 1));
  if (dot == std::string_view::npos || !id || !until) return {};
  return {Instant{std::chrono::seconds{*until}} < now ? Opened::over : Opened::good, MediaId{*id}};
}

std::string MediaLinks::signature(std::string_view what) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned size = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(what.data()), what.size(), mac.data(), &size);
  return hex(std::span{mac}.first(kSigned));
}

}  // namespace huiyin
