#include "tests/pipeline/rig.h"

#include <algorithm>
#include <future>

#include "tests/fakes/vocabulary.h"

namespace huiyin {
namespace {

Unit unit(const char* code, const char* name, UnitKind kind, const char* parent) {
  Unit row;
  row.code = UnitCode{code};
  row.name = name;
  row.kind = kind;
  row.parent = UnitCode{parent};
  return row;
}

WorkingCalendar calendar() {
  using namespace std::chrono_literals;
  return WorkingCalendar{{{8h + 30min, 12h}, {14h, 17h + 30min}}, {{2026, {}}}};
}

Policy policy() {
  Policy policy{.calendar = calendar(), .clocks = default_clocks(), .area = {}};
  policy.same_problem = 2;  // never: many farmers say the same here, and each has his own case
  return policy;
}

}  // namespace

void import_rig_directory(store::Store& store) {
  const std::vector<Unit> units{unit("t", "浣溪镇", UnitKind::township, ""),
                                unit("v1", "东浦村", UnitKind::village, "t"),
                                unit("v2", "西浦村", UnitKind::village, "t")};
  store.import_units(units);
  std::vector<std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people;
  for (const char* code : {"cadre", "deputy", "clerk"}) {
    Person person;
    person.code = code;
    person.name = code;
    people.push_back({person, {{"test", code}}});
  }
  store.import_people(people, std::vector<std::vector<std::string>>(people.size()));
  std::vector<store::Store::DutyImport> duties(3);
  duties[0] = {UnitCode{"v1"}, "cadre", 1, DutyRole::stationed_cadre, {}, {}, ""};
  duties[1] = {UnitCode{"v1"}, "deputy", 1, DutyRole::deputy, {}, {}, ""};
  duties[2] = {UnitCode{"t"}, "clerk", 1, DutyRole::clerk, {}, {}, ""};
  store.import_duties(duties);
}

void RigMonitor::event(Severity, std::string_view name, Fields) {
  std::lock_guard lock{mutex_};
  ++events_[std::string{name}];
}

void RigMonitor::committed(std::size_t inputs, int attempts, std::chrono::microseconds) {
  std::lock_guard lock{mutex_};
  ++batches;
  retried += attempts > 1;
  largest = std::max(largest, inputs);
}

void RigMonitor::echo_owed(std::string_view channel) {
  event(Severity::info, "owed " + std::string{channel}, {});
}

int RigMonitor::owed(const std::string& channel) const { return count("owed " + channel); }

int RigMonitor::count(const std::string& name) const {
  std::lock_guard lock{mutex_};
  const auto at = events_.find(name);
  return at == events_.end() ? 0 : at->second;
}

Rig::Rig(const std::string& url, Options options) : url_{url}, process_{options.process} {
  clock.set(options.start);
  play = [this](const net::OutgoingRequest& request) {
    net::ClientResult result;
    result.response.body = request.url.ends_with("/token")
                               ? process_ + "-token-" + std::to_string(++tokens_)
                               : "delivered";
    return result;
  };
  channels.emplace("test", std::make_unique<FakeChannel>(options.traits));
  for (const auto& [name, traits] : options.more)
    channels.emplace(name, std::make_unique<FakeChannel>(traits));
  const auto vocabulary = fakes::vocabulary();
  const auto renderer =
      options.renderer ? options.renderer : load_templates(HUIYIN_SOURCE_DIR "/templates");
  current = std::make_unique<Current>(
      [=, on_make = options.on_make, rules = options.rules](DirectoryPtr directory) {
        if (on_make) on_make();
        auto runtime = std::make_shared<Runtime>();
        runtime->understanding = make_understanding(vocabulary, *directory);
        runtime->directory = std::move(directory);
        runtime->policy = std::make_shared<Policy>(policy());
        runtime->renderer = renderer;
        runtime->rules = rules;
        return runtime;
      });
  current->adopt(open()->load_directory());
  client = std::make_unique<FakeClient>([this](const auto& request) { return play(request); });
  options.outbox.process = process_;
  if (!options.open_outbox) options.open_outbox = [this] { return open(); };
  outbox = Outbox::start(options.outbox, options.open_outbox(), channels, *client, clock, monitor);
  options.inbox.workers = options.workers;
  if (!options.open) options.open = [this] { return open(); };
  inbox =
      Inbox::start(options.inbox, options.open, *current, channels, clock, *outbox, monitor, links);
}

Rig::~Rig() {
  inbox->stop();
  outbox->stop(std::chrono::seconds{5});
}

std::unique_ptr<store::Store> Rig::open() const { return store::open(url_); }

Message Rig::message(const std::string& user, const std::string& text, const std::string& key) {
  Message message;
  message.channel = "test";
  message.sender = user;
  message.text = message.raw = text;
  message.dedupe_key = key.empty() ? process_ + "-" + std::to_string(++serial_) : key;
  message.sent_at = clock.now();
  message.window = {clock.now() + std::chrono::hours{48}, 5};
  return message;
}

void Rig::say_async(const std::string& user, const std::string& text, const std::string& key,
                    Inbox::Done done) {
  auto said = message(user, text, key);
  auto meaning = current->get()->understanding->understand(said);
  inbox->submit(std::move(said), std::move(meaning), std::move(done));
}

Receipt Rig::submit(Message said) {
  auto promise = std::make_shared<std::promise<Receipt>>();
  auto receipt = promise->get_future();
  auto meaning = current->get()->understanding->understand(said);
  inbox->submit(std::move(said), std::move(meaning),
                [promise](Receipt r) { promise->set_value(std::move(r)); });
  return receipt.get();
}

Receipt Rig::say(const std::string& user, const std::string& text, const std::string& key) {
  auto receipt = submit(message(user, text, key));
  rode(receipt);
  return receipt;
}

void Rig::rode(const Receipt& receipt, bool written) {
  if (receipt.reply) outbox->rode(receipt.reply->id, written);
}

std::vector<std::string> Rig::sent_to(const std::string& user) const {
  std::vector<std::string> texts;
  for (const auto& request : client->requests()) {
    if (!request.body.starts_with(user + "|")) continue;
    texts.push_back(request.body.substr(user.size() + 1));
  }
  return texts;
}

std::vector<std::string> Rig::kinds_to(const std::string& user) const {
  auto texts = sent_to(user);
  for (auto& text : texts) text.resize(text.find('|'));
  return texts;
}

}  // namespace huiyin
