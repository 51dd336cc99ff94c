#include "server/app/audit.h"

#include <algorithm>
#include <boost/json.hpp>
#include <ostream>

#include "server/app/promises.h"
#include "server/app/test_clock.h"
#include "server/cases/names.h"
#include "server/pipeline/supply.h"

namespace huiyin {
namespace {

constexpr int kDone = 0, kNo = 1, kBad = 2;
constexpr std::chrono::hours kCodeLives{24};

boost::json::object object_of(const Violation& one) {
  boost::json::object object{{"promise", one.promise}, {"what", one.what}};
  if (one.about) object["case_id"] = one.about.raw();
  if (!one.number.empty()) object["case"] = one.number;
  if (one.event) object["event"] = one.event.raw();
  if (one.person) object["person"] = one.person.raw();
  return object;
}

}  // namespace

int run_audit(store::Store& store, const Policy& policy, const AuditRequest& request,
              std::ostream& out, std::ostream& errors) {
  std::optional<Instant> now = SystemClock{}.now();
  if (!request.at.empty()) now = parse_rfc3339(request.at);
  if (!now) {
    errors << "--at: not an RFC 3339 instant such as 2026-03-26T09:00:00+08:00\n";
    return kBad;
  }
  const DirectoryPtr directory = store.load_directory();
  const auto violations =
      check_promises(store, *directory, policy, *now, std::chrono::hours{request.older});
  if (request.format == "json") {
    boost::json::array objects;
    for (const Violation& one : violations) objects.push_back(object_of(one));
    out << boost::json::object{{"violations", std::move(objects)}} << "\n";
  } else {
    for (const Violation& one : violations) out << show(one) << "\n";
    out << violations.size() << " broken promise(s)\n";
  }
  return violations.empty() ? kDone : kNo;
}

int run_bind_code(store::Store& store, const std::string& person, Instant now, std::ostream& out,
                  std::ostream& errors) {
  const auto people = store.list_people();
  const auto found = std::ranges::find_if(
      people, [&person](const auto& listed) { return listed.person.code == person; });
  if (found == people.end()) {
    errors << "no person with this id; ids are in people.tsv (huiyin export --table people "
              "--personal)\n";
    return kNo;
  }
  const BindCode code{fresh_bind_code(), found->person.id, now + kCodeLives};
  store.add_code(code);
  out << code.code << "\n"
      << "good once, until " << format_rfc3339(code.until) << "; from the new account: 绑定 "
      << code.code << "\n";
  return kDone;
}

}  // namespace huiyin
