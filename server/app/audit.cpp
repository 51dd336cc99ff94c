#include "server/app/audit.h"

#include <algorithm>
#include <boost/json.hpp>
#include <ostream>

#include "server/app/test_clock.h"
#include "server/cases/names.h"
#include "server/pipeline/supply.h"

namespace huiyin {
namespace {

constexpr int kDone = 0, kNo = 1, kBad = 2;
constexpr std::chrono::hours kCodeLives{24};

std::string line_of(const store::Unheard& one) {
  std::string line = one.case_number + " " + one.kind + ", since " + format_rfc3339(one.since) +
                     ", " + one.channel + ", " + std::string{name(one.state)};
  if (!one.code.empty()) line += " (" + one.code + ")";
  return line + (one.asked ? ", telephone call asked" : ", telephone call not asked");
}

boost::json::object object_of(const store::Unheard& one) {
  return {{"promise", "P2"},        {"case", one.case_number},
          {"kind", one.kind},       {"since", format_rfc3339(one.since)},
          {"channel", one.channel}, {"state", name(one.state)},
          {"code", one.code},       {"telephone_asked", one.asked}};
}

}  // namespace

int run_audit(store::Store& store, const AuditRequest& request, std::ostream& out,
              std::ostream& errors) {
  std::optional<Instant> now = SystemClock{}.now();
  if (!request.at.empty()) now = parse_rfc3339(request.at);
  if (!now) {
    errors << "--at: not an RFC 3339 instant such as 2026-03-26T09:00:00+08:00\n";
    return kBad;
  }
  const auto unheard = store.never_heard(*now - std::chrono::hours{request.older});
  if (request.format == "json") {
    boost::json::array violations;
    for (const store::Unheard& one : unheard) violations.push_back(object_of(one));
    out << boost::json::object{{"violations", std::move(violations)}} << "\n";
  } else {
    for (const store::Unheard& one : unheard) out << line_of(one) << "\n";
    out << unheard.size() << " echo(es) not heard after " << request.older << " h\n";
  }
  return unheard.empty() ? kDone : kNo;
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
