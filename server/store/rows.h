// Rows <-> columns. One function a type names its columns in table order, for reading and for
// writing, so that the two cannot drift apart. Internal to server/store.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "server/cases/case.h"
#include "server/cases/directory.h"
#include "server/cases/transitions.h"
#include "server/store/connection.h"
#include "server/store/content.h"
#include "server/store/dialect.h"
#include "server/store/store.h"
#include "server/store/workflow.h"

namespace huiyin::store {

using Params = std::vector<Value>;

inline std::int64_t microseconds(Instant at) { return at.time_since_epoch().count(); }
inline Instant instant(std::int64_t us) { return Instant{std::chrono::microseconds{us}}; }

// cases.over_at: "reported by or owned by, still open or closed since" is one range of one index.
inline constexpr std::int64_t kNotOver = std::numeric_limits<std::int64_t>::max();

inline Value to_value(std::int64_t v) { return Value{v}; }
inline Value to_value(int v) { return Value{v}; }
inline Value to_value(bool v) { return Value{v ? 1 : 0}; }
inline Value to_value(const std::string& v) { return Value{v}; }
inline Value to_value(Instant v) { return Value{microseconds(v)}; }
inline Value to_value(Level v) { return Value{static_cast<int>(v)}; }
inline Value to_value(const std::vector<std::string>& v) { return Value{join_list(v)}; }
inline Value to_value(const std::vector<CaseMedia>& v) {
  std::vector<std::string> out;
  for (const auto& one : v)
    out.push_back(std::string{name(one.kind)} + ":" + std::to_string(one.id.raw()));
  return Value{join_list(out)};
}
inline Value to_value(const std::vector<AccountId>& v) {
  std::vector<std::string> out;
  for (const auto id : v) out.push_back(std::to_string(id.raw()));
  return Value{join_list(out)};
}
inline Value to_value(std::optional<double> v) { return v ? Value{*v} : Value{}; }
template <class Tag, class Rep>
Value to_value(const Id<Tag, Rep>& v) {
  return Value{v.raw()};
}
template <class E>
requires std::is_enum_v<E> Value to_value(E v) { return Value{name(v)}; }

inline void from_value(const Value& v, std::int64_t& out) { out = v.integer(); }
inline void from_value(const Value& v, int& out) { out = static_cast<int>(v.integer()); }
inline void from_value(const Value& v, bool& out) { out = v.integer() != 0; }
inline void from_value(const Value& v, std::string& out) { out = v.text(); }
inline void from_value(const Value& v, Instant& out) { out = instant(v.integer()); }
inline void from_value(const Value& v, Level& out) { out = static_cast<Level>(v.integer()); }
inline void from_value(const Value& v, std::vector<std::string>& out) {
  out = split_list(v.text());
}
// Numbers in a list column; anything else there was written by somebody else.
inline std::int64_t listed_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size())
    throw Error{Trouble::broken, 0, "not a number in a list column"};
  return number;
}
inline void from_value(const Value& v, std::vector<CaseMedia>& out) {
  for (const auto& one : split_list(v.text())) {
    const auto colon = one.find(':');
    const auto kind = from_name<MediaKind>(std::string_view{one}.substr(0, colon));
    if (!kind || colon == std::string::npos)
      throw Error{Trouble::broken, 0, "unknown name in the database: newer program?"};
    out.push_back({MediaId{listed_number(std::string_view{one}.substr(colon + 1))}, *kind});
  }
}
inline void from_value(const Value& v, std::vector<AccountId>& out) {
  for (const auto& one : split_list(v.text())) out.emplace_back(listed_number(one));
}
inline void from_value(const Value& v, std::optional<double>& out) {
  if (!v.is_null()) out = v.real();
}
template <class Tag>
void from_value(const Value& v, Id<Tag, std::int64_t>& out) {
  out = Id<Tag, std::int64_t>{v.integer()};
}
template <class Tag>
void from_value(const Value& v, Id<Tag, std::string>& out) {
  out = Id<Tag, std::string>{v.text()};
}
template <class E>
requires std::is_enum_v<E>
void from_value(const Value& v, E& out) {
  const auto found = from_name<E>(v.text());
  // A name that this program does not know was written by a newer one.
  if (!found) throw Error{Trouble::broken, 0, "unknown name in the database: newer program?"};
  out = *found;
}

// A program that does not know the column yet leaves it empty.
inline void from_value(const Value& v, Privacy& out) {
  const auto found = v.text().empty() ? Privacy::named : from_name<Privacy>(v.text());
  if (!found) throw Error{Trouble::broken, 0, "unknown name in the database: newer program?"};
  out = *found;
}

// Databases compare keys as if trailing spaces were not there (utf8mb4_bin pads); two different ids
// must never become one, so those are refused.
inline void check_key(const std::string& key, const char* what) {
  if (key.ends_with(' ')) throw Error{Trouble::poison, 0, std::string{what} + " ends in a space"};
}

struct NameCollector {
  static constexpr bool kReading = false;
  Names names;
  template <class T>
  void operator()(std::string_view column, const T&) {
    names.emplace_back(column);
  }
};
struct RowWriter {
  static constexpr bool kReading = false;
  Params& out;
  template <class T>
  void operator()(std::string_view, const T& v) {
    out.push_back(to_value(v));
  }
};
struct RowReader {
  static constexpr bool kReading = true;
  std::span<const Value> cells;
  std::size_t next = 0;
  template <class T>
  void operator()(std::string_view, T& v) {
    from_value(cells[next++], v);
  }
};

template <class Io, class C>
requires std::is_same_v<std::remove_const_t<C>, Case>
void columns(Io& io, C& c) {
  io("id", c.id);
  io("version", c.version);
  io("number", c.number);
  io("stage", c.stage);
  io("level", c.level);
  io("urgency", c.urgency);
  io("type", c.type);
  io("outcome", c.outcome);
  io("topic", c.topic);
  io("unit", c.unit);
  io("place", c.place);
  io("text", c.text);
  io("result", c.result);
  io("reporter", c.reporter);
  io("reporter_account", c.reporter_account);
  io("reporter_kind", c.reporter_kind);
  io("owner", c.owner);
  io("owner_unit", c.owner_unit);
  io("round", c.round);
  io("returns", c.returns);
  io("urges", c.urges);
  io("rating", c.rating);
  io("registered_at", c.registered_at);
  io("dispatched_at", c.dispatched_at);
  io("accepted_at", c.accepted_at);
  io("contacted_at", c.contacted_at);
  io("closed_at", c.closed_at);
  io("accept_due", c.accept_due);
  io("due_at", c.due_at);
  io("paused_at", c.paused_at);
  io("last_echo_at", c.last_echo_at);
  io("next_due_at", c.next_due_at);
  io("timer", c.timer);
  io("media", c.media);
  io("calls", c.calls);
  std::int64_t over = is_open(c.stage) ? kNotOver : microseconds(c.closed_at);
  io("over_at", over);
  io("privacy", c.privacy);
  io("parent", c.parent);
  io("leader", c.leader);
  io("stage_at", c.stage_at);
  io("concerned_unit", c.concerned_unit);
  io("listed_at", c.listed_at);
  std::string workflow = Io::kReading ? std::string{} : encode_workflow(c);
  io("workflow", workflow);
  if constexpr (Io::kReading) decode_workflow(workflow, c);
}

// What of a case is read to compare others with it (Need::near): reading all of it for ten cases a
// message would cost more than the message.
struct CaseOutline {
  Case row;
};
template <class Io, class C>
requires std::is_same_v<std::remove_const_t<C>, CaseOutline>
void columns(Io& io, C& c) {
  io("id", c.row.id);
  io("stage", c.row.stage);
  io("type", c.row.type);
  io("outcome", c.row.outcome);
  io("topic", c.row.topic);
  io("unit", c.row.unit);
  io("place", c.row.place);
  io("text", c.row.text);
  io("reporter", c.row.reporter);
  io("registered_at", c.row.registered_at);
  io("privacy", c.row.privacy);
  io("parent", c.row.parent);
  io("concerned_unit", c.row.concerned_unit);
  std::string workflow = Io::kReading ? std::string{} : encode_workflow(c.row);
  io("workflow", workflow);
  if constexpr (Io::kReading) decode_workflow(workflow, c.row);
}

template <class Io, class P>
requires std::is_same_v<std::remove_const_t<P>, Person>
void columns(Io& io, P& p) {
  io("id", p.id);
  io("version", p.version);
  io("code", p.code);
  io("name", p.name);
  io("phone", p.phone);
  io("locale", p.locale);
  io("bound_unit", p.bound_unit);
  io("muted", p.muted);
  io("informed", p.informed);
  io("preferred", p.preferred);
  io("privacy", p.privacy);
  io("erased_at", p.erased_at);
}

template <class Io, class A>
requires std::is_same_v<std::remove_const_t<A>, Account>
void columns(Io& io, A& a) {
  io("id", a.id);
  io("version", a.version);
  io("channel", a.channel);
  io("user", a.user);
  io("person", a.person);
  io("following", a.following);
  io("last_in_at", a.last_in_at);
  io("window_until", a.window_until);
  io("window_left", a.window_left);
  io("held", a.held);
  io("lane_seq", a.lane_seq);
  io("lane_owner", a.lane_owner);
  io("lane_token", a.lane_token);
  io("lane_until", a.lane_until);
}

template <class Io, class C>
requires std::is_same_v<std::remove_const_t<C>, Conversation>
void columns(Io& io, C& c) {
  io("person", c.person);
  io("version", c.version);
  io("question", c.question);
  io("about", c.about);
  io("options", c.options);
  io("asked", c.asked);
  io("asked_at", c.asked_at);
}

template <class Io, class C>
requires std::is_same_v<std::remove_const_t<C>, Card>
void columns(Io& io, C& c) {
  io("notice_id", c.notice);
  io("case_id", c.about);
  io("account_id", c.account);
  io("person_id", c.person);
  io("kind", c.kind);
  io("office", c.office);
  io("handle", c.handle);
}

template <class Io, class B>
requires std::is_same_v<std::remove_const_t<B>, BindCode>
void columns(Io& io, B& b) {
  io("code", b.code);
  io("person", b.person);
  io("until_at", b.until);
}

template <class Io, class M>
requires std::is_same_v<std::remove_const_t<M>, MediaOrder>
void columns(Io& io, M& m) {
  io("id", m.id);
  io("case_id", m.about);
  io("kind", m.kind);
  io("channel", m.channel);
  io("user", m.user);
  io("media_id", m.media_id);
  io("url", m.url);
  io("format", m.format);
}

template <class Io, class M>
requires std::is_same_v<std::remove_const_t<M>, MediaRow>
void columns(Io& io, M& m) {
  columns(io, m.order);
  io("state", m.state);
  io("attempts", m.attempts);
  io("sha256", m.sha256);
  io("type", m.type);
  io("bytes", m.bytes);
  io("latitude", m.latitude);
  io("longitude", m.longitude);
  io("code", m.code);
}

template <class Io, class C>
requires std::is_same_v<std::remove_const_t<C>, Cursor>
void columns(Io& io, C& c) {
  io("channel", c.channel);
  io("stream", c.stream);
  io("value", c.value);
}

template <class Io, class E>
requires std::is_same_v<std::remove_const_t<E>, Event>
void columns(Io& io, E& e) {
  io("id", e.id);
  io("case_id", e.case_id);
  io("move", e.move);
  io("from_stage", e.from);
  io("to_stage", e.to);
  io("level", e.level);
  io("role", e.role);
  io("actor", e.actor);
  io("at", e.at);
  io("text", e.text);
  io("echo", e.echo);
  io("detail", e.detail);
}

template <class Io, class N>
requires std::is_same_v<std::remove_const_t<N>, NoticeRow>
void columns(Io& io, N& n) {
  EventId first = n.events.empty() ? EventId{} : n.events.front();
  std::string content = Io::kReading ? std::string{} : encode_content(n.notice);
  io("id", n.notice.id);
  io("case_id", n.about);
  io("case_number", n.notice.case_number);
  io("event_id", first);
  io("account_id", n.account);
  io("person_id", n.person);
  io("channel", n.notice.channel);
  io("recipient", n.notice.recipient);
  io("kind", n.notice.kind);
  io("state", n.state);
  io("attempts", n.attempts);
  io("seq", n.seq);
  io("lane_token", n.lane_token);
  io("next_at", n.next_at);
  io("created_at", n.created_at);
  io("urgent", n.urgent);
  io("echo", n.echo);
  io("edits", n.edits);
  io("card", n.card);
  io("brief", n.brief);
  io("tried", n.tried);
  io("code", n.code);
  io("title", n.notice.title);
  io("text", n.notice.text);
  io("content", content);
  if constexpr (Io::kReading) {
    if (first) n.events = {first};
    decode_content(content, n.notice);
  }
}

template <class Io, class I>
requires std::is_same_v<std::remove_const_t<I>, Inbound>
void columns(Io& io, I& i) {
  io("channel", i.key.channel);
  io("dedupe_key", i.key.dedupe_key);
  io("sender", i.sender);
  io("kind", i.kind);
  io("body", i.body);
  io("sent_at", i.sent_at);
  io("received_at", i.received_at);
  io("case_id", i.about);
  io("reply_notice", i.reply);
  io("substance", i.substance);
  io("answered", i.answered);
}

template <class Io, class U>
requires std::is_same_v<std::remove_const_t<U>, Unit>
void columns(Io& io, U& u) {
  io("code", u.code);
  io("name", u.name);
  io("kind", u.kind);
  io("parent", u.parent);
  io("aliases", u.aliases);
  io("former_names", u.former_names);
  io("topics", u.topics);
  io("latitude", u.latitude);
  io("longitude", u.longitude);
  io("valid_from", u.valid_from);
  io("valid_to", u.valid_to);
  io("phone", u.phone);
}

template <class Io, class D>
requires std::is_same_v<std::remove_const_t<D>, Duty>
void columns(Io& io, D& d) {
  io("unit", d.unit);
  io("person", d.person);
  io("role", d.role);
  io("from_at", d.from);
  io("to_at", d.to);
  io("priority", d.priority);
  io("hours", d.hours);
}

template <class Io, class L>
requires std::is_same_v<std::remove_const_t<L>, Leave>
void columns(Io& io, L& l) {
  io("person", l.person);
  io("from_at", l.from);
  io("to_at", l.to);
  io("deputy", l.deputy);
}

// What tells two rows of these apart.
inline const Names& key_of_duty() {
  static const Names kKey{"unit", "person", "role", "from_at"};
  return kKey;
}
inline const Names& key_of_leave() {
  static const Names kKey{"person", "from_at"};
  return kKey;
}

template <class T>
const Names& column_names() {
  static const Names kNames = [] {
    NameCollector collector;
    const T row{};
    columns(collector, row);
    return collector.names;
  }();
  return kNames;
}
// "p.id,p.version,..." for prefix "p.".
template <class T>
std::string select_list(std::string_view prefix = "") {
  std::string out;
  for (const auto& column : column_names<T>()) {
    if (!out.empty()) out += ',';
    out += std::string{prefix} + column;
  }
  return out;
}
template <class T>
void write_row(Params& out, const T& row) {
  RowWriter writer{out};
  columns(writer, row);
}
template <class T>
T read_row(std::span<const Value> cells) {
  RowReader reader{cells};
  T row{};
  columns(reader, row);
  return row;
}

}  // namespace huiyin::store
