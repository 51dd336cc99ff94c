// The rows of one batch, and what a decision changes in them. Decisions fold into one set: the
// second message about a case sees what the first did, and each row is written once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/cases/case.h"
#include "server/cases/duty.h"
#include "server/cases/notice.h"
#include "server/cases/transitions.h"

namespace huiyin {

// What was reported in a unit of late: about the topic, or about one that nobody knows. Of no
// topic: about anything.
struct Near {
  // NOLINTNEXTLINE(google-explicit-constructor): a unit is where one looks, of any topic
  Near(UnitCode in, std::string about = {}) : unit{std::move(in)}, topic{std::move(about)} {}
  UnitCode unit;
  std::string topic;
  friend auto operator<=>(const Near&, const Near&) = default;
};

// Rows that a decision cannot do without. The batch loads them and asks again (at most 3 rounds).
struct Need {
  std::set<CaseId> cases;
  std::set<std::string> numbers;  // full case numbers
  std::set<PersonId> persons;     // with their accounts
  std::set<PersonId> cases_of;  // open and recently closed cases they reported, own or are party of
  std::set<CaseId> history;     // last events of a case
  std::set<std::string> codes;  // one-time codes
  std::set<Near> near;          // the newest of each, to compare with
  std::set<UnitCode> queues;    // cases that wait at these offices (Case::waits)
  std::set<PersonId> all_of;    // every case they ever reported, with its history
  bool owners = false;          // who owns open cases
  bool empty() const {
    return cases.empty() && numbers.empty() && persons.empty() && cases_of.empty() &&
           history.empty() && codes.empty() && near.empty() && queues.empty() && all_of.empty() &&
           !owners;
  }
  void merge(const Need& other);
};

// A file that a message brought, to be fetched after the commit.
struct MediaOrder {
  MediaId id;
  CaseId about;
  MediaKind kind = MediaKind::image;
  std::string channel, user;          // where it came from
  std::string media_id, url, format;  // as in Message
};

// Somebody was shown who reported a case (§11).
struct View {
  PersonId viewer;
  PersonId seen;
  CaseId about;
};

// 删除我的信息: what is replaced in place (DESIGN §1a). The cases are among the changed ones.
struct Erasure {
  PersonId person;
  std::vector<CaseId> cases;                            // all they reported: notices about them
  std::vector<std::pair<EventId, std::string>> events;  // the new text
};

// A recurring task that is decided like everything else (desk/rounds.h): when it was done last, and
// on which directory.
struct RoundDone {
  std::string name;
  Instant at;
  std::int64_t directory = 0;
};

// An owner of open cases.
struct OwnerOf {
  PersonId person;
  UnitCode unit;
  friend auto operator<=>(const OwnerOf&, const OwnerOf&) = default;
};

// What one input changes. Cases, persons and conversations are whole new values.
struct Decision {
  std::vector<Case> cases;  // created (version 0 and not in the set) or changed
  std::vector<Person> persons;
  std::vector<Conversation> conversations;
  std::vector<Event> events;
  std::vector<NoticeDraft> notices;  // in the order in which each recipient shall read them
  std::vector<MediaOrder> media;
  std::vector<BindCode> codes;          // new ones
  std::vector<std::string> used_codes;  // good no longer
  // What `second` did not hear about the case so far, the owner told by telephone.
  std::vector<std::pair<CaseId, PersonId>> told;
  std::vector<NoticeId> asked;  // unheard notices for which the owner was asked to telephone
  // Account that from now on belongs to another person (binding by code). None: no change.
  AccountId bind_account;
  PersonId bind_to;
  std::vector<Duty> duties;   // new ones, or with another end: by unit, person, role, from
  std::vector<Leave> leaves;  // new ones, or with another end: by person, from
  std::vector<View> views;
  std::optional<Erasure> erasure;
  std::vector<NoticeId> briefed;  // waiting notices that the morning brief stands for
  std::optional<RoundDone> round;
};

template <class T>
struct Tracked {
  T row;
  enum State : std::uint8_t { loaded, changed, created } state = loaded;
};

// What was asked for and found absent is remembered too, so that "not loaded" and "not there"
// differ: asked_*() says whether the look-up was done (or is needless: the row is here, or was
// created in this batch). One thread at a time.
class WorkingSet {
 public:
  // Loading side (store, pipeline). A row that is here already stays: it may have been changed.
  void put_loaded(Case row);
  void put_loaded(Person row);
  void put_loaded(Account row);
  void put_loaded(Conversation row);
  // As read again under its lock; replaces what was loaded before, leaves changed and created rows.
  void reload(Account row);
  void put_history(CaseId id, std::vector<Event> events);
  void put_card(Card card);
  void put_code(BindCode code);
  void put_near(const UnitCode& unit, std::vector<Case> cases);
  void put_owners(std::set<OwnerOf> owners);
  void mark_asked(const Need& need);  // these look-ups were done, found or not
  // New rows; std::logic_error when the id (or the account's channel and user) is taken.
  void create(Person row);
  void create(Account row);
  // Accounts are the pipeline's business (lanes, windows). std::logic_error when it is not here.
  void change(Account row);

  // Deciding side; pointers live until the next fold or put.
  const Case* find_case(CaseId id) const;
  const Case* find_case(std::string_view number) const;
  const Person* person(PersonId id) const;
  const Account* account(AccountId id) const;
  const Account* account(std::string_view channel, std::string_view user) const;
  std::vector<const Account*> accounts_of(PersonId id) const;  // by ascending id
  Conversation conversation(PersonId id) const;                // empty one when there is none
  // All loaded cases that `id` reported / owns, newest registration first, drafts before all.
  std::vector<const Case*> reported_by(PersonId id) const;
  std::vector<const Case*> owned_by(PersonId id) const;
  // Cases that `id` is a party of (Case::parties).
  std::vector<const Case*> shared_with(PersonId id) const;
  // Cases that wait at the office, as they are by now; earliest in the queue first.
  std::vector<const Case*> waiting_at(const UnitCode& unit) const;
  // Reported in the unit of late, newest first: what was asked for, of whatever topic, as read
  // without a lock, and what this batch added.
  // To compare with only: of those read without a lock there are number, stage, type, outcome,
  // topic, unit, place, text, reporter, registered_at, privacy, parent,
  // concerned_unit and what cases.workflow holds (concerned, previous, resembles, parties ...), the
  // rest is empty. Whoever wants more, or to change one, asks for it as a case.
  std::vector<const Case*> near(const UnitCode& unit) const;
  const std::set<OwnerOf>& owners() const { return owners_; }
  // Oldest first, with what this batch added; empty when not loaded.
  const std::vector<Event>& history(CaseId id) const;
  // Cards of a loaded case, oldest first.
  const std::vector<Card>& cards(CaseId id) const;
  const BindCode* find_code(std::string_view code) const;
  bool asked_code(std::string_view code) const;
  bool asked_number(std::string_view number) const;
  bool asked_case(CaseId id) const;
  bool asked_cases_of(PersonId id) const;
  bool asked_person(PersonId id) const;
  bool asked_history(CaseId id) const;
  bool asked_near(const Near& near) const { return asked_.near.contains(near); }
  bool asked_queue(const UnitCode& unit) const { return asked_.queues.contains(unit); }
  bool asked_all_of(PersonId id) const;
  bool asked_owners() const { return asked_.owners; }

  // A press of a button gave a card, if it is here, another handle.
  void set_handle(NoticeId card, const std::string& handle);

  // Applies all but the notices and the binding's account row, which the pipeline handles. Throws
  // std::logic_error, with nothing applied, for a row whose version is not the one in the set.
  void fold(const Decision& decision);

  // Saving side.
  const std::map<CaseId, Tracked<Case>>& cases() const { return cases_; }
  const std::map<PersonId, Tracked<Person>>& persons() const { return persons_; }
  const std::map<AccountId, Tracked<Account>>& accounts() const { return accounts_; }
  const std::map<PersonId, Tracked<Conversation>>& conversations() const { return conversations_; }
  const std::vector<Event>& new_events() const { return new_events_; }
  // Parties and queues of a case as it was loaded, so that only what changed is written where cases
  // are found by them.
  struct Links {
    std::set<PersonId> parties;
    std::set<UnitCode> queues;
  };
  const Links& links_before(CaseId id) const;
  static Links links_of(const Case& row);

 private:
  void index(const Case& row);
  void unindex(const Case& row);
  void redact(const std::vector<std::pair<EventId, std::string>>& events);
  bool created(PersonId id) const;
  bool created(CaseId id) const;

  std::map<CaseId, Tracked<Case>> cases_;
  std::map<std::string, CaseId, std::less<>> by_number_;
  std::map<PersonId, Tracked<Person>> persons_;
  std::map<AccountId, Tracked<Account>> accounts_;
  std::map<std::pair<std::string, std::string>, AccountId, std::less<>> by_user_;
  std::map<PersonId, Tracked<Conversation>> conversations_;
  std::map<PersonId, std::set<CaseId>> by_reporter_, by_owner_, by_party_;
  std::map<UnitCode, std::set<CaseId>> by_queue_, by_unit_;
  std::map<UnitCode, std::vector<Case>> near_;
  std::map<CaseId, Links> links_before_;  // those that had any
  std::set<OwnerOf> owners_;
  std::map<CaseId, std::vector<Event>> history_;
  std::map<CaseId, std::vector<Card>> cards_;
  std::map<std::string, BindCode, std::less<>> codes_;
  std::vector<Event> new_events_;
  Need asked_;
};

// Ids and case numbers reserved for a batch, so that deciding stays pure. A second attempt of the
// batch rewinds and draws the same ones.
class Supply {
 public:
  virtual ~Supply() = default;
  virtual std::int64_t next_id() = 0;
  // "261123-0042" for the Shanghai date of `at`.
  virtual std::string next_number(Instant at) = 0;
  // A one-time code nobody can guess: 8 of A-Z and 2-9 without look-alikes, letters and digits.
  virtual std::string next_code() = 0;
};

}  // namespace huiyin
