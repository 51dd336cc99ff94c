#include "tests/store/samples.h"

#include <gtest/gtest.h>

#include <atomic>

namespace huiyin::store {

Instant at(std::int64_t seconds, int microseconds) {
  return Instant{std::chrono::microseconds{(1774483200 + seconds) * 1'000'000 + microseconds}};
}

Person sample_person(std::int64_t id) {
  Person p;
  p.id = PersonId{id};
  p.code = "cadre-" + std::to_string(id);
  p.name = kHardText;
  p.phone = "0575-86100000";
  p.locale = "en";
  p.bound_unit = UnitCode{"330683115203"};
  p.muted = true;
  p.informed = true;
  p.preferred = AccountId{78};
  p.privacy = Privacy::anonymous;
  p.erased_at = at(5);
  return p;
}

Account sample_account(std::int64_t id, PersonId person, const std::string& user) {
  Account a;
  a.id = AccountId{id};
  a.channel = "wx";
  a.user = user;
  a.person = person;
  a.following = false;
  a.last_in_at = at(1, 123456);
  a.window_until = at(2, 1);
  a.window_left = 4;
  a.held = 2;
  a.lane_seq = 7;
  a.lane_owner = "host-17";
  a.lane_token = 9;
  a.lane_until = at(3);
  return a;
}

Conversation sample_conversation(PersonId person, CaseId about) {
  Conversation c;
  c.person = person;
  c.question = "which_place";
  c.about = about;
  c.options = {"溪东|村", "back\\slash", "", kHardText};
  c.asked = 2;
  c.asked_at = at(4);
  return c;
}

Case sample_case(std::int64_t id, PersonId reporter, PersonId owner) {
  Case c;
  c.id = CaseId{id};
  c.number = "260326-" + std::to_string(id);
  c.stage = Stage::awaiting_reporter;
  c.level = Level::county;
  c.urgency = Urgency::emergency;
  c.type = CaseType::complaint;
  c.outcome = Outcome::planned;
  c.topic = "water";
  c.unit = UnitCode{"lou-jia"};
  c.place = kHardText;
  c.text = kHardText + kHardText;
  c.result = "泵已安装";
  c.reporter = reporter;
  c.reporter_account = AccountId{77};
  c.reporter_kind = ReporterKind::enterprise;
  c.owner = owner;
  c.owner_unit = UnitCode{"shi-huang"};
  c.round = 1;
  c.returns = 2;
  c.urges = 3;
  c.rating = 4;
  c.registered_at = at(10);
  c.dispatched_at = at(11);
  c.accepted_at = at(12);
  c.contacted_at = at(13);
  c.closed_at = at(14);
  c.accept_due = at(15);
  c.due_at = at(16);
  c.paused_at = at(17);
  c.last_echo_at = at(18);
  c.next_due_at = at(19, 999999);
  c.timer = "accept_half";
  c.media = {{MediaId{91}, MediaKind::voice}, {MediaId{92}, MediaKind::image}};
  c.calls = 2;
  c.privacy = Privacy::confidential;
  c.concerned_unit = UnitCode{"lou-jia"};
  c.concerned = {PersonId{51}, PersonId{52}};
  c.parent = CaseId{61};
  c.previous = CaseId{62};
  c.resembles = CaseId{63};
  c.leader = PersonId{53};
  c.request = {RequestKind::merge, PersonId{54}, at(30), at(31), CaseId{64}, kHardText};
  Party follower, helper;
  follower.person = PersonId{55};
  follower.account = AccountId{79};
  follower.own = "260326-0009";
  follower.since = at(32, 7);
  follower.rating = 5;
  helper.person = PersonId{56};
  helper.kind = PartyKind::co_handler;
  helper.unit = UnitCode{"shui\tli\\ju"};
  c.parties = {follower, helper};
  c.waits = {{UnitCode{"sheng-zhou"}, WaitKind::approval}, {UnitCode{"shao-xing"}, WaitKind::hard}};
  c.stage_at = at(33);
  c.review_at = at(34);
  c.overall_due = at(35);
  c.listed_at = at(36);
  c.extended_level = 3;
  c.deadlocks = 2;
  c.ruled = true;
  c.enforcement = true;
  return c;
}

Event sample_event(std::int64_t id, CaseId about) {
  Event e;
  e.id = EventId{id};
  e.case_id = about;
  e.move = Move::ask;
  e.from = Stage::in_progress;
  e.to = Stage::awaiting_reporter;
  e.level = Level::township;
  e.role = Role::owner;
  e.actor = PersonId{5};
  e.at = at(20, static_cast<int>(id % 1000));
  e.text = kHardText;
  e.echo = true;
  e.detail = "unit:shi-huang";
  return e;
}

NoticeRow sample_notice(std::int64_t id, const Account& to, std::int64_t seq) {
  NoticeRow n;
  n.notice.id = NoticeId{id};
  n.notice.channel = to.channel;
  n.notice.recipient = to.user;
  n.notice.kind = "card";
  n.notice.case_number = "260326-0001";
  n.notice.title = kHardText;
  n.notice.text = kHardText + "\n\n";
  n.notice.buttons = {{"签收", "签收 260326-0001"}, {"tab\there", "line\nhere \\n"}};
  n.notice.link = "https://example.org/c/abc?x=1&y=2";
  n.notice.fields = {{"number", "260326-0001"}, {"place", kHardText}, {"empty", ""}};
  n.account = to.id;
  n.person = to.person;
  n.about = CaseId{3};
  n.events = {EventId{40}, EventId{41}, EventId{42}};
  n.echo = true;
  n.urgent = true;
  n.state = NoticeState::due;
  n.attempts = 1;
  n.seq = seq;
  n.created_at = at(21);
  n.code = "no_account";
  n.edits = NoticeId{39};
  n.card = true;
  n.brief = true;
  n.tried = {AccountId{81}, AccountId{82}};
  return n;
}

Inbound sample_inbound(const std::string& key) {
  Inbound i;
  i.key = {"wx", key};
  i.sender = "oX1";
  i.kind = "text";
  i.body = kHardText;
  i.sent_at = at(30);
  i.received_at = at(31, 5);
  i.about = CaseId{3};
  i.reply = NoticeId{60};
  i.substance = true;
  i.answered = true;
  return i;
}

Card sample_card(const NoticeRow& notice) {
  Card c;
  c.notice = notice.notice.id;
  c.about = notice.about;
  c.account = notice.account;
  c.person = notice.person;
  c.kind = "reopened";
  c.office = true;
  c.handle = "chat:17";
  return c;
}

MediaOrder sample_media(std::int64_t id, CaseId about) {
  MediaOrder m;
  m.id = MediaId{id};
  m.about = about;
  m.kind = MediaKind::voice;
  m.channel = "wx";
  m.user = "oX";
  m.media_id = std::string(700, 'm') + "😀";
  m.url = "https://example.org/f?x=" + std::string(2000, 'u');
  m.format = "amr";
  return m;
}

void expect_same(const Person& a, const Person& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.phone, b.phone);
  EXPECT_EQ(a.locale, b.locale);
  EXPECT_EQ(a.bound_unit, b.bound_unit);
  EXPECT_EQ(a.muted, b.muted);
  EXPECT_EQ(a.informed, b.informed);
  EXPECT_EQ(a.preferred, b.preferred);
  EXPECT_EQ(a.privacy, b.privacy);
  EXPECT_EQ(a.erased_at, b.erased_at);
}

void expect_same(const Account& a, const Account& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.channel, b.channel);
  EXPECT_EQ(a.user, b.user);
  EXPECT_EQ(a.person, b.person);
  EXPECT_EQ(a.following, b.following);
  EXPECT_EQ(a.last_in_at, b.last_in_at);
  EXPECT_EQ(a.window_until, b.window_until);
  EXPECT_EQ(a.window_left, b.window_left);
  EXPECT_EQ(a.held, b.held);
  EXPECT_EQ(a.lane_seq, b.lane_seq);
  EXPECT_EQ(a.lane_owner, b.lane_owner);
  EXPECT_EQ(a.lane_token, b.lane_token);
  EXPECT_EQ(a.lane_until, b.lane_until);
}

void expect_same(const Conversation& a, const Conversation& b) {
  EXPECT_EQ(a.person, b.person);
  EXPECT_EQ(a.question, b.question);
  EXPECT_EQ(a.about, b.about);
  EXPECT_EQ(a.options, b.options);
  EXPECT_EQ(a.asked, b.asked);
  EXPECT_EQ(a.asked_at, b.asked_at);
}

void expect_same(const Case& a, const Case& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.stage, b.stage);
  EXPECT_EQ(a.level, b.level);
  EXPECT_EQ(a.urgency, b.urgency);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.topic, b.topic);
  EXPECT_EQ(a.unit, b.unit);
  EXPECT_EQ(a.place, b.place);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.result, b.result);
  EXPECT_EQ(a.reporter, b.reporter);
  EXPECT_EQ(a.reporter_account, b.reporter_account);
  EXPECT_EQ(a.reporter_kind, b.reporter_kind);
  EXPECT_EQ(a.owner, b.owner);
  EXPECT_EQ(a.owner_unit, b.owner_unit);
  EXPECT_EQ(a.round, b.round);
  EXPECT_EQ(a.returns, b.returns);
  EXPECT_EQ(a.urges, b.urges);
  EXPECT_EQ(a.rating, b.rating);
  EXPECT_EQ(a.registered_at, b.registered_at);
  EXPECT_EQ(a.dispatched_at, b.dispatched_at);
  EXPECT_EQ(a.accepted_at, b.accepted_at);
  EXPECT_EQ(a.contacted_at, b.contacted_at);
  EXPECT_EQ(a.closed_at, b.closed_at);
  EXPECT_EQ(a.accept_due, b.accept_due);
  EXPECT_EQ(a.due_at, b.due_at);
  EXPECT_EQ(a.paused_at, b.paused_at);
  EXPECT_EQ(a.last_echo_at, b.last_echo_at);
  EXPECT_EQ(a.next_due_at, b.next_due_at);
  EXPECT_EQ(a.timer, b.timer);
  EXPECT_EQ(a.media, b.media);
  EXPECT_EQ(a.calls, b.calls);
  EXPECT_EQ(a.privacy, b.privacy);
  EXPECT_EQ(a.concerned_unit, b.concerned_unit);
  EXPECT_EQ(a.concerned, b.concerned);
  EXPECT_EQ(a.parent, b.parent);
  EXPECT_EQ(a.previous, b.previous);
  EXPECT_EQ(a.resembles, b.resembles);
  EXPECT_EQ(a.leader, b.leader);
  EXPECT_TRUE(a.request == b.request);
  EXPECT_TRUE(a.parties == b.parties);
  EXPECT_TRUE(a.waits == b.waits);
  EXPECT_EQ(a.stage_at, b.stage_at);
  EXPECT_EQ(a.review_at, b.review_at);
  EXPECT_EQ(a.overall_due, b.overall_due);
  EXPECT_EQ(a.listed_at, b.listed_at);
  EXPECT_EQ(a.extended_level, b.extended_level);
  EXPECT_EQ(a.deadlocks, b.deadlocks);
  EXPECT_EQ(a.ruled, b.ruled);
  EXPECT_EQ(a.enforcement, b.enforcement);
}

void expect_same(const Event& a, const Event& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.case_id, b.case_id);
  EXPECT_EQ(a.move, b.move);
  EXPECT_EQ(a.from, b.from);
  EXPECT_EQ(a.to, b.to);
  EXPECT_EQ(a.level, b.level);
  EXPECT_EQ(a.role, b.role);
  EXPECT_EQ(a.actor, b.actor);
  EXPECT_EQ(a.at, b.at);
  EXPECT_EQ(a.text, b.text);
  EXPECT_EQ(a.echo, b.echo);
  EXPECT_EQ(a.detail, b.detail);
}

void expect_same(const NoticeRow& a, const NoticeRow& b) {
  EXPECT_EQ(a.notice.id, b.notice.id);
  EXPECT_EQ(a.notice.channel, b.notice.channel);
  EXPECT_EQ(a.notice.recipient, b.notice.recipient);
  EXPECT_EQ(a.notice.kind, b.notice.kind);
  EXPECT_EQ(a.notice.case_number, b.notice.case_number);
  EXPECT_EQ(a.notice.title, b.notice.title);
  EXPECT_EQ(a.notice.text, b.notice.text);
  EXPECT_EQ(a.notice.buttons, b.notice.buttons);
  EXPECT_EQ(a.notice.link, b.notice.link);
  EXPECT_EQ(a.notice.fields, b.notice.fields);
  EXPECT_EQ(a.account, b.account);
  EXPECT_EQ(a.person, b.person);
  EXPECT_EQ(a.about, b.about);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.echo, b.echo);
  EXPECT_EQ(a.urgent, b.urgent);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.attempts, b.attempts);
  EXPECT_EQ(a.seq, b.seq);
  EXPECT_EQ(a.lane_token, b.lane_token);
  EXPECT_EQ(a.next_at, b.next_at);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.edits, b.edits);
  EXPECT_EQ(a.card, b.card);
  EXPECT_EQ(a.brief, b.brief);
  EXPECT_EQ(a.tried, b.tried);
}

void expect_same(const Inbound& a, const Inbound& b) {
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.sender, b.sender);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.body, b.body);
  EXPECT_EQ(a.sent_at, b.sent_at);
  EXPECT_EQ(a.received_at, b.received_at);
  EXPECT_EQ(a.about, b.about);
  EXPECT_EQ(a.reply, b.reply);
  EXPECT_EQ(a.substance, b.substance);
  EXPECT_EQ(a.answered, b.answered);
}

void expect_same(const Card& a, const Card& b) {
  EXPECT_EQ(a.notice, b.notice);
  EXPECT_EQ(a.about, b.about);
  EXPECT_EQ(a.account, b.account);
  EXPECT_EQ(a.person, b.person);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.office, b.office);
  EXPECT_EQ(a.handle, b.handle);
}

void expect_same(const MediaOrder& a, const MediaOrder& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.about, b.about);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.channel, b.channel);
  EXPECT_EQ(a.user, b.user);
  EXPECT_EQ(a.media_id, b.media_id);
  EXPECT_EQ(a.url, b.url);
  EXPECT_EQ(a.format, b.format);
}

std::string fresh_batch_id() {
  static std::atomic<int> count = 0;
  return "batch-" + std::to_string(++count);
}

void commit(Store& store, const WorkingSet& set, Writes writes) {
  auto batch = store.begin();
  writes.batch_id = fresh_batch_id();
  writes.set = &set;
  batch->save(writes);
  batch->commit();
}

Account store_account(Store& store, std::int64_t id, const std::string& user,
                      const std::string& channel) {
  Person person;
  person.id = PersonId{id};
  Account account;
  account.id = AccountId{id + 1};
  account.channel = channel;
  account.user = user;
  account.person = person.id;
  WorkingSet set;
  set.create(person);
  set.create(account);
  commit(store, set);
  return account;
}

std::vector<NoticeId> store_notices(Store& store, const Account& account, std::int64_t first_id,
                                    int count, NoticeState state) {
  Writes writes;
  std::vector<NoticeId> ids;
  for (int i = 0; i < count; ++i) {
    auto row = sample_notice(first_id + i, account, i + 1);
    row.state = state;
    row.attempts = 0;
    row.events.clear();
    row.edits = {};
    row.card = false;
    row.tried.clear();
    ids.push_back(row.notice.id);
    writes.notices.push_back(std::move(row));
  }
  commit(store, WorkingSet{}, std::move(writes));
  return ids;
}

}  // namespace huiyin::store
