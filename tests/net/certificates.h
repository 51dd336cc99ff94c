// A certificate authority that lives for one test.
#pragma once

#include <string>

namespace huiyin::net::testing {

// Fresh keys in a temporary directory, which goes with the object.
class Certificates {
 public:
  Certificates();
  ~Certificates();

  std::string ca_file() const { return directory_ + "/ca.pem"; }
  std::string file(const std::string& name) const { return directory_ + "/" + name; }
  // Writes NAME.pem and NAME.key, signed by the authority. `subject_alt` like "DNS:localhost" or
  // "IP:127.0.0.1"; `serial` tells two of them apart.
  void issue(const std::string& name, const std::string& subject_alt, long serial,
             bool expired = false) const;

 private:
  std::string directory_;
  struct Authority;
  Authority* authority_;
};

}  // namespace huiyin::net::testing
