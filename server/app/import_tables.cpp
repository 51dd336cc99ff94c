#include "server/app/import_tables.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "server/cases/hours.h"
#include "server/ops/tsv.h"

namespace huiyin {
namespace {

using Names = std::span<const std::string_view>;

enum Table : std::size_t { kUnits, kPeople, kDuties, kLeaves };
namespace units {
enum { code, name, kind, parent, aliases, former, topics, lat, lon, from, to, phone };
constexpr std::array<std::string_view, 12> kColumns = {
    "code",   "name", "kind", "parent",     "aliases",  "former_names",
    "topics", "lat",  "lon",  "valid_from", "valid_to", "phone"};
constexpr std::array<std::string_view, 3> kRequired = {"code", "name", "kind"};
}  // namespace units
namespace people {
enum { id, name, phone, accounts, specialities };
constexpr std::array<std::string_view, 5> kColumns = {"id", "name", "phone", "accounts",
                                                      "specialities"};
constexpr std::array<std::string_view, 2> kRequired = {"id", "name"};
}  // namespace people
namespace duties {
enum { unit, person, priority, role, from, to, hours };
constexpr std::array<std::string_view, 7> kColumns = {"unit", "person", "priority", "role",
                                                      "from", "to",     "hours"};
constexpr std::array<std::string_view, 3> kRequired = {"unit", "person", "role"};
}  // namespace duties
namespace leaves {
enum { person, from, to, deputy };
constexpr std::array<std::string_view, 4> kColumns = {"person", "from", "to", "deputy"};
constexpr std::array<std::string_view, 3> kRequired = {"person", "from", "to"};
}  // namespace leaves

const std::array<TsvTable, 4> kTables = {{{"units", units::kColumns, units::kRequired},
                                          {"people", people::kColumns, people::kRequired},
                                          {"duties", duties::kColumns, duties::kRequired},
                                          {"leaves", leaves::kColumns, leaves::kRequired}}};

constexpr std::size_t kLongestKey = 64;    // codes, ids, channel names, in bytes
constexpr std::size_t kLongestName = 200;  // bytes
constexpr std::size_t kProgressEach = 50000;

template <std::size_t N>
std::string allowed(const std::array<std::string_view, N>& names) {
  std::string all;
  for (const std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string{name};
  return all;
}

std::vector<std::string> list_of(std::string_view cell) {
  std::vector<std::string> words;
  while (!cell.empty()) {
    const std::size_t bar = cell.find('|');
    if (bar != 0) words.emplace_back(cell.substr(0, bar));
    if (bar == std::string_view::npos) break;
    cell.remove_prefix(bar + 1);
  }
  return words;
}

// "2026-03-26" (midnight in Shanghai) or RFC 3339.
std::optional<Instant> instant_of(std::string_view cell) {
  if (cell.size() == 10) return parse_rfc3339(std::string{cell} + "T00:00:00+08:00");
  return parse_rfc3339(cell);
}

// Reads one file after the other into `tables`, and remembers where each row stood for the checks
// that need all of them.
class Reader {
 public:
  Reader(const KnownDirectory& known, Problems& problems) : known_{known}, problems_{problems} {}

  void row(std::size_t table, const TsvRow& row) {
    row_ = &row;
    if (table == kUnits) read_unit(row);
    if (table == kPeople) read_person(row);
    if (table == kDuties) read_duty(row);
    if (table == kLeaves) read_leave(row);
  }
  ImportTables finish() {
    check_units();
    check_duties();
    check_leaves();
    return std::move(tables_);
  }

 private:
  void bad(Names columns, std::size_t column, std::string what) {
    problems_.push_back(
        {Problem::error, row_->place(), std::string{columns[column]}, std::move(what)});
  }
  std::string key(Names columns, std::size_t column) {
    const std::string_view cell = (*row_)[column];
    if (cell.empty()) bad(columns, column, "empty, wanted is an identifier");
    if (cell.size() > kLongestKey) bad(columns, column, "too long, at most 64 bytes are allowed");
    return std::string{cell};
  }
  std::string title(Names columns, std::size_t column) {
    const std::string_view cell = (*row_)[column];
    if (cell.empty()) bad(columns, column, "empty, wanted is a name");
    if (cell.size() > kLongestName) bad(columns, column, "too long, at most 200 bytes are allowed");
    return std::string{cell};
  }
  Instant time(Names columns, std::size_t column) {
    const std::string_view cell = (*row_)[column];
    if (cell.empty()) return {};
    const auto at = instant_of(cell);
    if (!at) bad(columns, column, "no date, allowed are 2026-03-26 and 2026-03-26T09:00:00+08:00");
    return at.value_or(Instant{});
  }
  void ordered(Names columns, std::size_t column, Instant from, Instant to) {
    if (from == Instant{} || to == Instant{} || from < to) return;
    bad(columns, column, "must be later than " + std::string{columns[column - 1]});
  }
  std::optional<double> degrees(std::size_t column, double most) {
    const std::string_view cell = (*row_)[column];
    if (cell.empty()) return std::nullopt;
    double value = 0;
    const auto end = cell.data() + cell.size();
    const auto read = std::from_chars(cell.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end || !(value >= -most && value <= most)) {
      const std::string limit = std::to_string(static_cast<int>(most));
      bad(units::kColumns, column, "no degrees, allowed is -" + limit + " to " + limit);
      return std::nullopt;
    }
    return value;
  }
  void once(std::unordered_map<std::string, FilePlace>& seen, const std::string& key, Names columns,
            std::size_t column) {
    const auto [first, fresh] = seen.emplace(key, row_->place());
    if (fresh) return;
    bad(columns, column,
        "is there twice, first in " + first->second.file + ":" +
            std::to_string(first->second.line) + "; each is allowed once");
  }

  void read_unit(const TsvRow& row);
  void read_person(const TsvRow& row);
  void read_duty(const TsvRow& row);
  void read_leave(const TsvRow& row);
  void check_units();
  void check_duties();
  void check_leaves();
  bool known_person(const std::string& code) const {
    return people_.contains(code) || known_.accounts_of_person.contains(code);
  }

  const KnownDirectory& known_;
  Problems& problems_;
  const TsvRow* row_ = nullptr;
  ImportTables tables_;
  std::vector<FilePlace> unit_places_, duty_places_, leave_places_;
  std::unordered_map<std::string, FilePlace> codes_, people_, accounts_, duty_keys_, leave_keys_;
};

void Reader::read_unit(const TsvRow& row) {
  Unit unit;
  unit.code = UnitCode{key(units::kColumns, units::code)};
  unit.name = title(units::kColumns, units::name);
  const auto kind = from_name<UnitKind>(row[units::kind]);
  if (!kind) {
    bad(units::kColumns, units::kind,
        "unknown, allowed are " + allowed(EnumNames<UnitKind>::kNames));
  }
  unit.kind = kind.value_or(UnitKind::village);
  unit.parent = UnitCode{std::string{row[units::parent]}};
  unit.aliases = list_of(row[units::aliases]);
  unit.former_names = list_of(row[units::former]);
  unit.topics = list_of(row[units::topics]);
  unit.latitude = degrees(units::lat, 90);
  unit.longitude = degrees(units::lon, 180);
  if (row[units::lat].empty() != row[units::lon].empty()) {
    bad(units::kColumns, units::lat, "lat and lon go together, give both or none");
  }
  unit.valid_from = time(units::kColumns, units::from);
  unit.valid_to = time(units::kColumns, units::to);
  ordered(units::kColumns, units::to, unit.valid_from, unit.valid_to);
  unit.phone = std::string{row[units::phone]};
  once(codes_, unit.code.raw(), units::kColumns, units::code);
  tables_.units.push_back(std::move(unit));
  unit_places_.push_back(row.place());
}

void Reader::read_person(const TsvRow& row) {
  Person person;
  person.code = key(people::kColumns, people::id);
  person.name = title(people::kColumns, people::name);
  person.phone = std::string{row[people::phone]};
  std::vector<std::pair<std::string, std::string>> accounts;
  for (const std::string& account : list_of(row[people::accounts])) {
    const std::size_t colon = account.find(':');
    const bool good = colon != std::string::npos && colon > 0 && colon <= kLongestKey &&
                      colon + 1 < account.size() && account.find(' ') == std::string::npos;
    if (!good) {
      bad(people::kColumns, people::accounts,
          "not readable, allowed is channel:userid|channel:userid");
      continue;
    }
    once(accounts_, account, people::kColumns, people::accounts);
    accounts.emplace_back(account.substr(0, colon), account.substr(colon + 1));
  }
  once(people_, person.code, people::kColumns, people::id);
  tables_.people.emplace_back(std::move(person), std::move(accounts));
  tables_.specialities.push_back(list_of(row[people::specialities]));
}

void Reader::read_duty(const TsvRow& row) {
  store::Store::DutyImport duty;
  duty.unit = UnitCode{key(duties::kColumns, duties::unit)};
  duty.person_code = key(duties::kColumns, duties::person);
  const std::string_view priority = row[duties::priority];
  if (!priority.empty()) {
    const auto end = priority.data() + priority.size();
    const auto read = std::from_chars(priority.data(), end, duty.priority);
    if (read.ec != std::errc{} || read.ptr != end || duty.priority < 1 || duty.priority > 99) {
      bad(duties::kColumns, duties::priority, "no priority, allowed is 1 (first) to 99");
    }
  }
  const auto role = from_name<DutyRole>(row[duties::role]);
  if (!role) {
    bad(duties::kColumns, duties::role,
        "unknown, allowed are " + allowed(EnumNames<DutyRole>::kNames));
  }
  duty.role = role.value_or(DutyRole::stationed_cadre);
  duty.from = time(duties::kColumns, duties::from);
  duty.to = time(duties::kColumns, duties::to);
  ordered(duties::kColumns, duties::to, duty.from, duty.to);
  duty.hours = std::string{row[duties::hours]};
  if (!DutyHours::parse(duty.hours)) {
    bad(duties::kColumns, duties::hours,
        "no duty hours, allowed is like 08:30-12:00,14:00-17:30 Mon-Fri, or nothing for always");
  }
  once(duty_keys_,
       duty.unit.raw() + '\t' + duty.person_code + '\t' + std::string{row[duties::role]} + '\t' +
           format_rfc3339(duty.from),
       duties::kColumns, duties::person);
  tables_.duties.push_back(std::move(duty));
  duty_places_.push_back(row.place());
}

void Reader::read_leave(const TsvRow& row) {
  store::Store::LeaveImport leave;
  leave.person_code = key(leaves::kColumns, leaves::person);
  leave.deputy_code = std::string{row[leaves::deputy]};
  for (const auto column : {leaves::from, leaves::to})
    if (row[column].empty()) bad(leaves::kColumns, column, "empty, wanted is a date");
  leave.from = time(leaves::kColumns, leaves::from);
  leave.to = time(leaves::kColumns, leaves::to);
  ordered(leaves::kColumns, leaves::to, leave.from, leave.to);
  if (!leave.deputy_code.empty() && leave.deputy_code == leave.person_code)
    bad(leaves::kColumns, leaves::deputy, "is the person who is away; empty means nobody");
  once(leave_keys_, leave.person_code + '\t' + format_rfc3339(leave.from), leaves::kColumns,
       leaves::person);
  tables_.leaves.push_back(std::move(leave));
  leave_places_.push_back(row.place());
}

// Parents are in the files or in the database, and lead to a top.
void Reader::check_units() {
  std::unordered_map<std::string_view, std::string_view> parents;
  for (const auto& [code, parent] : known_.parent_of_unit) parents[code] = parent;
  for (const Unit& unit : tables_.units) parents[unit.code.raw()] = unit.parent.raw();
  for (std::size_t i = 0; i < tables_.units.size(); ++i) {
    std::string_view at = tables_.units[i].parent.raw();
    if (!at.empty() && !parents.contains(at)) {
      problems_.push_back({Problem::error, unit_places_[i], "parent",
                           "no unit with this code in the files or the database"});
      continue;
    }
    constexpr int kDeepest = 32;
    int depth = 0;
    for (; depth < kDeepest && !at.empty(); ++depth) {
      const auto parent = parents.find(at);
      at = parent == parents.end() ? std::string_view{} : parent->second;
    }
    if (depth == kDeepest) {
      problems_.push_back({Problem::error, unit_places_[i], "parent",
                           "goes round in a circle, the top unit has no parent"});
    }
  }
}

void Reader::check_duties() {
  for (std::size_t i = 0; i < tables_.duties.size(); ++i) {
    const auto& duty = tables_.duties[i];
    if (!codes_.contains(duty.unit.raw()) && !known_.parent_of_unit.contains(duty.unit.raw())) {
      problems_.push_back({Problem::error, duty_places_[i], "unit",
                           "no unit with this code in the files or the database"});
    }
    if (!known_person(duty.person_code)) {
      problems_.push_back({Problem::error, duty_places_[i], "person",
                           "nobody with this id in the files or the database"});
    }
  }
}

void Reader::check_leaves() {
  constexpr const char* kNobody = "nobody with this id in the files or the database";
  for (std::size_t i = 0; i < tables_.leaves.size(); ++i) {
    const auto& leave = tables_.leaves[i];
    if (!known_person(leave.person_code))
      problems_.push_back({Problem::error, leave_places_[i], "person", kNobody});
    if (!leave.deputy_code.empty() && !known_person(leave.deputy_code))
      problems_.push_back({Problem::error, leave_places_[i], "deputy", kNobody});
  }
}

// Tabs and line ends cannot be in a cell; they were refused when the row came in.
std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : "|") + word;
  return all;
}
std::string number(const std::optional<double>& value) {
  if (!value) return {};
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), *value).ptr;
  return {text.data(), end};
}
void header(std::ostream& out, Names columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) out << (i == 0 ? "" : "\t") << columns[i];
  out << '\n';
}

}  // namespace

ImportTables read_tables(const std::vector<std::string>& files, const KnownDirectory& known,
                         const std::function<void(const std::string&, std::size_t)>& progress,
                         Problems& problems) {
  Reader reader{known, problems};
  for (const std::string& file : files) {
    std::ifstream in{file, std::ios::binary};
    if (!in) {
      problems.push_back({Problem::error, {file, 0, 0}, "", "cannot be opened for reading"});
      continue;
    }
    std::size_t rows = 0;
    read_tsv(
        in, file, kTables,
        [&](std::size_t table, const TsvRow& row) {
          reader.row(table, row);
          if (++rows % kProgressEach == 0) progress(file, rows);
        },
        problems);
  }
  return reader.finish();
}

void write_units(std::ostream& out, const std::vector<Unit>& rows) {
  header(out, units::kColumns);
  for (const Unit& u : rows) {
    out << u.code.raw() << '\t' << u.name << '\t' << name(u.kind) << '\t' << u.parent.raw() << '\t'
        << joined(u.aliases) << '\t' << joined(u.former_names) << '\t' << joined(u.topics) << '\t'
        << number(u.latitude) << '\t' << number(u.longitude) << '\t' << format_rfc3339(u.valid_from)
        << '\t' << format_rfc3339(u.valid_to) << '\t' << u.phone << '\n';
  }
}

void write_people(std::ostream& out, const std::vector<store::Store::ListedPerson>& rows) {
  header(out, people::kColumns);
  for (const auto& [person, accounts, specialities] : rows) {
    std::vector<std::string> logins;
    for (const auto& [channel, user] : accounts) logins.push_back(channel + ":" + user);
    out << person.code << '\t' << person.name << '\t' << person.phone << '\t' << joined(logins)
        << '\t' << joined(specialities) << '\n';
  }
}

void write_duties(std::ostream& out, const std::vector<store::Store::DutyImport>& rows) {
  header(out, duties::kColumns);
  for (const auto& d : rows) {
    out << d.unit.raw() << '\t' << d.person_code << '\t' << d.priority << '\t' << name(d.role)
        << '\t' << format_rfc3339(d.from) << '\t' << format_rfc3339(d.to) << '\t' << d.hours
        << '\n';
  }
}

void write_leaves(std::ostream& out, const std::vector<store::Store::LeaveImport>& rows) {
  header(out, leaves::kColumns);
  for (const auto& leave : rows) {
    out << leave.person_code << '\t' << format_rfc3339(leave.from) << '\t'
        << format_rfc3339(leave.to) << '\t' << leave.deputy_code << '\n';
  }
}

}  // namespace huiyin
