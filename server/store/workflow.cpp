#include "server/store/workflow.h"

#include "server/store/content.h"
#include "server/store/rows.h"

namespace huiyin::store {
namespace {

class Line {
 public:
  Line(std::string& out, std::string_view kind) : out_{out} { out_ += kind; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() { out_ += '\n'; }

  Line& operator<<(std::string_view part) {
    out_ += '\t';
    put_part(out_, part);
    return *this;
  }
  Line& operator<<(std::int64_t number) { return *this << std::to_string(number); }
  Line& operator<<(Instant at) { return *this << microseconds(at); }
  template <class Tag, class Rep>
  Line& operator<<(const Id<Tag, Rep>& id) {
    return *this << id.raw();
  }

 private:
  std::string& out_;
};

class Parts {
 public:
  explicit Parts(std::string_view line) : parts_{parts_of(line)} {}
  const std::string& kind() const { return parts_[0]; }
  bool more() const { return next_ < parts_.size(); }

  Parts& operator>>(std::string& out) {
    if (!more()) throw Error{Trouble::broken, 0, "a line of cases.workflow is cut short"};
    out = std::move(parts_[next_++]);
    return *this;
  }
  Parts& operator>>(std::int64_t& out) {
    std::string text;
    *this >> text;
    out = listed_number(text);
    return *this;
  }
  Parts& operator>>(int& out) {
    std::int64_t number = 0;
    *this >> number;
    out = static_cast<int>(number);
    return *this;
  }
  Parts& operator>>(Instant& out) {
    std::int64_t number = 0;
    *this >> number;
    out = instant(number);
    return *this;
  }
  template <class Tag, class Rep>
  Parts& operator>>(Id<Tag, Rep>& out) {
    Rep raw{};
    *this >> raw;
    out = Id<Tag, Rep>{std::move(raw)};
    return *this;
  }
  template <class E>
  requires std::is_enum_v<E> Parts& operator>>(E& out) {
    std::string text;
    *this >> text;
    from_value(Value{std::move(text)}, out);
    return *this;
  }

 private:
  std::vector<std::string> parts_;
  std::size_t next_ = 1;
};

void read(Parts& line, Case& c) {
  const auto& kind = line.kind();
  if (kind == "overall") {
    line >> c.overall_due;
  } else if (kind == "review") {
    line >> c.review_at;
  } else if (kind == "previous") {
    line >> c.previous;
  } else if (kind == "resembles") {
    line >> c.resembles;
  } else if (kind == "extended") {
    line >> c.extended_level;
  } else if (kind == "deadlocks") {
    line >> c.deadlocks;
  } else if (kind == "ruled") {
    c.ruled = true;
  } else if (kind == "enforcement") {
    c.enforcement = true;
  } else if (kind == "concerned") {
    while (line.more()) line >> c.concerned.emplace_back();
  } else if (kind == "request") {
    Request& r = c.request;
    line >> r.kind >> r.by >> r.at >> r.until >> r.other >> r.text;
  } else if (kind == "party") {
    Party& p = c.parties.emplace_back();
    line >> p.person >> p.kind >> p.account >> p.unit >> p.own >> p.since >> p.rating;
  } else if (kind == "wait") {
    Wait& w = c.waits.emplace_back();
    line >> w.unit >> w.kind;
  }
}

}  // namespace

std::string encode_workflow(const Case& c) {
  std::string out;
  if (c.overall_due != Instant{}) Line{out, "overall"} << c.overall_due;
  if (c.review_at != Instant{}) Line{out, "review"} << c.review_at;
  if (c.previous) Line{out, "previous"} << c.previous;
  if (c.resembles) Line{out, "resembles"} << c.resembles;
  if (c.extended_level != 0) Line{out, "extended"} << c.extended_level;
  if (c.deadlocks != 0) Line{out, "deadlocks"} << c.deadlocks;
  if (c.ruled) Line{out, "ruled"};
  if (c.enforcement) Line{out, "enforcement"};
  if (!c.concerned.empty()) {
    Line line{out, "concerned"};
    for (const PersonId person : c.concerned) line << person;
  }
  if (const Request& r = c.request; r != Request{})
    Line{out, "request"} << name(r.kind) << r.by << r.at << r.until << r.other << r.text;
  for (const Party& p : c.parties)
    Line{out, "party"} << p.person << name(p.kind) << p.account << p.unit << p.own << p.since
                       << p.rating;
  for (const Wait& w : c.waits) Line{out, "wait"} << w.unit << name(w.kind);
  return out;
}

void decode_workflow(std::string_view text, Case& c) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    Parts line{text.substr(0, end)};
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
    read(line, c);
  }
}

}  // namespace huiyin::store
