// The rows of the domain. Plain values: the store loads and saves them, desk decides on them.
// Words: facts/governance.md §1 (glossary identifiers), §4 (life cycle).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/cases/ids.h"
#include "server/cases/names.h"
#include "server/cases/time.h"

namespace huiyin {

enum class Stage {
  draft,
  registered,
  dispatched,
  in_progress,
  awaiting_reporter,
  pending_triage,
  pending_claim,
  suspended,
  closed,
  archived,
};
template <>
struct EnumNames<Stage> {
  static constexpr std::array<std::string_view, 10> kNames{
      "draft",          "registered",    "dispatched", "in_progress", "awaiting_reporter",
      "pending_triage", "pending_claim", "suspended",  "closed",      "archived"};
};
constexpr bool is_open(Stage s) { return s != Stage::closed && s != Stage::archived; }

enum class Level { none, frontline, township, county, city };  // stored as 1..4
enum class Urgency { normal, urgent, emergency };
template <>
struct EnumNames<Urgency> {
  static constexpr std::array<std::string_view, 3> kNames{"normal", "urgent", "emergency"};
};

enum class CaseType { help, consult, complaint, violation, suggestion, praise };
template <>
struct EnumNames<CaseType> {
  static constexpr std::array<std::string_view, 6> kNames{"help",      "consult",    "complaint",
                                                          "violation", "suggestion", "praise"};
};

enum class Outcome {
  none,
  solved,
  explained,
  planned,
  referred,
  rejected,
  withdrawn,
  merged,
  invalid,
};
template <>
struct EnumNames<Outcome> {
  static constexpr std::array<std::string_view, 9> kNames{"",          "solved",   "explained",
                                                          "planned",   "referred", "rejected",
                                                          "withdrawn", "merged",   "invalid"};
};

enum class ReporterKind { resident, enterprise, grassroots };
template <>
struct EnumNames<ReporterKind> {
  static constexpr std::array<std::string_view, 3> kNames{"resident", "enterprise", "grassroots"};
};

// A photo, voice or video of a case; the file is fetched after the commit (pipeline/media.h).
enum class MediaKind { image, voice, video };
template <>
struct EnumNames<MediaKind> {
  static constexpr std::array<std::string_view, 3> kNames{"image", "voice", "video"};
};
struct CaseMedia {
  MediaId id;
  MediaKind kind = MediaKind::image;
  friend bool operator==(const CaseMedia&, const CaseMedia&) = default;
};

// What is shown of the reporter (handbook §11): to owner and office; to the handling office only;
// to nobody.
enum class Privacy { named, confidential, anonymous };
template <>
struct EnumNames<Privacy> {
  static constexpr std::array<std::string_view, 3> kNames{"named", "confidential", "anonymous"};
};

// Somebody who hears of the case besides reporter and owner.
enum class PartyKind {
  follower,    // reported the same problem, or asked to hear: every echo, rates alone
  co_handler,  // helps: gets the card, may write notes
  watcher,     // had it before: may look, hears the end
};
template <>
struct EnumNames<PartyKind> {
  static constexpr std::array<std::string_view, 3> kNames{"follower", "co_handler", "watcher"};
};
struct Party {
  PersonId person;
  PartyKind kind = PartyKind::follower;
  AccountId account;  // followers: where the echo goes first
  UnitCode unit;      // co_handlers: for whom they help
  std::string own;    // followers: number of their own case, if they reported it too
  Instant since;      // hears what came later
  int rating = 0;     // followers: 1..5
  friend bool operator==(const Party&, const Party&) = default;
};

// What the office one level up was asked. At most one question at a time.
enum class RequestKind { none, extend, suspend, planned, rejected, merge };
template <>
struct EnumNames<RequestKind> {
  static constexpr std::array<std::string_view, 6> kNames{"",        "extend",   "suspend",
                                                          "planned", "rejected", "merge"};
};
struct Request {
  RequestKind kind = RequestKind::none;
  PersonId by;
  Instant at;        // when it was asked
  Instant until;     // extend: new due date; suspend: review date
  CaseId other;      // merge: into which case
  std::string text;  // the reason, or the result
  friend bool operator==(const Request&, const Request&) = default;
};

// In whose queue the case stands, and why. Always what desk/queues.h derives from the rest.
enum class WaitKind { triage, approval, claim, hard };
template <>
struct EnumNames<WaitKind> {
  static constexpr std::array<std::string_view, 4> kNames{"triage", "approval", "claim", "hard"};
};
struct Wait {
  UnitCode unit;  // of the office or the leaders
  WaitKind kind = WaitKind::triage;
  friend auto operator<=>(const Wait&, const Wait&) = default;
};

// A problem with its one owner. Times that do not apply are the epoch (Instant{}).
struct Case {
  CaseId id;
  std::string number;  // YYMMDD-NNNN, given once and never changed
  Stage stage = Stage::draft;
  Level level = Level::frontline;
  Urgency urgency = Urgency::normal;
  CaseType type = CaseType::help;
  Outcome outcome = Outcome::none;
  std::string topic;  // identifier of handbook §1, may be empty
  UnitCode unit;      // where it is; empty while unknown
  std::string place;  // as people say it: 石璜镇楼家村溪东自然村
  std::string text;   // what was reported, later supplements appended line by line
  std::string result;
  PersonId reporter;
  AccountId reporter_account;  // where the echo goes first
  ReporterKind reporter_kind = ReporterKind::resident;
  PersonId owner;  // exactly one while open and past draft (P1)
  UnitCode owner_unit;
  int round = 0;    // reopens
  int returns = 0;  // 退回 so far
  int urges = 0;    // 催办 so far
  int rating = 0;   // 1 (very dissatisfied) .. 5; 0 none
  Instant registered_at, dispatched_at, accepted_at, contacted_at, closed_at;
  Instant accept_due;            // while dispatched
  Instant due_at;                // when the reporter may expect the result
  Instant paused_at;             // clock stopped since then (awaiting_reporter, suspended)
  Instant last_echo_at;          // last message to the reporter, for P3
  Instant next_due_at;           // the one timer of the case; epoch: none
  std::string timer;             // what is due then (name of desk's timer kind)
  std::vector<CaseMedia> media;  // in the order of arrival
  // Echoes that reached the reporter by no channel: the owner was asked to telephone, so many times
  // since he last did (P2).
  int calls = 0;
  Privacy privacy = Privacy::named;
  // Complaints about those who serve: the unit, and the people who served there then. They may not
  // know of the case (desk/roles.h), whatever duties they get later.
  UnitCode concerned_unit;
  std::vector<PersonId> concerned;
  CaseId parent;     // merged into that
  CaseId previous;   // reported again after that one was over
  CaseId resembles;  // the same problem as that one, it seems; the owner may propose to join them
  PersonId leader;   // who claimed it
  Request request;
  std::vector<Party> parties;
  std::vector<Wait> waits;
  Instant stage_at;          // in this stage, at this level, since then
  Instant review_at;         // suspended: moves again then
  Instant overall_due;       // listed as 难事 then; epoch: never, or listed already
  Instant listed_at;         // listed as 难事; epoch: not
  int extended_level = 0;    // 1..4: an extension was granted at that level (once per level)
  int deadlocks = 0;         // 进展 tagged 协调未果
  bool ruled = false;        // 裁定: cannot be returned any more
  bool enforcement = false;  // needs law enforcement or a licence: starts at level 2 (§6)
  std::int64_t version = 0;  // as loaded; the store increments it
};

// A human being, on any number of accounts. Code is the id from people.tsv, empty for residents who
// just wrote.
struct Person {
  PersonId id;
  std::string code;
  std::string name;
  std::string phone;
  std::string locale = "zh";         // "zh" | "en"
  UnitCode bound_unit;               // where the person lives or works, by 绑定 or QR scene
  bool muted = false;                // 退订: closing echoes still go
  bool informed = false;             // the purpose line of handbook §11 was shown
  Privacy privacy = Privacy::named;  // how the next matters are taken: 匿名, 保密 said beforehand
  Instant erased_at;                 // 删除我的信息
  AccountId preferred;               // chosen by the person for pushes; none: the first one
  std::int64_t version = 0;
};

// A person's id on one channel. Its row is also the recipient's lane (DESIGN §1a): notices are
// numbered within it and only the lease holder sends.
struct Account {
  AccountId id;
  std::string channel;
  std::string user;  // the platform's id, compared byte by byte
  PersonId person;
  bool following = true;        // false after unfollow: nothing can be pushed
  Instant last_in_at;           // business time of the last message from there
  Instant window_until;         // free pushes allowed until then (WeChat: 48 h), platform time
  int window_left = 0;          // and so many
  int held = 0;                 // notices waiting for the person's next message
  std::int64_t lane_seq = 0;    // number of the last notice in the lane
  std::string lane_owner;       // process that may send; empty: free
  std::int64_t lane_token = 0;  // fencing: grows with every change of owner
  Instant lane_until;           // database time
  std::int64_t version = 0;
};

// A message in an account that shows a case and its moves, and can be changed after every move.
struct Card {
  NoticeId notice;  // that it came with
  CaseId about;
  AccountId account;
  PersonId person;
  std::string kind;     // of kNoticeKinds, for owner or office
  bool office = false;  // audience: office instead of owner
  std::string handle;   // by which the platform finds it; empty: not sent yet, or spent
};

// A one-time code that binds another account to a person.
struct BindCode {
  std::string code;  // as typed, in capitals
  PersonId person;
  Instant until;
};

// What we asked a person and still wait for. At most one question at a time.
struct Conversation {
  PersonId person;
  std::string question;  // name of desk's question kind; empty: none open
  CaseId about;
  std::vector<std::string> options;  // numbered choice: what each number stands for
  int asked = 0;                     // questions asked about this case (at most two)
  Instant asked_at;
  std::int64_t version = 0;
};

}  // namespace huiyin
