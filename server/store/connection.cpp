#include "server/store/connection.h"

#include <stdexcept>

namespace huiyin::store {

std::int64_t Value::integer() const {
  if (const auto* v = std::get_if<std::int64_t>(&v_)) return *v;
  if (const auto* v = std::get_if<double>(&v_)) return static_cast<std::int64_t>(*v);
  if (const auto* v = std::get_if<std::string>(&v_)) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(v->data(), v->data() + v->size(), out);
    if (error == std::errc{}) return out;
  }
  if (is_null()) return 0;
  throw Error{Trouble::broken, 0, "the database returned text where a number belongs"};
}

double Value::real() const {
  if (const auto* v = std::get_if<double>(&v_)) return *v;
  return static_cast<double>(integer());
}

const std::string& Value::text() const {
  static const std::string kEmpty;
  if (const auto* v = std::get_if<std::string>(&v_)) return *v;
  if (const auto* v = std::get_if<Blob>(&v_)) return v->bytes;
  if (is_null()) return kEmpty;
  throw Error{Trouble::broken, 0, "the database returned a number where text belongs"};
}

std::unique_ptr<Connection> connect(const Url& url) {
  return url.engine == Url::sqlite ? connect_sqlite(url) : connect_mysql(url);
}

}  // namespace huiyin::store
