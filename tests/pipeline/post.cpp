#include "tests/pipeline/post.h"

#include <array>

namespace huiyin {

// ---- the channel --------------------------------------------------------------------------------

bool PostChannel::has_route(Route route, const Notice& notice) const {
  if (more_.only_replies) return route == Route::session && !notice.reply_address.empty();
  return FakeChannel::has_route(route, notice);
}

net::OutgoingRequest PostChannel::encode(const Notice& notice, Route route,
                                         const Token& token) const {
  auto request = FakeChannel::encode(notice, route, token);
  request.headers.emplace_back("Channel", notice.channel);
  return request;
}

SendOutcome PostChannel::interpret_sent(const Notice&, Route route,
                                        const net::HttpResponse& response) const {
  const auto space = response.body.find(' ');
  net::HttpResponse first;
  first.body = response.body.substr(0, space);
  auto outcome = interpret(route, first);
  if (space == std::string::npos) return outcome;
  const auto rest = response.body.substr(space + 1);
  if (outcome.kind == SendOutcome::delivered)
    outcome.platform_id = rest;
  else
    outcome.retry_after = std::chrono::milliseconds{std::stoi(rest)};
  return outcome;
}

std::optional<net::OutgoingRequest> PostChannel::fate_request(std::string_view platform_id,
                                                              const Token&) const {
  if (!more_.fates) return std::nullopt;
  net::OutgoingRequest request;
  request.url = "http://platform/fate";
  request.body = "?|fate|" + std::string{platform_id};
  return request;
}

std::optional<Delivery> PostChannel::interpret_fate(std::string_view platform_id,
                                                    const net::HttpResponse& response) const {
  if (response.body != "arrived" && response.body != "lost") return std::nullopt;
  return Delivery{std::string{platform_id}, response.body == "arrived", response.body};
}

// ---- the post -----------------------------------------------------------------------------------

net::ClientResult Post::answer(const std::string& body) {
  net::ClientResult result;
  result.response.body = body;
  return result;
}

net::ClientResult Post::fault(net::Fault fault) {
  net::ClientResult result;
  result.fault = fault;
  return result;
}

std::string Post::text_of(const net::OutgoingRequest& request) {
  return request.body.substr(request.body.rfind('|') + 1);
}

Post::Post(const std::string& url, OutboxOptions options,
           const std::vector<std::pair<std::string, PostChannel::Traits>>& with)
    : store{store::open(url)} {
  clock.set(*parse_rfc3339("2026-03-26T09:10:00+08:00"));
  play = [](const net::OutgoingRequest& request) {
    if (request.url.ends_with("/token")) return answer("token");
    if (request.url.ends_with("/fate")) return answer("arrived");
    return answer("delivered id of " + text_of(request));
  };
  for (const auto& [name, traits] : with)
    channels.emplace(name, std::make_unique<PostChannel>(traits));
  client = std::make_unique<FakeClient>([this](const auto& request) { return play(request); });
  if (options.process.empty()) options.process = "p1";
  outbox = Outbox::start(options, store::open(url), channels, *client, clock, monitor);
}

std::vector<AccountId> Post::person(const std::vector<std::string>& accounts) {
  const auto n = static_cast<std::int64_t>(accounts.size());
  auto id = store->lease("id", n + 1);
  WorkingSet set;
  Person person;
  person.id = PersonId{id++};
  person.preferred = AccountId{id};
  set.create(person);
  std::vector<AccountId> out;
  for (const auto& name : accounts) {
    Account account;
    account.id = AccountId{id++};
    account.person = person.id;
    account.channel = name.substr(0, name.find(':'));
    account.user = name.substr(name.find(':') + 1);
    account.window_until = clock.now() + std::chrono::hours{48};
    account.window_left = 5;
    owner_[account.id] = person.id;
    out.push_back(account.id);
    set.create(account);
  }
  store::Writes writes;
  writes.batch_id = "person " + std::to_string(person.id.raw());
  writes.set = &set;
  const auto tx = store->begin();
  tx->save(writes);
  tx->commit();
  return out;
}

NoticeId Post::write(const Letter& letter) {
  store::NoticeRow row;
  row.notice.id = NoticeId{store->lease("id", 1)};
  const auto tx = store->begin();
  WorkingSet set;
  Need need;
  need.persons.insert(owner_.at(letter.to));
  tx->load(need, Instant{}, set);
  tx->lock_accounts({letter.to}, set);
  const auto database_now = tx->database_now();
  Account lane = *set.account(letter.to);

  row.notice.channel = lane.channel;
  row.notice.recipient = lane.user;
  row.notice.kind = letter.kind;
  row.notice.text = letter.text;
  row.notice.reply_address = letter.reply_address;
  row.notice.reply_until = clock.now() + std::chrono::minutes{5};
  row.account = lane.id;
  row.person = lane.person;
  row.echo = letter.echo;
  row.card = letter.card;
  row.edits = letter.edits;
  row.created_at = clock.now() - std::chrono::minutes{letter.age_minutes};
  row.next_at = database_now;
  row.seq = ++lane.lane_seq;
  const bool ours = lane.lane_owner == outbox->process() && lane.lane_until > database_now;
  const bool fresh = lane.lane_owner.empty() && lane.lane_seq == 1;
  const auto token = fresh ? lane.lane_token + 1 : lane.lane_token;
  const bool reserved =
      !letter.stays_due && (ours || fresh) && outbox->reserve(lane.id, token, row.seq);
  if (reserved) {
    lane.lane_owner = outbox->process();
    lane.lane_token = token;
    lane.lane_until = database_now + outbox->lease();
    row.state = store::NoticeState::sending;
    row.next_at = lane.lane_until;
    row.lane_token = token;
  } else {
    outbox->behind(lane.id);
  }
  set.change(lane);
  store::Writes writes;
  writes.batch_id = "notice " + std::to_string(row.notice.id.raw());
  writes.set = &set;
  writes.notices.push_back(row);
  if (letter.card)
    writes.cards.push_back({row.notice.id, CaseId{1}, lane.id, lane.person, "card", false, ""});
  tx->save(writes);
  tx->commit();
  std::vector<std::pair<store::NoticeRow, Account>> rows;
  if (reserved) rows.emplace_back(row, lane);
  outbox->fill(std::move(rows), !reserved);
  return row.notice.id;
}

store::NoticeRow Post::row(NoticeId id) {
  const auto tx = store->begin();
  const std::array ids{id};
  return tx->find_notices(ids).at(id);
}

std::vector<std::string> Post::sent(const std::string& user) const {
  std::vector<std::string> out;
  for (const auto& request : client->requests())
    if (request.url.find("/token") == std::string::npos &&
        request.url.find("/fate") == std::string::npos &&
        (user.empty() || request.body.starts_with(user + "|")))
      out.push_back(text_of(request));
  return out;
}

std::vector<net::OutgoingRequest> Post::requests(const std::string& text) const {
  std::vector<net::OutgoingRequest> out;
  for (const auto& request : client->requests())
    if (text_of(request) == text) out.push_back(request);
  return out;
}

}  // namespace huiyin
