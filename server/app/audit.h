// huiyin audit: every promise that is broken, one line each.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "server/desk/decide.h"
#include "server/store/store.h"

namespace huiyin {

struct AuditRequest {
  std::string format = "text";  // text | json
  int older = 24;               // hours: what is younger may still be on its way
  std::string at;               // RFC 3339, as of when; empty: now
};

// Exit code: 0 no broken promise, 1 some, 2 bad use. Prints no names, telephones or words of
// people.
int run_audit(store::Store& store, const Policy& policy, const AuditRequest& request,
              std::ostream& out, std::ostream& errors);

// huiyin bind-code: a one-time code for a person of people.tsv. Exit code: 0, or 1 when there is no
// such person.
int run_bind_code(store::Store& store, const std::string& person, Instant now, std::ostream& out,
                  std::ostream& errors);

}  // namespace huiyin
