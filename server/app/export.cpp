#include "server/app/export.h"

#include <boost/json.hpp>
#include <map>
#include <ostream>

#include "server/app/import_tables.h"
#include "server/intake/masking.h"

namespace huiyin {
namespace {

namespace json = boost::json;
constexpr int kDone = 0, kBad = 2;

std::optional<Instant> since_of(const std::string& text) {
  return parse_rfc3339(text.size() == 10 ? text + "T00:00:00+08:00" : text);
}

json::value time_or_null(Instant at) {
  return at == Instant{} ? json::value{} : json::value{format_rfc3339(at)};
}

json::object as_json(const Event& event) {
  return {{"at", format_rfc3339(event.at)},
          {"move", name(event.move)},
          {"from", name(event.from)},
          {"to", name(event.to)},
          {"level", static_cast<int>(event.level)},
          {"by", name(event.role)},
          {"text", mask_personal(event.text)}};
}

json::object as_json(const Case& c, const std::vector<Event>& events) {
  json::array moves;
  for (const Event& event : events) moves.push_back(as_json(event));
  return {{"number", c.number},
          {"stage", name(c.stage)},
          {"level", static_cast<int>(c.level)},
          {"urgency", name(c.urgency)},
          {"type", name(c.type)},
          {"outcome", name(c.outcome)},
          {"topic", c.topic},
          {"unit", c.unit.raw()},
          {"place", mask_personal(c.place)},
          {"text", mask_personal(c.text)},
          {"result", mask_personal(c.result)},
          {"reporter_kind", name(c.reporter_kind)},
          {"owner_unit", c.owner_unit.raw()},
          {"round", c.round},
          {"returns", c.returns},
          {"urges", c.urges},
          {"rating", c.rating},
          {"registered_at", time_or_null(c.registered_at)},
          {"dispatched_at", time_or_null(c.dispatched_at)},
          {"accepted_at", time_or_null(c.accepted_at)},
          {"contacted_at", time_or_null(c.contacted_at)},
          {"due_at", time_or_null(c.due_at)},
          {"closed_at", time_or_null(c.closed_at)},
          {"events", std::move(moves)}};
}

std::map<PersonId, std::string> codes_in(store::Store& store) {
  std::map<PersonId, std::string> codes;
  for (const auto& listed : store.list_people()) codes[listed.person.id] = listed.person.code;
  return codes;
}

void export_duties(store::Store& store, std::ostream& out) {
  const auto codes = codes_in(store);
  std::vector<store::Store::DutyImport> duties;
  const DirectoryPtr directory = store.load_directory();
  for (const Duty& d : directory->duties()) {
    const auto code = codes.find(d.person);
    if (code == codes.end()) continue;  // the built-in duty desk is not imported either
    duties.push_back({d.unit, code->second, d.priority, d.role, d.from, d.to, d.hours});
  }
  write_duties(out, duties);
}

void export_leaves(store::Store& store, std::ostream& out) {
  const auto codes = codes_in(store);
  std::vector<store::Store::LeaveImport> leaves;
  const DirectoryPtr directory = store.load_directory();
  for (const Leave& leave : directory->leaves()) {
    const auto person = codes.find(leave.person), deputy = codes.find(leave.deputy);
    if (person == codes.end()) continue;
    leaves.push_back({person->second, deputy == codes.end() ? std::string{} : deputy->second,
                      leave.from, leave.to});
  }
  write_leaves(out, leaves);
}

}  // namespace

int run_export(store::Store& store, const ExportRequest& request, std::ostream& out,
               std::ostream& errors) {
  const std::string& table = request.table;
  const bool cases = table == "cases";
  if (!cases && table != "units" && table != "people" && table != "duties" && table != "leaves") {
    errors << "export: unknown table; allowed are cases, units, people, duties, leaves\n";
    return kBad;
  }
  const std::string format = cases ? "jsonl" : "tsv";
  if (!request.format.empty() && request.format != format) {
    errors << "export: " << table << " are written as " << format << " only\n";
    return kBad;
  }
  if (cases) {
    const auto since = since_of(request.since);
    if (!since) {
      errors << "export: --since wants 2026-03-26 or 2026-03-26T09:00:00+08:00\n";
      return kBad;
    }
    store.export_cases(*since, [&](const Case& c, const std::vector<Event>& events) {
      out << json::serialize(as_json(c, events)) << '\n';
    });
  } else if (table == "units") {
    write_units(out, store.load_directory()->units());
  } else if (table == "people") {
    if (!request.personal) {
      errors << "export: people hold names and telephones; add --personal to export them\n";
      return kBad;
    }
    write_people(out, store.list_people());
  } else if (table == "leaves") {
    export_leaves(store, out);
  } else {
    export_duties(store, out);
  }
  return kDone;
}

}  // namespace huiyin
