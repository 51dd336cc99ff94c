// Conversations with the desk in pure form: a small county, a clock that stands still, and a fold
// of every decision into one working set. After each step the promises are checked. Header only,
// so that the tests of the pure rooms need no library that could smuggle an arrow in.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "server/desk/decide.h"
#include "server/desk/rounds.h"
#include "tests/fakes/vocabulary.h"

namespace huiyin::fakes {

inline Instant at(const char* rfc3339) { return parse_rfc3339(rfc3339).value(); }

// 2026 as in handbook §5.
inline WorkingCalendar calendar_2026() {
  using namespace std::chrono;
  WorkingCalendar::Year year;
  const auto day = [](unsigned m, unsigned d) {
    return local_days{std::chrono::year{2026} / static_cast<int>(m) / static_cast<int>(d)};
  };
  const auto off = [&](unsigned m, unsigned from, unsigned to) {
    for (unsigned d = from; d <= to; ++d) year.off.insert(day(m, d));
  };
  off(1, 1, 3), off(2, 15, 23), off(4, 4, 6), off(5, 1, 5), off(6, 19, 21), off(9, 25, 27),
      off(10, 1, 7);
  for (const auto& [m, d] : {std::pair{1, 4}, {2, 14}, {2, 28}, {5, 9}, {9, 20}, {10, 10}})
    year.worked.insert(day(static_cast<unsigned>(m), static_cast<unsigned>(d)));
  return WorkingCalendar{
      {{hours{8} + minutes{30}, hours{12}}, {hours{14}, hours{17} + minutes{30}}}, {{2026, year}}};
}

struct CountingSupply : Supply {
  std::int64_t id = 1000;
  int number = 0, code = 0;
  std::string next_code() override {
    const int n = code++;
    return std::string{"TESTCD"} + static_cast<char>('2' + n / 8 % 8) +
           static_cast<char>('2' + n % 8);
  }
  std::int64_t next_id() override { return ++id; }
  std::string next_number(Instant when) override {
    const auto day = std::chrono::floor<std::chrono::days>(to_shanghai(when));
    const std::chrono::year_month_day date{day};
    char text[32];
    std::snprintf(text, sizeof text, "%02d%02u%02u-%04d", static_cast<int>(date.year()) % 100,
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), ++number);
    return text;
  }
};

// The people of the story. Ids are fixed, so that a test can name them.
namespace people {
inline constexpr PersonId instructor{11}, deputy{12}, clerk{13}, second_clerk{14}, officer{15},
    county_clerk{16}, county_leader{17}, city_clerk{18}, city_leader{19}, water{20}, labour{21},
    partner{22}, grid{23}, city_water{24};
}  // namespace people

inline Unit unit(const char* code, const char* name, UnitKind kind, const char* parent,
                 const char* phone = "") {
  Unit u;
  u.code = UnitCode{code};
  u.name = name;
  u.kind = kind;
  u.parent = UnitCode{parent};
  u.phone = phone;
  return u;
}

inline DirectoryPtr small_county() {
  using enum UnitKind;
  using enum DutyRole;
  std::vector<Unit> units{
      unit("sz", "嵊州市", county, "sx"),
      unit("sh", "石璜镇", township, "sz", "0575-80000105"),
      unit("hz", "黄泽镇", township, "sz"),
      unit("lj", "楼家村", village, "sh"),
      unit("xd", "溪东自然村", hamlet, "lj"),
      unit("xs-sh", "新胜村", village, "sh"),
      unit("xs-hz", "新胜村", village, "hz"),
      unit("yf", "云帆纺织", enterprise, "sh"),
      unit("sx", "绍兴市", city, ""),
      unit("slj", "水利局", department, "sz"),
      unit("rsj", "人社局", department, "sz"),
      unit("sslj", "市水利局", department, "sx"),
      unit("gs", "供水站", partner, "sh"),
      unit("lj-1", "楼家一网格", grid, "lj"),
  };
  units[9].topics = {"agriculture", "environment"};
  units[10].topics = {"labour_security"};
  units[11].topics = {"agriculture"};
  units[12].topics = {"agriculture", "construction"};
  units[3].latitude = 29.6031, units[3].longitude = 120.7012;
  std::vector<Duty> duties;
  const auto duty = [&](const char* where, PersonId who, DutyRole role, int priority = 1) {
    Duty d;
    d.unit = UnitCode{where};
    d.person = who;
    d.role = role;
    d.priority = priority;
    duties.push_back(d);
  };
  duty("lj", people::instructor, stationed_cadre);
  duty("lj", people::deputy, deputy);
  duty("sh", people::clerk, clerk, 1);
  duty("sh", people::second_clerk, clerk, 2);
  duty("yf", people::officer, stationed_cadre);
  duty("sz", people::county_clerk, clerk);
  duty("sz", people::county_leader, leader);
  duty("sx", people::city_clerk, clerk);
  duty("sx", people::city_leader, leader);
  duty("slj", people::water, contact);
  duty("rsj", people::labour, contact);
  duty("sslj", people::city_water, contact);
  duty("gs", people::partner, contact);
  duty("lj-1", people::grid, grid_worker);
  std::vector<Person> persons;
  std::vector<Account> accounts;
  for (const auto& [id, name] : {std::pair{people::instructor, "楼建平"},
                                 {people::deputy, "张小燕"},
                                 {people::clerk, "竺文"},
                                 {people::second_clerk, "钱伟"},
                                 {people::officer, "骆明"},
                                 {people::county_clerk, "陈静"},
                                 {people::county_leader, "周县长"},
                                 {people::city_clerk, "吴市办"},
                                 {people::city_leader, "郑市长"},
                                 {people::water, "水利联络员"},
                                 {people::labour, "人社联络员"},
                                 {people::partner, "供水站长"},
                                 {people::grid, "网格小楼"},
                                 {people::city_water, "市水利联络员"}}) {
    Person p;
    p.id = id;
    p.code = name;
    p.name = name;
    p.informed = true;
    persons.push_back(p);
    Account a;
    a.id = AccountId{id.raw() + 100};
    a.channel = "console";
    a.user = name;
    a.person = id;
    accounts.push_back(a);
  }
  return std::make_shared<const Directory>(1, std::move(units), std::move(duties),
                                           std::move(persons), std::move(accounts));
}

// Reads templates/<locale>/<audience>/<kind>.mustache and says which variables are not provided.
// Sections on absent facts are not rendered, so their variables do not count.
class TemplateCheck {
 public:
  static std::string missing(const NoticeDraft& draft, const std::string& locale) {
    const std::string path = std::string{HUIYIN_SOURCE_DIR} + "/templates/" + locale + "/" +
                             std::string{name(draft.audience)} + "/" + draft.kind + ".mustache";
    static std::map<std::string, std::string> files;
    auto file = files.find(path);
    if (file == files.end()) {
      std::ifstream in{path};
      if (!in) return path + " does not exist";
      file = files.emplace(path, std::string{std::istreambuf_iterator<char>{in}, {}}).first;
    }
    std::string wrong;
    walk(file->second, with_files(draft), nullptr, wrong);
    if (!draft.media.empty() && file->second.find("{{#media}}") == std::string::npos)
      wrong += " does not show the files";
    return wrong.empty() ? "" : path + ":" + wrong;
  }

  // What a reader sees: enough of mustache for our templates.
  static std::string text(const NoticeDraft& draft, const std::string& locale) {
    std::ifstream in{std::string{HUIYIN_SOURCE_DIR} + "/templates/" + locale + "/" +
                     std::string{name(draft.audience)} + "/" + draft.kind + ".mustache"};
    const std::string source{std::istreambuf_iterator<char>{in}, {}};
    std::string wrong;
    const auto all = walk(source, with_files(draft), nullptr, wrong);
    const auto body = all.find("\n\n");
    return body == std::string::npos ? all : all.substr(body + 2);
  }

 private:
  using Row = std::map<std::string, std::string>;

  static NoticeDraft with_files(NoticeDraft draft) {
    for (const auto& file : draft.media)
      draft.lists["media"].push_back({{"what", std::string{name(file.kind)}},
                                      {"link", "/m/" + std::to_string(file.id.raw())}});
    return draft;
  }

  static std::string walk(std::string_view source, const NoticeDraft& draft, const Row* row,
                          std::string& wrong) {
    std::string out;
    const auto value = [&](const std::string& key) -> const std::string* {
      if (row)
        if (const auto found = row->find(key); found != row->end()) return &found->second;
      const auto found = draft.facts.find(key);
      return found == draft.facts.end() ? nullptr : &found->second;
    };
    while (!source.empty()) {
      const auto open = source.find("{{");
      out += source.substr(0, open);
      if (open == std::string_view::npos) break;
      source.remove_prefix(open + 2);
      if (source.starts_with("{")) {
        const auto close = source.find("}}}");
        const std::string key{source.substr(1, close - 1)};
        source.remove_prefix(close + 3);
        if (const auto* found = value(key))
          out += *found;
        else
          wrong += " " + key;
      } else {
        const auto close = source.find("}}");
        const char kind = source.front();
        const std::string key{source.substr(1, close - 1)};
        source.remove_prefix(close + 2);
        const std::string end = "{{/" + key + "}}";
        const auto stop = source.find(end);
        if ((kind != '#' && kind != '^') || stop == std::string_view::npos) {
          wrong += " tag " + key;
          return out;
        }
        const auto inner = source.substr(0, stop);
        source.remove_prefix(stop + end.size());
        const auto list = draft.lists.find(key);
        if (kind == '#' && list != draft.lists.end())
          for (const auto& item : list->second) out += walk(inner, draft, &item, wrong);
        else if ((value(key) != nullptr || list != draft.lists.end()) == (kind == '#'))
          out += walk(inner, draft, row, wrong);
      }
    }
    return out;
  }
};

class DeskHarness {
 public:
  explicit DeskHarness(const char* start = "2026-03-26T09:10:00+08:00") : now{at(start)} {
    for (std::int64_t raw = people::instructor.raw(); raw <= people::city_water.raw(); ++raw) {
      const PersonId id{raw};
      meet(*directory->person(id), "console");
    }
  }

  // A resident who writes for the first time, or comes back.
  PersonId resident(const std::string& user) {
    if (const auto found = residents_.find(user); found != residents_.end()) return found->second;
    Person person;
    person.id = PersonId{500 + static_cast<std::int64_t>(residents_.size())};
    meet(person, "wechat", user);
    residents_[user] = person.id;
    return person.id;
  }

  // Says it and returns what was decided; the promises hold afterwards.
  Decision say(PersonId who, const std::string& text) {
    Message message;
    message.text = text;
    return send(who, message);
  }
  Decision say(const std::string& user, const std::string& text) {
    Message message;
    message.text = text;
    return send(user, std::move(message));
  }
  Decision send(PersonId who, Message message) {
    const auto accounts = set.accounts_of(who);
    if (accounts.empty()) return {};  // all were bound to somebody else: nobody can speak as him
    return send_from(*accounts.front(), std::move(message));
  }
  // Whoever the account belongs to by now speaks.
  Decision send_from(Account account, Message message) {
    const PersonId who = account.person;
    message.channel = account.channel;
    message.sender = account.user;
    message.sent_at = now;
    const Meaning meaning = understanding->understand(message);
    return decide_on(Said{message, meaning, who, account.id});
  }
  Decision send(const std::string& user, Message message) {
    resident(user);
    return send_from(*set.account("wechat", user), std::move(message));
  }

  // Moves the clock and serves all timers on the way, in order.
  std::vector<Decision> pass_until(Instant then) {
    std::vector<Decision> decisions;
    for (;;) {
      const Case* next = nullptr;
      for (const auto& [id, row] : set.cases())
        if (row.row.next_due_at != Instant{} && (!next || row.row.next_due_at < next->next_due_at))
          next = &row.row;
      if (!next || next->next_due_at > then) break;
      now = std::max(now, next->next_due_at);
      decisions.push_back(decide_on(Due{next->id}));
      if (decisions.size() > 500) {
        ADD_FAILURE() << "timers do not come to an end";
        break;
      }
    }
    now = then;
    return decisions;
  }
  // The clock jumps: everything that was due meanwhile is decided now.
  std::vector<Decision> jump_to(Instant then) {
    now = then;
    std::vector<Decision> decisions;
    for (bool again = true; again;) {
      again = false;
      for (const auto& [id, row] : set.cases())
        if (row.row.next_due_at != Instant{} && row.row.next_due_at <= now) {
          decisions.push_back(decide_on(Due{id}));
          again = true;
          break;
        }
      if (decisions.size() > 500) {
        ADD_FAILURE() << "timers do not come to an end";
        break;
      }
    }
    return decisions;
  }

  // Serves the rounds that are due now, as the timers of the pipeline do.
  std::vector<Decision> serve_rounds() {
    std::vector<Decision> decisions;
    for (bool again = true; again;) {
      again = false;
      for (const auto name : rounds::kAll) {
        RoundDone& last = rounds_done_.try_emplace(std::string{name}).first->second;
        last.name = name;
        const auto due = rounds::due(last, *directory, policy, now);
        if (!due || *due > now) continue;
        set_owners();
        decisions.push_back(decide_on(Round{last}));
        if (decisions.back().round) last = *decisions.back().round;
        again = true;
      }
      if (decisions.size() > 100) {
        ADD_FAILURE() << "rounds do not come to an end";
        break;
      }
    }
    return decisions;
  }

  const Case& only_case() const {
    EXPECT_EQ(set.cases().size(), 1u);
    return set.cases().begin()->second.row;
  }
  const Case& case_of(const std::string& number) const {
    const Case* c = set.find_case(number);
    if (!c) throw std::runtime_error{"no case " + number};
    return *c;
  }
  // The case registered last.
  const Case& last_case() const {
    const Case* last = nullptr;
    for (const auto& [id, row] : set.cases())
      if (!last || row.row.id > last->id) last = &row.row;
    return *last;
  }

  static std::vector<const NoticeDraft*> to(const Decision& decision, PersonId who) {
    std::vector<const NoticeDraft*> found;
    for (const auto& notice : decision.notices)
      if (notice.to == who && !notice.edits) found.push_back(&notice);
    return found;
  }
  std::vector<std::string> kinds(const Decision& decision) const {
    std::vector<std::string> found;
    for (const auto& n : decision.notices)
      if (!n.edits) found.push_back(std::string{name(n.audience)} + "/" + n.kind);
    return found;
  }
  static Decision without_edits(Decision decision) {
    std::erase_if(decision.notices,
                  [](const NoticeDraft& n) { return static_cast<bool>(n.edits); });
    return decision;
  }
  // New contents of cards that are out, in the order of the cards.
  static std::vector<const NoticeDraft*> edits(const Decision& decision) {
    std::vector<const NoticeDraft*> found;
    for (const auto& n : decision.notices)
      if (n.edits) found.push_back(&n);
    return found;
  }
  std::string read(const NoticeDraft& notice) const {
    return TemplateCheck::text(notice, locale_of(notice.to));
  }
  std::string locale_of(PersonId who) const {
    const Person* person = set.person(who);
    return person ? person->locale : "zh";
  }

  Decision decide_on(decltype(Input::what) what) {
    Input input{now, std::move(what)};
    const CountingSupply before = supply;
    for (int round = 0; round < 4; ++round) {
      auto answer = decide(input, set, *directory, policy, supply);
      if (auto* need = std::get_if<Need>(&answer)) {
        supply = before;  // a second attempt draws the same numbers (Supply)
        EXPECT_FALSE(need->empty());
        if (load) load(*need, set);
        set.mark_asked(*need);
        needs.merge(*need);
        ++rounds;
        continue;
      }
      Decision decision = std::get<Decision>(std::move(answer));
      check(input, decision);
      set.fold(decision);
      move_account(decision);
      send_cards(decision);
      change_directory(decision);
      check_promises(decision);
      transcript.push_back(decision);
      return decision;
    }
    ADD_FAILURE() << "still in need after three rounds";
    return {};
  }

  DirectoryPtr directory = small_county();
  Policy policy{calendar_2026(), default_clocks(), 10, {}, 8, 3, std::chrono::minutes{30}};
  WorkingSet set;
  CountingSupply supply;
  Instant now;
  std::function<void(const Need&, WorkingSet&)> load;  // what a store would put into the set
  Need needs;
  int rounds = 0;
  std::vector<Decision> transcript;
  // Names and words stay the same when a test exchanges the directory.
  const std::shared_ptr<const Understanding>& understanding = words_of_small_county();

 private:
  static const std::shared_ptr<const Understanding>& words_of_small_county() {
    static const auto once = make_understanding(vocabulary(), *small_county());
    return once;
  }

  void set_owners() {
    std::set<OwnerOf> owners;
    for (const auto& [id, row] : set.cases())
      if (is_open(row.row.stage) && row.row.stage != Stage::draft)
        owners.insert({row.row.owner, row.row.owner_unit});
    Need asked;
    asked.owners = true;
    for (const OwnerOf& owner : owners) asked.cases_of.insert(owner.person);
    set.put_owners(std::move(owners));
    set.mark_asked(asked);
  }

  // What the pipeline does with a binding, and with the cards that it sends.
  void move_account(const Decision& decision) {
    if (!decision.bind_account) return;
    Account account = *set.account(decision.bind_account);
    account.person = decision.bind_to;
    set.change(std::move(account));
  }
  void send_cards(const Decision& decision) {
    for (const auto& n : decision.notices) {
      const bool card = std::ranges::any_of(kNoticeKinds, [&](const NoticeKind& kind) {
        return kind.card && kind.name == n.kind && kind.audience == n.audience;
      });
      const auto accounts = set.accounts_of(n.to);
      if (!card || n.edits || accounts.empty()) continue;
      const AccountId account = n.account ? n.account : accounts.front()->id;
      set.put_card({NoticeId{++last_card_}, n.about, account, n.to, n.kind,
                    n.audience == Audience::office, ""});
    }
  }

  void meet(Person person, const char* channel, std::string user = {}) {
    Account account;
    account.id = AccountId{person.id.raw() + 100};
    account.channel = channel;
    account.user = user.empty() ? person.name : user;
    account.person = person.id;
    Need asked;
    asked.persons.insert(person.id);
    asked.cases_of.insert(person.id);
    set.put_loaded(person);
    set.put_loaded(account);
    set.mark_asked(asked);
  }

  // What one decision must keep by itself.
  void check(const Input& input, const Decision& decision) {
    std::map<std::pair<EventId, PersonId>, int> told;
    for (const auto& notice : decision.notices) {
      EXPECT_TRUE(std::ranges::any_of(kNoticeKinds, [&](const NoticeKind& kind) {
        return kind.name == notice.kind && kind.audience == notice.audience;
      })) << notice.kind;
      EXPECT_EQ(TemplateCheck::missing(notice, "zh"), "");
      EXPECT_EQ(TemplateCheck::missing(notice, "en"), "");
      EXPECT_NE(notice.to, PersonId{}) << notice.kind;
      EXPECT_NE(notice.to, kDutyDesk) << notice.kind << ": nobody is there to read it";
      for (const EventId event : notice.events) ++told[{event, notice.to}];
      if (notice.audience == Audience::reporter && !notice.events.empty()) {
        EXPECT_TRUE(notice.account) << notice.kind;
      }
      if (notice.edits) {  // nobody is alarmed by a card that changes, so it never waits
        EXPECT_TRUE(notice.events.empty() && !notice.answers_input && !notice.urgent);
        EXPECT_EQ(notice.not_before, Instant{});
      } else {
        EXPECT_EQ(notice.not_before, hour_of(notice, decision)) << notice.kind;
      }
      for (const auto& file : notice.media) {
        const Case* c = decided(notice.about, decision);
        ASSERT_NE(c, nullptr) << notice.kind;
        EXPECT_EQ(std::ranges::count(c->media, file), 1) << notice.kind;
      }
    }
    for (const auto& event : decision.events) {
      EXPECT_TRUE(event.id);
      // P2: the reporter and everybody who followed before, once each; nobody else.
      const Case* c = decided(event.case_id, decision);
      const Case* before = set.find_case(event.case_id);
      std::set<PersonId> hear{c->reporter};
      for (const Party& party : c->parties)
        if (before && party.kind == PartyKind::follower &&
            std::ranges::any_of(before->parties, [&](const Party& other) {
              return other.person == party.person && other.kind == party.kind;
            }))
          hear.insert(party.person);
      for (const PersonId person : hear)
        EXPECT_EQ((told[{event.id, person}]), event.echo ? 1 : 0) << name(event.move);
      for (const auto& [key, times] : told)
        if (key.first == event.id && times > 0) {
          EXPECT_TRUE(hear.contains(key.second));
        }
    }
    if (const auto* due = std::get_if<Due>(&input.what)) {
      const Case* before = set.find_case(due->about);
      if (before && before->next_due_at != Instant{} && before->next_due_at <= now) {
        // A draft that becomes a case may join others.
        const auto itself = std::ranges::find(decision.cases, due->about, &Case::id);
        ASSERT_NE(itself, decision.cases.end());
        const auto& after = *itself;
        EXPECT_TRUE(after.next_due_at == Instant{} || after.next_due_at > before->next_due_at)
            << before->timer << " -> " << after.timer;
      }
    }
    std::set<CaseId> ids;
    for (const auto& c : decision.cases) EXPECT_TRUE(ids.insert(c.id).second);
    // A file that is fetched belongs to a case, and the case knows it.
    for (const auto& order : decision.media) {
      const Case* c = decided(order.about, decision);
      ASSERT_NE(c, nullptr);
      EXPECT_EQ(std::ranges::count(c->media, CaseMedia{order.id, order.kind}), 1);
      EXPECT_FALSE(order.media_id.empty() && order.url.empty());
    }
    for (const auto& c : decision.cases)
      EXPECT_EQ(c.text.find("MEDIA-"), std::string::npos) << "a platform's id among the words";
  }

  const Case* decided(CaseId id, const Decision& decision) const {
    for (const auto& c : decision.cases)
      if (c.id == id) return &c;
    return set.find_case(id);
  }
  // Handbook §10, §14.
  Instant hour_of(const NoticeDraft& notice, const Decision& decision) const {
    const Case* c = decided(notice.about, decision);
    if (notice.answers_input || (c && c->urgency != Urgency::normal)) return {};
    return notice.audience == Audience::reporter
               ? push_to_resident_at(policy.clocks, now)
               : push_to_cadre_at(policy.calendar, policy.clocks, now);
  }

  // What holds for the whole set.
  void check_promises(const Decision& decision) {
    for (const auto& changed : decision.cases) {
      const Case& c = *set.find_case(changed.id);
      if (is_open(c.stage) && c.stage != Stage::draft) {
        EXPECT_TRUE(c.owner) << c.number;  // P1
        EXPECT_TRUE(c.owner_unit) << c.number;
        // Whoever has left is replaced by the round, and by the next move of the case before it.
        const auto moved = [&](const Event& event) { return event.case_id == c.id; };
        if (std::ranges::any_of(decision.events, moved)) {
          EXPECT_TRUE(has_duty(c)) << c.number << ": the owner has left";
        }
        EXPECT_TRUE(c.registered_at != Instant{});
        if (c.type != CaseType::praise) {
          EXPECT_NE(c.next_due_at, Instant{}) << c.number;
          EXPECT_NE(c.due_at, Instant{}) << c.number;
        }
        EXPECT_EQ(c.outcome, Outcome::none);
      }
      if (c.stage == Stage::draft) {
        EXPECT_NE(c.next_due_at, Instant{}) << "a draft is lost";
      }
      if (c.stage == Stage::archived) {
        EXPECT_EQ(c.next_due_at, Instant{});
      }
      if (!is_open(c.stage)) {
        EXPECT_NE(c.outcome, Outcome::none) << c.number;
      }
      EXPECT_EQ(c.next_due_at == Instant{}, c.timer.empty());
    }
    for (const auto& event : decision.events)
      if (event.move == Move::return_case) {
        EXPECT_NE(set.find_case(event.case_id)->owner, event.actor);
      }
    // What is said about those who serve is not told to them (§4).
    for (const auto& notice : decision.notices) {
      const Case* c = set.find_case(notice.about);
      if (!c || notice.audience == Audience::reporter) continue;
      // A card that is out already turns into one that says nothing.
      if (notice.edits && !notice.facts.contains("text") && !notice.facts.contains("place"))
        continue;
      EXPECT_EQ(std::ranges::count(c->concerned, notice.to), 0) << notice.kind << " " << c->number;
      if (!c->concerned_unit) continue;
      for (const auto& duty : directory->duties_of(notice.to, now))
        EXPECT_FALSE(directory->within(duty.unit, c->concerned_unit))
            << notice.kind << " " << c->number;
    }
    // P5: nobody reads 已解决 about a case that was not.
    for (const auto& notice : decision.notices) {
      if (!notice.about || !notice.facts.contains("outcome")) continue;
      const Case* c = set.find_case(notice.about);
      ASSERT_NE(c, nullptr);
      EXPECT_EQ(notice.facts.contains("solved"), c->outcome == Outcome::solved);
      if (c->outcome != Outcome::solved) {
        EXPECT_NE(notice.facts.at("outcome"), "已解决");
      }
    }
  }

  bool has_duty(const Case& c) const {
    if (c.owner == kDutyDesk) return true;
    return directory->may_own(c.owner, c.owner_unit, now);
  }

  // What the pipeline does when somebody takes leave or is sent to help: the next directory.
  void change_directory(const Decision& decision) {
    if (decision.leaves.empty() && decision.duties.empty()) return;
    const auto put = [](auto& rows, const auto& fresh, const auto& same) {
      for (const auto& row : fresh) {
        const auto at =
            std::ranges::find_if(rows, [&](const auto& other) { return same(row, other); });
        if (at != rows.end())
          *at = row;
        else
          rows.push_back(row);
      }
    };
    auto leaves = directory->leaves();
    put(leaves, decision.leaves,
        [](const Leave& a, const Leave& b) { return a.person == b.person && a.from == b.from; });
    auto duties = directory->duties();
    put(duties, decision.duties, [](const Duty& a, const Duty& b) {
      return a.unit == b.unit && a.person == b.person && a.role == b.role && a.from == b.from;
    });
    std::vector<Person> persons;
    std::vector<Account> accounts;
    for (const auto& [id, person] : directory->people()) {
      if (id == kDutyDesk) continue;
      persons.push_back(person);
      for (const Account& account : directory->accounts_of(id)) accounts.push_back(account);
    }
    directory = std::make_shared<const Directory>(directory->version() + 1, directory->units(),
                                                  std::move(duties), std::move(persons),
                                                  std::move(accounts), std::move(leaves));
  }

  std::map<std::string, RoundDone> rounds_done_;
  std::map<std::string, PersonId> residents_;
  std::int64_t last_card_ = 0;
};

}  // namespace huiyin::fakes
