// One input being decided: what is read, what has been decided so far, what is missing. Every file
// of the desk works on a Turn; decide() makes one and turns it into the answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/desk/decide.h"

namespace huiyin {

class Turn {
 public:
  // References must outlive the turn.
  Turn(Instant now, const WorkingSet& set, const Directory& directory, const Policy& policy,
       Supply& supply);

  const Instant now;
  const WorkingSet& set;
  const Directory& directory;
  const Policy& policy;

  // -- who speaks; empty for timers
  void speak_as(PersonId person, AccountId account);
  PersonId speaker() const { return speaker_; }
  AccountId account() const { return account_; }
  const Person& me() const { return me_; }
  // The person changed by this input; written once at the end.
  Person& change_me();
  // The open question to the speaker, empty when there is none or it has gone stale.
  const Conversation& talk() const { return talk_; }
  void ask(std::string question, CaseId about, std::vector<std::string> options);
  void close_question();
  // Wrong one-time codes of the last hour, with those of this turn.
  std::size_t wrong_codes() const { return wrong_codes_.size(); }
  void count_wrong_code();
  // The same as close_question() for somebody else, when the question was about `about`.
  void close_question_of(PersonId person, CaseId about);

  // -- what is missing. The has_* functions note what must be loaded and answer false.
  bool has_person(PersonId id);
  bool has_cases_of(PersonId id);
  bool has_number(std::string_view number);
  bool has_history(CaseId id);
  bool has_case(CaseId id);
  bool has_code(const std::string& code);
  bool has_near(const Near& near);
  bool has_queue(const UnitCode& unit);
  bool has_all_of(PersonId id);
  bool has_owners();
  const Need& need() const { return need_; }

  // Locale of a recipient: as loaded, else as in the directory, else Chinese.
  std::string locale_of(PersonId id) const;

  // -- moves. The speaker (nobody for timers) moves `c` on; its clocks follow the table. Empty:
  // the table does not allow it, nothing changed.
  // `detail`: Event::detail. Whether the move needs somebody's approval is the caller's business.
  std::optional<EventId> make(Case& c, Move move, Roles by, std::string text,
                              std::string detail = {});
  // The same, by the program itself, or in the name of somebody who asked for it before.
  std::optional<EventId> make_by_system(Case& c, Move move, std::string text,
                                        std::string detail = {});
  std::optional<EventId> make_for(PersonId actor, Case& c, Move move, Roles by, std::string text,
                                  std::string detail = {});
  bool allowed(const Case& c, Move move, Roles by) const;
  // Last value of the case wins; the timer is set at the end.
  void put(Case c);
  // As it is after what this turn did so far.
  const Case* find(CaseId id) const;
  // New id for a case.
  CaseId new_case_id() { return CaseId{supply_.next_id()}; }
  std::string new_number() { return supply_.next_number(now); }

  // -- notices. References and pointers live until the next notice.
  // Answer to the speaker, on the account that was used.
  NoticeDraft& reply(std::string_view kind, Audience audience = Audience::reporter);
  // To the reporter of `c`, with every echo that is still owed; an answer when he is the speaker.
  // Each follower gets a copy at the end of the turn, with all facts that were added by then. Null
  // when rows are missing. Who asked for quiet is told on paper only (`muted`), unless it is one of
  // the messages that still go.
  NoticeDraft* echo(Case& c, std::string_view kind);
  NoticeDraft& tell(PersonId to, std::string_view kind, Audience audience);

  // -- what a message brings besides words
  // A message that somebody wrote: its file goes to the case that the turn puts, and whoever writes
  // hears what was held for him, so that nobody need telephone.
  void heard(const Message& message);

  // -- accounts and calls
  BindCode offer_code(std::chrono::minutes good_for);
  // The speaker's account belongs to whom `code` was given; the code is used up.
  void bind_account(const BindCode& code);
  void told_by_telephone(CaseId about, PersonId who) { out_.told.emplace_back(about, who); }
  // -- the directory and other lasting things
  void change_duty(Duty duty) { out_.duties.push_back(std::move(duty)); }
  void change_leave(Leave leave) { out_.leaves.push_back(std::move(leave)); }
  void erase(Erasure erasure) { out_.erasure = std::move(erasure); }
  void briefed(NoticeId waiting) { out_.briefed.push_back(waiting); }
  void round_done(RoundDone done) { out_.round = std::move(done); }
  const std::vector<Event>& new_events() const { return out_.events; }

  // Somebody was shown who it is; finish() notes by itself who saw the reporter.
  void saw(View view) { out_.views.push_back(view); }
  void asked_to_telephone(NoticeId unheard) { out_.asked.push_back(unheard); }

  // Emergency advice waiting for the first reply.
  void set_advice(std::string text) { advice_ = std::move(text); }
  // The timer that this turn is about, if it is one.
  void set_fired(Instant at) { fired_ = at; }

  // finish.cpp. Throws std::logic_error when a move's echo was forgotten.
  std::variant<Decision, Need> finish();

 private:
  bool told_on_paper(const Person& person, const std::vector<EventId>& events) const;
  void tell_followers();
  void note_views();
  void set_queues();
  AccountId account_for(const Person& person, AccountId used) const;
  void add_first_contact(NoticeDraft& draft);
  void flush_advice();
  void attach_file();
  void forget_calls();
  void show_files(NoticeDraft& draft) const;
  Instant hour_of(const NoticeDraft& draft) const;
  void change_cards();
  void set_timers();
  void save_talk();

  Supply& supply_;
  PersonId speaker_;
  AccountId account_;
  Person me_;
  bool me_changed_ = false, talk_changed_ = false;
  Conversation talk_;
  std::vector<Instant> wrong_codes_;
  std::string advice_;
  Instant fired_{};
  bool heard_ = false;
  std::optional<MediaOrder> file_;  // what the message brought; `about` once it is clear
  Decision out_;
  Need need_;
  std::vector<EventId> owed_;  // echoes of this turn not told yet
};

}  // namespace huiyin
