// [store] url of the configuration.
#pragma once

#include <string>

namespace huiyin::store {

struct Url {
  enum Engine { sqlite, mysql } engine = sqlite;
  std::string path;  // sqlite: file
  std::string host, user, password, database;
  int port = 3306;
  std::string socket;   // instead of host and port
  bool tls = false;     // encrypted or not at all
  std::string ca_file;  // implies tls, with the server's certificate checked
};

// "sqlite:path", "mysql://user:password@host:port/database[?socket=/path][&tls=on][&ca=/path]";
// user, password, database and option values may be percent-encoded, host may be [IPv6]. Throws
// std::invalid_argument; the text says what is wrong and never repeats the URL.
Url parse_url(const std::string& text);

}  // namespace huiyin::store
