#include "server/cases/working_set.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace huiyin {

namespace {

// std::map nodes stay where they are, so pointers into them do too.
template <class Key, class T>
const T* row_of(const std::map<Key, Tracked<T>>& rows, Key id) {
  const auto found = rows.find(id);
  return found == rows.end() ? nullptr : &found->second.row;
}

[[noreturn]] void fail(const char* what, std::int64_t id) {
  throw std::logic_error{"working set: " + std::string{what} + " " + std::to_string(id)};
}

// A changed row carries the version that was read; a created one has none in the set and version 0.
template <class Key, class T>
void check_version(const std::map<Key, Tracked<T>>& rows, Key id, const T& row, const char* what) {
  if (!id) fail(what, id.raw());
  const auto found = rows.find(id);
  const std::int64_t expected = found == rows.end() ? 0 : found->second.row.version;
  if (row.version != expected) fail(what, id.raw());
}

template <class Key, class T>
void put(std::map<Key, Tracked<T>>& rows, Key id, T row) {
  using State = typename Tracked<T>::State;
  const auto [place, fresh] = rows.try_emplace(id, Tracked<T>{row, State::created});
  if (fresh) return;
  place->second.row = std::move(row);
  if (place->second.state == State::loaded) place->second.state = State::changed;
}

// Drafts have no registration yet: they are the newest.
bool newer(const Case* a, const Case* b) {
  const bool draft_a = a->registered_at == Instant{}, draft_b = b->registered_at == Instant{};
  if (draft_a != draft_b) return draft_a;
  if (a->registered_at != b->registered_at) return a->registered_at > b->registered_at;
  return a->id > b->id;
}

std::vector<const Case*> newest_first(const std::map<PersonId, std::set<CaseId>>& index,
                                      const std::map<CaseId, Tracked<Case>>& cases, PersonId id) {
  std::vector<const Case*> found;
  if (const auto ids = index.find(id); ids != index.end())
    for (CaseId one : ids->second) found.push_back(&cases.at(one).row);
  std::ranges::sort(found, newer);
  return found;
}

template <class Key>
void drop(std::map<Key, std::set<CaseId>>& index, const Key& key, CaseId id) {
  const auto found = index.find(key);
  if (found == index.end()) return;
  found->second.erase(id);
  if (found->second.empty()) index.erase(found);
}

}  // namespace

void Need::merge(const Need& other) {
  cases.insert(other.cases.begin(), other.cases.end());
  numbers.insert(other.numbers.begin(), other.numbers.end());
  persons.insert(other.persons.begin(), other.persons.end());
  cases_of.insert(other.cases_of.begin(), other.cases_of.end());
  history.insert(other.history.begin(), other.history.end());
  codes.insert(other.codes.begin(), other.codes.end());
  near.insert(other.near.begin(), other.near.end());
  queues.insert(other.queues.begin(), other.queues.end());
  all_of.insert(other.all_of.begin(), other.all_of.end());
  owners |= other.owners;
}

// ---- loading ------------------------------------------------------------------------------------

void WorkingSet::put_loaded(Case row) {
  const CaseId id = row.id;
  const auto [place, fresh] = cases_.try_emplace(id, Tracked<Case>{std::move(row)});
  if (!fresh) return;
  const Case& kept = place->second.row;
  index(kept);
  if (!kept.parties.empty() || !kept.waits.empty()) links_before_.emplace(id, links_of(kept));
}

void WorkingSet::put_loaded(Person row) {
  const PersonId id = row.id;
  persons_.try_emplace(id, Tracked<Person>{std::move(row)});
}

void WorkingSet::put_loaded(Account row) {
  const AccountId id = row.id;
  const auto [place, fresh] = accounts_.try_emplace(id, Tracked<Account>{std::move(row)});
  const Account& kept = place->second.row;
  if (fresh) by_user_.emplace(std::pair{kept.channel, kept.user}, id);
}

void WorkingSet::put_loaded(Conversation row) {
  const PersonId id = row.person;
  conversations_.try_emplace(id, Tracked<Conversation>{std::move(row)});
}

void WorkingSet::reload(Account row) {
  const auto found = accounts_.find(row.id);
  if (found == accounts_.end()) {
    put_loaded(std::move(row));
  } else if (found->second.state == Tracked<Account>::loaded) {
    found->second.row = std::move(row);
  }
}

void WorkingSet::put_card(Card card) {
  auto& cards = cards_[card.about];
  const auto same = [&](const Card& other) { return other.notice == card.notice; };
  if (std::ranges::none_of(cards, same)) cards.push_back(std::move(card));
}

void WorkingSet::put_code(BindCode code) { codes_.try_emplace(code.code, std::move(code)); }

void WorkingSet::put_history(CaseId id, std::vector<Event> events) {
  if (history_.contains(id)) return;
  for (const Event& event : new_events_)
    if (event.case_id == id) events.push_back(event);
  history_.emplace(id, std::move(events));
}

void WorkingSet::put_near(const UnitCode& unit, std::vector<Case> cases) {
  auto& read = near_[unit];
  for (auto& row : cases)
    if (std::ranges::find(read, row.id, &Case::id) == read.end()) read.push_back(std::move(row));
}

void WorkingSet::put_owners(std::set<OwnerOf> owners) { owners_ = std::move(owners); }

void WorkingSet::mark_asked(const Need& need) { asked_.merge(need); }

void WorkingSet::create(Person row) {
  const PersonId id = row.id;
  if (!id ||
      !persons_.try_emplace(id, Tracked<Person>{std::move(row), Tracked<Person>::created}).second)
    fail("person created twice:", id.raw());
}

void WorkingSet::create(Account row) {
  const AccountId id = row.id;
  const auto user = std::pair{row.channel, row.user};
  if (!id || accounts_.contains(id) || by_user_.contains(user))
    fail("account created twice:", id.raw());
  accounts_.emplace(id, Tracked<Account>{std::move(row), Tracked<Account>::created});
  by_user_.emplace(user, id);
}

void WorkingSet::change(Account row) {
  const AccountId id = row.id;
  if (!accounts_.contains(id)) fail("account changed but not here:", id.raw());
  check_version(accounts_, id, row, "account changed from another version:");
  put(accounts_, id, std::move(row));
}

// ---- deciding -----------------------------------------------------------------------------------

const Case* WorkingSet::find_case(CaseId id) const { return row_of(cases_, id); }

const Case* WorkingSet::find_case(std::string_view number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : find_case(found->second);
}

const Person* WorkingSet::person(PersonId id) const { return row_of(persons_, id); }

const Account* WorkingSet::account(AccountId id) const { return row_of(accounts_, id); }

const Account* WorkingSet::account(std::string_view channel, std::string_view user) const {
  const auto found = by_user_.find(std::pair{std::string{channel}, std::string{user}});
  return found == by_user_.end() ? nullptr : account(found->second);
}

std::vector<const Account*> WorkingSet::accounts_of(PersonId id) const {
  std::vector<const Account*> found;
  for (const auto& [account, tracked] : accounts_)
    if (tracked.row.person == id) found.push_back(&tracked.row);
  return found;
}

Conversation WorkingSet::conversation(PersonId id) const {
  if (const Conversation* found = row_of(conversations_, id)) return *found;
  Conversation none;
  none.person = id;
  return none;
}

std::vector<const Case*> WorkingSet::reported_by(PersonId id) const {
  return newest_first(by_reporter_, cases_, id);
}

std::vector<const Case*> WorkingSet::owned_by(PersonId id) const {
  return newest_first(by_owner_, cases_, id);
}

std::vector<const Case*> WorkingSet::shared_with(PersonId id) const {
  return newest_first(by_party_, cases_, id);
}

std::vector<const Case*> WorkingSet::waiting_at(const UnitCode& unit) const {
  std::vector<const Case*> found;
  if (const auto ids = by_queue_.find(unit); ids != by_queue_.end())
    for (CaseId one : ids->second) found.push_back(&cases_.at(one).row);
  std::ranges::sort(found, {}, [](const Case* c) { return std::pair{c->stage_at, c->id}; });
  return found;
}

// A case that is in the set itself is seen as it is there, which may be in another unit by now.
std::vector<const Case*> WorkingSet::near(const UnitCode& unit) const {
  std::vector<const Case*> found;
  if (const auto here = by_unit_.find(unit); here != by_unit_.end())
    for (CaseId one : here->second) found.push_back(&cases_.at(one).row);
  if (const auto read = near_.find(unit); read != near_.end())
    for (const Case& row : read->second)
      if (!cases_.contains(row.id)) found.push_back(&row);
  std::ranges::sort(found, newer);
  return found;
}

const std::vector<Event>& WorkingSet::history(CaseId id) const {
  static const std::vector<Event> kNone;
  const auto found = history_.find(id);
  return found == history_.end() ? kNone : found->second;
}

bool WorkingSet::asked_number(std::string_view number) const {
  return by_number_.contains(number) || asked_.numbers.contains(std::string{number});
}

bool WorkingSet::asked_case(CaseId id) const {
  return cases_.contains(id) || asked_.cases.contains(id);
}

// A person just created has no cases and no other account anywhere.
bool WorkingSet::asked_cases_of(PersonId id) const {
  return asked_.cases_of.contains(id) || created(id);
}

bool WorkingSet::asked_person(PersonId id) const {
  return asked_.persons.contains(id) || created(id);
}

const std::vector<Card>& WorkingSet::cards(CaseId id) const {
  static const std::vector<Card> kNone;
  const auto found = cards_.find(id);
  return found == cards_.end() ? kNone : found->second;
}

const BindCode* WorkingSet::find_code(std::string_view code) const {
  const auto found = codes_.find(code);
  return found == codes_.end() ? nullptr : &found->second;
}

bool WorkingSet::asked_code(std::string_view code) const {
  return codes_.contains(code) || asked_.codes.contains(std::string{code});
}

bool WorkingSet::asked_all_of(PersonId id) const {
  return asked_.all_of.contains(id) || created(id);
}

bool WorkingSet::asked_history(CaseId id) const {
  return history_.contains(id) || asked_.history.contains(id) || created(id);
}

bool WorkingSet::created(PersonId id) const {
  const auto found = persons_.find(id);
  return found != persons_.end() && found->second.state == Tracked<Person>::created;
}

bool WorkingSet::created(CaseId id) const {
  const auto found = cases_.find(id);
  return found != cases_.end() && found->second.state == Tracked<Case>::created;
}

WorkingSet::Links WorkingSet::links_of(const Case& row) {
  Links links;
  for (const Party& party : row.parties) links.parties.insert(party.person);
  for (const Wait& wait : row.waits) links.queues.insert(wait.unit);
  return links;
}

const WorkingSet::Links& WorkingSet::links_before(CaseId id) const {
  static const Links kNone;
  const auto found = links_before_.find(id);
  return found == links_before_.end() ? kNone : found->second;
}

// ---- changing -----------------------------------------------------------------------------------

void WorkingSet::index(const Case& row) {
  if (!row.number.empty()) by_number_.emplace(row.number, row.id);
  if (row.reporter) by_reporter_[row.reporter].insert(row.id);
  if (row.owner) by_owner_[row.owner].insert(row.id);
  for (const Party& party : row.parties) by_party_[party.person].insert(row.id);
  for (const Wait& wait : row.waits) by_queue_[wait.unit].insert(row.id);
  if (row.unit && row.stage != Stage::draft) by_unit_[row.unit].insert(row.id);
}

void WorkingSet::unindex(const Case& row) {
  by_number_.erase(row.number);
  drop(by_reporter_, row.reporter, row.id);
  drop(by_owner_, row.owner, row.id);
  for (const Party& party : row.parties) drop(by_party_, party.person, row.id);
  for (const Wait& wait : row.waits) drop(by_queue_, wait.unit, row.id);
  drop(by_unit_, row.unit, row.id);
}

void WorkingSet::set_handle(NoticeId card, const std::string& handle) {
  for (auto& [about, cards] : cards_)
    for (Card& one : cards)
      if (one.notice == card) one.handle = handle;
}

void WorkingSet::redact(const std::vector<std::pair<EventId, std::string>>& events) {
  const std::map<EventId, std::string> texts{events.begin(), events.end()};
  const auto replace = [&](std::vector<Event>& list) {
    for (Event& event : list)
      if (const auto text = texts.find(event.id); text != texts.end()) event.text = text->second;
  };
  replace(new_events_);
  for (auto& [id, history] : history_) replace(history);
}

void WorkingSet::fold(const Decision& decision) {
  for (const Case& row : decision.cases)
    check_version(cases_, row.id, row, "case decided from another version:");
  for (const Person& row : decision.persons)
    check_version(persons_, row.id, row, "person decided from another version:");
  for (const Conversation& row : decision.conversations)
    check_version(conversations_, row.person, row, "conversation decided from another version:");

  for (const Case& row : decision.cases) {
    if (const Case* before = find_case(row.id)) unindex(*before);
    put(cases_, row.id, row);
    index(row);
  }
  for (const Person& row : decision.persons) put(persons_, row.id, row);
  for (const Conversation& row : decision.conversations) put(conversations_, row.person, row);
  for (const Event& event : decision.events) {
    new_events_.push_back(event);
    if (created(event.case_id) || history_.contains(event.case_id))
      history_[event.case_id].push_back(event);
  }
  if (decision.erasure) redact(decision.erasure->events);
  for (const BindCode& code : decision.codes) codes_.insert_or_assign(code.code, code);
  for (const std::string& code : decision.used_codes) {
    codes_.erase(code);
    asked_.codes.insert(code);  // looked for, and there no longer
  }
}

}  // namespace huiyin
