#include "server/app/promises_heard.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace huiyin {
namespace {

using Told = store::Store::AuditRow::Told;

// Event::detail: before the ids of people. "reporter 12", "260326-0002 followers 12 13".
constexpr std::string_view kReporter = "reporter ", kFollowers = " followers ";

void add_people(std::string_view detail, std::string_view after, std::set<PersonId>& people) {
  const auto at = detail.find(after);
  if (at == std::string_view::npos) return;
  std::istringstream rest{std::string{detail.substr(at + after.size())}};
  for (std::int64_t id = 0; rest >> id;) people.insert(PersonId{id});
}

bool before(const Event& a, const Event& b) {
  return std::pair{a.at, a.id} < std::pair{b.at, b.id};
}

// Takes those out that fit. Returns how often the one who heard most of them did: who is one person
// by now may have been two, reporter and follower.
template <class Fits>
int take(std::vector<const Told*>& heard, Fits fits) {
  std::map<PersonId, int> times;
  std::erase_if(heard, [&](const Told* told) {
    const bool fit = fits(*told);
    if (fit) ++times[told->person];
    return fit;
  });
  int most = 0;
  for (const auto& [person, count] : times) most = std::max(most, count);
  return most;
}

std::string told_to(const char* whom, int times) {
  return std::string{"was told to "} + whom + " " + std::to_string(times) + " times";
}

}  // namespace

bool tells_of(const Told& told, EventId event) {
  return std::ranges::find(told.events, event) != told.events.end();
}

Hearing::Hearing(const store::Store::AuditRow& row) : row_{row} {
  find_terms();
  for (const Event& event : row_.events) {
    if (event.move == Move::follow) followed_once_.insert(event.actor);
    if (event.move == Move::note) add_people(event.detail, kFollowers, followed_once_);
  }
  for (const Told& told : row_.notices)
    if (told.kind == "followed" || told.kind == "unfollowed") followed_once_.insert(told.person);
  for (const Term& term : terms_)
    if (&term != &terms_.front()) followed_once_.insert(term.people.begin(), term.people.end());
  for (const Term* term : {&terms_.front(), &terms_.back()})
    reporters_.insert(term->people.begin(), term->people.end());
}

void Hearing::find_terms() {
  for (const Event& event : row_.events) {
    std::set<PersonId> people;
    if (event.move == Move::supplement) add_people(event.detail, kReporter, people);
    if (!people.empty()) terms_.push_back({&event, std::move(people)});
  }
  std::ranges::stable_sort(terms_,
                           [](const Term& a, const Term& b) { return before(*a.end, *b.end); });
  terms_.push_back({nullptr, {row_.the_case.reporter}});
  // He may bind his account to another person later: what he had heard before was written to the
  // person who registered the case.
  for (const Event& event : row_.events)
    if (event.move == Move::register_case)
      for (const Told& told : row_.notices)
        if (told.echo && tells_of(told, event.id)) terms_.front().people.insert(told.person);
}

// Who was the reporter when it happened.
const Hearing::Term& Hearing::term_of(const Event& event) const {
  return *std::ranges::find_if(
      terms_, [&](const Term& term) { return !term.end || !before(*term.end, event); });
}

std::vector<Misheard> Hearing::misheard() const {
  std::vector<Misheard> out;
  for (const Event& event : row_.events) {
    if (!event.echo) continue;
    std::vector<const Told*> heard;
    for (const Told& told : row_.notices)
      if (told.echo && tells_of(told, event.id)) heard.push_back(&told);
    by_reporter(event, heard, out);
    by_followers(event, heard, out);
  }
  return out;
}

void Hearing::by_reporter(const Event& event, std::vector<const Told*>& heard,
                          std::vector<Misheard>& out) const {
  const Term& term = term_of(event);
  const PersonId reporter = row_.the_case.reporter;
  const AccountId account = row_.the_case.reporter_account;
  const int times = take(heard, [&](const Told& told) {
    const bool from_now = !term.end && told.account && told.account == account;
    return from_now || term.people.contains(told.person);
  });
  if (times == 0) out.push_back({&event, reporter, "was not told to the reporter"});
  if (times > 1) out.push_back({&event, reporter, told_to("the reporter", times)});
}

// `heard`: by others than the reporter.
void Hearing::by_followers(const Event& event, std::vector<const Told*>& heard,
                           std::vector<Misheard>& out) const {
  for (const Party& party : row_.the_case.parties) {
    if (party.kind != PartyKind::follower || reporters_.contains(party.person)) continue;
    const int times = take(heard, [&](const Told& told) {
      // He may follow from an account that was another person's until he bound it.
      return told.person == party.person || (told.account && told.account == party.account);
    });
    if (times > 1) out.push_back({&event, party.person, told_to("a follower", times)});
    // Who joins by a move hears what comes after it.
    if (times == 0 && party.since < event.at)
      out.push_back({&event, party.person, "was not told to a follower"});
  }
  std::map<PersonId, int> others;
  for (const Told* told : heard) ++others[told->person];
  for (const auto& [person, times] : others) {
    if (times > 1) out.push_back({&event, person, told_to("a follower", times)});
    if (!followed_once_.contains(person))
      out.push_back({&event, person, "was told to somebody who is not party to the case"});
  }
}

}  // namespace huiyin
