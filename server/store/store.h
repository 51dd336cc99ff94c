// The database seam in domain types. Nothing outside server/store knows SQL. One body of SQL
// (store.cpp ...) on two engines behind Connection (connection.h): sqlite.cpp, mysql.cpp.
//
// Threads: a Store belongs to one thread at a time and blocks; open one per worker. Times named
// "database time" come from the database's clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "server/cases/directory.h"
#include "server/cases/notice.h"
#include "server/cases/working_set.h"

namespace huiyin::store {

// What a failure means for the caller: facts/reliability.md P9, facts/stack.md.
enum class Trouble {
  retry,      // deadlock, lock wait, certification conflict, BUSY, version moved: whole batch again
  lost,       // connection gone before COMMIT was sent: nothing was done; new connection, again
  in_commit,  // connection gone during COMMIT: unknown; settle with was_committed()
  duplicate,  // unique key taken meanwhile: load again, the winner is there
  poison,     // this data can never be stored (too long, bad string)
  away,       // read-only, no quorum, refused: back off, 503
  full,       // disk full
  broken,     // schema missing, bad login, bug: stop
};
class Error : public std::runtime_error {
 public:
  Error(Trouble trouble, int code, const std::string& what)
      : std::runtime_error{what}, trouble_{trouble}, code_{code} {}
  Trouble trouble() const { return trouble_; }
  int code() const { return code_; }  // the engine's

 private:
  Trouble trouble_;
  int code_;
};

struct InboundKey {
  std::string channel, dedupe_key;
  friend auto operator<=>(const InboundKey&, const InboundKey&) = default;
};

struct Nonce {
  std::string channel, nonce, body_hash;
};

// One platform message that took effect, with what answers it.
struct Inbound {
  InboundKey key;
  std::string sender;
  std::string kind;
  std::string body;
  Instant sent_at, received_at;
  CaseId about;            // none when it touched no case
  NoticeId reply;          // the notice that rode on the response; none
  bool substance = false;  // could be a case or part of one (P4)
  bool answered = false;   // some notice was written for it
};

enum class NoticeState {
  riding,   // on the HTTP response; `next_at` is when it goes by API instead
  due,      // to be sent by whoever holds the lane, from next_at on (database time)
  sending,  // in the hands of the lane's holder
  sent,     // the platform took it (or read by the recipient on pulled channels). next_at: when the
            // platform is asked what became of it (database time); 0: not
  held,     // no way open now: waits for the person's next message on any channel
  dead,     // given up: code says why; listed for the operator
  later,    // stands in no lane yet: waits for its hour, next_at (business time)
  told,     // held or dead, then told by telephone
  skipped,  // needless by the time it could leave: an edit of a card that is not there
};
// Of echoes that are held or dead, next_at is when the owner is asked to telephone (business time);
// 0: he was asked, or nobody is owed.

// Code of a notice that waited for its hour, until its first attempt: next_at is when it was woken.
inline constexpr const char* kWoken = "woken";
// Code of an echo that was skipped because its recipient asked for quiet.
inline constexpr const char* kMuted = "muted";

// Stands before the code of a notice that may have been delivered already, while it waits in the
// store: it is tried once more, not once more by each holder and account.
inline constexpr const char* kUnknown = "unknown ";

struct NoticeRow {
  Notice notice;  // with rendered content
  AccountId account;
  PersonId person;
  CaseId about;
  std::vector<EventId> events;  // first one in notices.event_id, all in notice_events
  bool echo = false;
  bool urgent = false;
  NoticeState state = NoticeState::due;
  int attempts = 0;
  std::int64_t seq = 0;          // within the lane
  std::int64_t lane_token = 0;   // of the holder when sending
  NoticeId edits;                // notice whose card shall change; `replaces` is filled by claim
  bool card = false;             // a card that can be changed later: has a row in `cards`
  bool brief = false;            // later: of several such for one account the morning brief tells
  std::vector<AccountId> tried;  // the person's accounts that it could not reach
  std::string code;              // why dead, "rode" when it was sent on a response, kWoken
  Instant next_at;               // see NoticeState
  Instant created_at;            // business time
};

// How far a stream of a channel (WeCom customer service: open_kfid) has been read.
struct Cursor {
  std::string channel, stream, value;
};

// Notices held for `from` become due in the lane of `to`: the same account, or another one of the
// person, on which he wrote. Both accounts are locked and in the working set.
struct Release {
  AccountId from, to;
  // In another lane they are numbered from here on, as many as `from` held; lane_seq of `to` in the
  // working set is beyond them already.
  std::int64_t first_seq = 0;
};

// Everything that one batch writes.
struct Writes {
  std::string batch_id;
  const WorkingSet* set = nullptr;  // created and changed rows, new events
  std::vector<Inbound> inbound;
  std::vector<NoticeRow> notices;
  std::vector<Nonce> nonces;
  std::vector<Release> release_held;
  // Accounts that go to another person: what was written to them is his as well.
  struct Rebinding {
    AccountId account;
    PersonId from, to;
  };
  std::vector<Rebinding> rebound;
  std::vector<Card> cards;                                // new ones
  std::vector<std::pair<NoticeId, std::string>> handles;  // of cards: by which they are found now
  std::vector<MediaOrder> media;
  std::vector<BindCode> codes;
  std::vector<std::string> used_codes;
  std::vector<std::pair<CaseId, PersonId>> told;  // held and dead echoes become `told`
  std::vector<NoticeId> asked;                    // their next_at becomes 0
  std::vector<Cursor> cursors;                    // set when `value` is not empty, else created
  bool directory_changed = false;                 // its version grows: how somebody is reached
  std::vector<Duty> duties;   // upserts by (unit, person, role, from); the version grows
  std::vector<Leave> leaves;  // upserts by (person, from); the version grows
  std::vector<View> views;
  std::vector<Erasure> erasures;
  std::vector<NoticeId> briefed;  // `later` ones become `skipped`; Trouble::retry when one is not
  struct RoundStep {
    RoundDone last, done;
  };
  std::vector<RoundStep> rounds;  // Trouble::retry when `last` is not what is stored
};

// One transaction. Destroyed without commit: rolled back, never throws there. Lock order: persons,
// cases by ascending id, accounts (lanes) by ascending id; a caller that finds it needs an earlier
// class begins again.
class Batch {
 public:
  virtual ~Batch() = default;
  virtual std::int64_t directory_version() = 0;
  virtual Instant database_now() = 0;
  // Those of `keys` that were handled before.
  virtual std::map<InboundKey, Inbound> find_inbound(std::span<const InboundKey> keys) = 0;
  virtual std::map<NoticeId, NoticeRow> find_notices(std::span<const NoticeId> ids) = 0;
  // Stored body hash of each nonce already seen, by (channel, nonce).
  virtual std::map<std::pair<std::string, std::string>, std::string> find_nonces(
      std::span<const Nonce> claims) = 0;
  // Accounts by (channel, user), not locked.
  virtual void load_accounts(std::span<const std::pair<std::string, std::string>> users,
                             WorkingSet& set) = 0;
  // Persons with accounts and conversations (persons locked), then cases (locked), then history;
  // marks all of `need` as asked. cases_of: open ones and those closed within `closed_since`. near:
  // not locked, the newest 30 of each unit that were registered since 14 days before that.
  virtual void load(const Need& need, Instant closed_since, WorkingSet& set) = 0;
  // Locks and reloads account rows; created ones are left alone.
  virtual void lock_accounts(const std::set<AccountId>& ids, WorkingSet& set) = 0;
  // Multi-row statements; every update is conditional on the version read: Trouble::retry when one
  // is short. Trouble::duplicate when a unique key was taken.
  virtual void save(const Writes& writes) = 0;
  virtual void commit() = 0;  // executes COMMIT; Trouble::in_commit when the answer is missing
};

struct LaneClaim {
  AccountId account;
  std::int64_t token = 0;
  std::string channel, user;
  Instant window_until;
  int window_left = 0;
  bool following = true;
  std::int64_t last_seq = 0;       // the last number that was given in this lane
  std::vector<NoticeRow> notices;  // due ones in seq order, now `sending`
  bool more = false;               // later ones of the lane stay in the store
};

struct SendResult {
  NoticeId id;
  AccountId account;
  std::int64_t lane_token = 0;  // fencing: ignored when the lane has another holder by now
  NoticeState state = NoticeState::sent;
  int attempts = 0;
  std::chrono::milliseconds again_in{0};  // for due
  std::string code, platform_id;
  bool spent_window = false;  // one of the window's messages was used
  bool close_window = false;  // the platform says the window is over
  bool unfollowed = false;
  // The window as the holder knew it. When the person wrote since, it is not closed, and what was
  // to be held is due.
  std::optional<Instant> window_seen;
  // Channels by which the person may be reached instead: the notice goes on to the next account of
  // theirs (ascending id, preferred first, following, not tried yet) at the end of its lane, as
  // `due`; `state` counts when there is none. Empty: stays here.
  std::vector<std::string> elsewhere;
  NoticeId card;                        // set: that card's handle becomes `platform_id`
  std::chrono::milliseconds ask_in{0};  // sent: when to ask what became of it; 0: not
  Instant call_at;                      // held, dead: see NoticeState; epoch: nobody is owed
};

// Sent, and only taken into the platform's queue so far.
struct Fate {
  NoticeId id;
  std::string channel, platform_id;
  Instant sent_at;  // database time
};

// A notice whose hour has come.
struct Woken {
  AccountId account;
  std::string channel;
  bool echo = false;
};

// Several `later` notices of one account whose hour has come, to be told in one.
struct Bundle {
  PersonId person;
  AccountId account;
  std::vector<NoticeRow> notices;  // in the order of writing; without events
};

// An echo that reached nobody.
struct Unheard {
  NoticeId id;
  CaseId about;
  PersonId person;
  std::string case_number, kind, channel, code;
  NoticeState state = NoticeState::held;
  Instant since;       // business time
  bool asked = false;  // the owner was asked to telephone
};

// A file to be fetched, and what became of it.
struct MediaRow {
  MediaOrder order;
  enum State { due, done, dead } state = due;
  int attempts = 0;
  std::string sha256, type;  // hex; MIME type as found in the bytes
  std::int64_t bytes = 0;
  std::optional<double> latitude, longitude;  // where a photo was taken
  std::string code;                           // why it is dead
};

struct StoredToken {
  std::string value;
  std::int64_t generation = 0;   // grows with each refresh
  std::chrono::seconds left{0};  // database time; negative: expired
  std::chrono::seconds age{0};   // since the last refresh
};

struct Quarantined {
  std::string channel, dedupe_key, reason, body;
  Instant at;
};

struct Counts {
  std::int64_t notices_due = 0, notices_held = 0, notices_dead = 0, quarantined = 0, open_cases = 0;
  struct Pending {
    std::int64_t notices = 0;
    Instant oldest;  // business time of writing
  };
  std::map<std::string, Pending> pending;  // by channel: due, riding and sending
};

class Store {
 public:
  virtual ~Store() = default;

  // -- schema
  virtual void migrate() = 0;  // numbered migrations, safe to run twice and from two processes
  virtual bool schema_current() = 0;
  virtual void ping() = 0;                                     // throws Error
  virtual std::vector<std::string> durability_warnings() = 0;  // P1: flush settings not safe

  // -- inbox
  virtual std::unique_ptr<Batch> begin() = 0;
  // After Trouble::in_commit, when the batch is destroyed: opens a new connection, kills the old
  // one on the server, reads the id with a lock. True: committed.
  virtual bool was_committed(const std::string& batch_id) = 0;
  // After lost or in_commit, and whenever a connection is suspect.
  virtual void reconnect() = 0;
  // First value of a block of `n` consecutive ones, never given out before. `sequence`: "id" or a
  // case day "261123". Own transaction.
  virtual std::int64_t lease(const std::string& sequence, std::int64_t n) = 0;
  virtual void quarantine(const Quarantined& row) = 0;

  // -- timers
  // Cases whose next_due_at <= now (business time), earliest first.
  virtual std::vector<CaseId> due_cases(Instant now, int limit) = 0;
  // The earliest of cases, `later` notices and unheard ones.
  virtual std::optional<Instant> next_due() = 0;

  // `later` notices whose hour has come (business time) become due at the end of their lanes in the
  // order of writing; about `limit` at once, since a lane is woken whole. Returns how many;
  // `woken`, when given, becomes those that stand in a lane now.
  virtual std::size_t wake(Instant /*now*/, int /*limit*/,
                           std::vector<Woken>* /*woken*/ = nullptr) {
    return 0;
  }
  // Accounts with at least two notices of the kind `brief` whose hour has come (business time).
  // They are not woken one by one: ask this first.
  virtual std::vector<Bundle> bundles(Instant /*now*/, int /*limit*/) { return {}; }
  // When the round was done last; never: at the epoch.
  virtual RoundDone round(const std::string& name) { return {name, {}, 0}; }
  // Held and dead echoes whose next_at has come: the owner is to telephone.
  virtual std::vector<Unheard> unheard(Instant /*now*/, int /*limit*/) { return {}; }
  // For the audit: every echo written before, neither sent nor told, oldest first.
  virtual std::vector<Unheard> never_heard(Instant /*before*/) { return {}; }

  // -- outbox (lanes: leases with fencing)
  // Takes free, lapsed or own lanes with notices due now (also riding ones that are overdue, and
  // `sending` ones of a lapsed lane). At most `limit` notices.
  virtual std::vector<LaneClaim> claim(const std::string& owner, std::chrono::milliseconds lease,
                                       int limit) = 0;
  // Renews own lanes in bulk; returns those that are still ours.
  virtual std::set<AccountId> renew(const std::string& owner, std::chrono::milliseconds lease,
                                    std::span<const std::pair<AccountId, std::int64_t>> lanes) = 0;
  // Ends all leases of `owner` at once; what was in hand there can be claimed anew.
  virtual void lapse(const std::string& owner) = 0;
  // Gives lanes back that have nothing in flight.
  virtual void release(std::span<const std::pair<AccountId, std::int64_t>> lanes) = 0;
  // Writes results in bulk; returns the ids that were refused because the lane's token moved on.
  virtual std::vector<NoticeId> finish(std::span<const SendResult> results) = 0;
  // Notices that rode: `written` are sent; the rest go by API at database now + `wait`.
  virtual void rode(std::span<const NoticeId> written, std::span<const NoticeId> missed,
                    std::chrono::milliseconds wait) = 0;
  // finish() and rode() in one transaction, so that there is one commit.
  virtual std::vector<NoticeId> settle(std::span<const SendResult> results,
                                       std::span<const NoticeId> written,
                                       std::span<const NoticeId> missed,
                                       std::chrono::milliseconds wait) {
    rode(written, missed, wait);
    return finish(results);
  }
  // Delivery report of a platform. False when nothing of ours has that id. Not delivered: it goes
  // on by `elsewhere` (see SendResult), else it is dead, and an echo's next_at is `call_after` its
  // writing.
  virtual bool report(const std::string& channel, const std::string& platform_id, bool delivered,
                      const std::string& code, std::span<const std::string> elsewhere = {},
                      std::chrono::hours call_after = std::chrono::hours{24}) = 0;
  // Takes sent notices whose question is due and puts the next question off by `again`.
  virtual std::vector<Fate> fates(int /*limit*/, std::chrono::milliseconds /*again*/) { return {}; }
  // Nothing more to be asked.
  virtual void settled(std::span<const NoticeId> /*ids*/) {}
  // Those that stand behind `after` in the recipient's lane; all when there is no such notice. Ids
  // of several writers do not grow in the order of writing.
  virtual std::vector<NoticeRow> notices_of(const std::string& channel, const std::string& user,
                                            std::int64_t after) = 0;
  virtual Counts counts() = 0;

  // -- media
  // Takes files to be fetched: their attempts count from now on, and should nobody tell how one
  // ended, the next is due after `again`, doubled with each attempt before.
  virtual std::vector<MediaRow> media_due(int /*limit*/, std::chrono::milliseconds /*again*/) {
    return {};
  }
  virtual void media_result(const MediaRow& /*row*/, std::chrono::milliseconds /*again*/) {}
  virtual std::optional<MediaRow> media(MediaId /*id*/) { return std::nullopt; }
  // Files of erased media (Erasure) that belong to no other; to be removed from the disk, then
  // reported. Ask right before removing: the same file may come again.
  virtual std::vector<std::string> erased_files() { return {}; }
  virtual void files_removed(std::span<const std::string> /*sha256*/) {}

  // -- streams that are read
  virtual std::vector<Cursor> cursors() { return {}; }

  // -- the program's own secrets: the stored one, else `fresh` is stored and returned
  virtual std::string secret(const std::string& /*name*/, const std::string& fresh) {
    return fresh;
  }
  // A one-time code from outside a conversation (command line).
  virtual void add_code(const BindCode& /*code*/) {}

  // -- access tokens
  virtual std::optional<StoredToken> token(const std::string& channel) = 0;
  // True when `owner` may refresh now: generation still `seen`, no other lease running, last
  // refresh at least `pause` ago.
  virtual bool lease_token(const std::string& channel, const std::string& owner, std::int64_t seen,
                           std::chrono::milliseconds lease, std::chrono::milliseconds pause) = 0;
  // False when the lease was lost meanwhile.
  virtual bool save_token(const std::string& channel, const std::string& owner,
                          const std::string& value, std::chrono::seconds lifetime) = 0;

  // -- directory
  virtual std::int64_t directory_version() = 0;
  virtual DirectoryPtr load_directory() = 0;
  // Upserts, all in one transaction; version grows only when something changed. Returns rows
  // changed. People are matched by code, accounts by (channel, user), duties by (unit, person,
  // role, from), leaves by (person, from).
  virtual std::size_t import_units(std::span<const Unit> units) = 0;
  virtual std::size_t import_people(
      std::span<const std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people,
      std::span<const std::vector<std::string>> specialities) = 0;
  struct DutyImport {
    UnitCode unit;
    std::string person_code;
    int priority = 1;
    DutyRole role = DutyRole::stationed_cadre;
    Instant from, to;
    std::string hours;
  };
  virtual std::size_t import_duties(std::span<const DutyImport> duties) = 0;
  struct LeaveImport {
    std::string person_code, deputy_code;  // deputy: may be empty
    Instant from, to;
  };
  virtual std::size_t import_leaves(std::span<const LeaveImport> /*leaves*/) {
    throw std::logic_error{"this store cannot import leaves"};
  }

  // Everybody who came by people.tsv, ordered by code, with all accounts. For export, and so that
  // an import may refer to people who are there already.
  struct ListedPerson {
    Person person;
    std::vector<std::pair<std::string, std::string>> accounts;  // channel, user; preferred first
    std::vector<std::string> specialities;
  };
  virtual std::vector<ListedPerson> list_people() {
    throw std::logic_error{"this store cannot list people"};
  }

  // -- export: calls back for each case registered or changed since, with its events
  virtual void export_cases(
      Instant since, const std::function<void(const Case&, const std::vector<Event>&)>& row) = 0;

  // -- for the audit and the statistics: all cases with their events and what was told of them, a
  // block at a time in the order of ids, without a lock. `row` may throw to end it.
  struct AuditRow {
    Case the_case;
    std::vector<Event> events;  // oldest first
    struct Told {
      NoticeId id;
      PersonId person;
      std::vector<EventId> events;
      std::string kind, text;
      NoticeState state = NoticeState::sent;
      bool echo = false;
      Instant created_at;
      AccountId account;
    };
    std::vector<Told> notices;  // without edits; in the order of writing
  };
  virtual void audit_cases(const std::function<void(const AuditRow&)>& /*row*/) {
    throw std::logic_error{"this store cannot be audited"};
  }
  // Messages that took effect with nothing to show for it: had substance, touched no case, were not
  // answered. And what is set aside.
  struct Lost {
    std::string channel, dedupe_key, kind, why;
    Instant at;
  };
  virtual std::vector<Lost> lost(Instant /*before*/) { return {}; }

  // Deletes inbound, nonces, batch ids and one-time codes that were over before this (database
  // time). Returns rows deleted. Also empties the notices of an erasure that were on their way then
  // and have arrived.
  virtual std::size_t forget(std::chrono::hours age) = 0;
};

// "sqlite:path", "mysql://user:password@host:port/database[?socket=/path]". Throws
// std::invalid_argument for a malformed URL, Error when the database cannot be opened. Error texts
// never hold the password.
std::unique_ptr<Store> open(const std::string& url);

}  // namespace huiyin::store

template <>
struct huiyin::EnumNames<huiyin::store::NoticeState> {
  static constexpr std::array<std::string_view, 9> kNames{
      "riding", "due", "sending", "sent", "held", "dead", "later", "told", "skipped"};
};
template <>
struct huiyin::EnumNames<huiyin::store::MediaRow::State> {
  static constexpr std::array<std::string_view, 3> kNames{"due", "done", "dead"};
};
