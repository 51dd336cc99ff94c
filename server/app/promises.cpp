#include "server/app/promises.h"

#include <iterator>
#include <string_view>
#include <utility>

namespace huiyin {
namespace {

constexpr std::string_view kTimer = "timer";  // as the pipeline sets its own tasks aside

Violation unheard(const store::Unheard& one) {
  std::string what = one.kind + ", since " + format_rfc3339(one.since) + ", " + one.channel + ", " +
                     std::string{name(one.state)};
  if (!one.code.empty()) what += " (" + one.code + ")";
  what += one.asked ? ", telephone call asked" : ", telephone call not asked";
  return {"P2", one.about, one.case_number, {}, one.person, std::move(what)};
}

Violation lost(const store::Store::Lost& one) {
  Violation violation;
  violation.promise = "P4";
  // Keys of platforms may hold whom the message is from; those of tasks name the case.
  const auto key = one.channel == kTimer ? " " + one.dedupe_key : std::string{};
  violation.what = "message lost: " + one.channel + key + ", " + one.kind + ", at " +
                   format_rfc3339(one.at) + ": " + one.why;
  return violation;
}

}  // namespace

std::string show(const Violation& violation) {
  std::string line = violation.promise;
  if (violation.about)
    line += " " + (violation.number.empty() ? "case #" + std::to_string(violation.about.raw())
                                            : violation.number);
  if (violation.event) line += " event " + std::to_string(violation.event.raw());
  if (violation.person) line += " person " + std::to_string(violation.person.raw());
  return line + ": " + violation.what;
}

std::vector<Violation> check_promises(store::Store& store, const Directory& directory,
                                      const Policy& policy, Instant now, std::chrono::hours older) {
  std::vector<Violation> all;
  store.audit_cases([&](const store::Store::AuditRow& row) {
    auto some = check_case(row, directory, policy, now);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  });
  for (const store::Unheard& one : store.never_heard(now - older)) all.push_back(unheard(one));
  for (const store::Store::Lost& one : store.lost(now - older)) all.push_back(lost(one));
  return all;
}

}  // namespace huiyin
