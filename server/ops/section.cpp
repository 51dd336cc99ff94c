#include "server/ops/section.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace huiyin::settings {

namespace {

std::string_view parent_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

std::string_view last_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1)});
      const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
  }
  return row.back();
}

std::string join(std::span<const std::string_view> words) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) all += i + 1 == words.size() ? " or " : ", ";
    all += words[i];
  }
  return all;
}

// ---- Reading ------------------------------------------------------------------------------------

void Reading::problem(const FilePlace& place, std::string key, std::string text,
                      Problem::Kind kind) {
  problems_.push_back({kind, place, std::move(key), std::move(text)});
}

void Reading::unknown(const FilePlace& place, std::string path) {
  unknown_.emplace_back(place, std::move(path));
}

// Near in spelling; a key of the same table is meant rather than a slightly nearer word in another
// one, and a word of the same length (letters swapped) rather than a shorter one.
std::string Reading::nearest(const std::string& path) const {
  const auto strangeness = [&path](const std::string& known) {
    const std::size_t typing = edit_distance(last_of(known), last_of(path));
    const bool other_table = parent_of(known) != parent_of(path);
    const bool other_length = last_of(known).size() != last_of(path).size();
    return std::pair{2 * typing + (other_table ? 7 : 0), other_length};
  };
  return *std::ranges::min_element(known_, {}, strangeness);
}

void Reading::report_unknown() {
  for (const auto& [place, path] : unknown_)
    problem(
        place, path,
        known_.empty() ? "unknown key" : "unknown key; the nearest known key is " + nearest(path));
  unknown_.clear();
  std::ranges::stable_sort(problems_, {}, &Problem::place);
}

// ---- Section ------------------------------------------------------------------------------------

Section::Section(Reading& reading, const Node& document)
    : Section{reading, &document, document.place, ""} {}

Section::Section(Reading& reading, const Node* table, FilePlace place, std::string path)
    : reading_{reading}, table_{table}, place_{std::move(place)}, path_{std::move(path)} {}

Section::~Section() {
  if (!table_) return;
  for (const Member& one : table_->members)
    if (!asked_.contains(one.key)) reading_.unknown(one.place, path(one.key));
}

std::string Section::path(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}

const Node* Section::ask(std::string_view key) {
  asked_.emplace(key);
  reading_.know(path(key));
  const Member* found = table_ ? table_->find(key) : nullptr;
  return found ? &found->value : nullptr;
}

FilePlace Section::place(std::string_view key) const {
  const Member* found = table_ ? table_->find(key) : nullptr;
  return found ? found->place : place_;
}

void Section::wrong(std::string_view key, std::string text, Problem::Kind kind) {
  reading_.problem(place(key), path(key), std::move(text), kind);
}

void Section::wrong_at(const FilePlace& place, std::string_view key, std::string text) {
  reading_.problem(place, path(key), std::move(text));
}

std::string Section::text(std::string_view key, std::string otherwise) {
  const Node* node = ask(key);
  if (!node) return otherwise;
  if (node->type == Node::text || node->overridden) return node->string;
  wrong(key, "must be text in \"quotes\"");
  return otherwise;
}

std::int64_t Section::whole(std::string_view key, std::int64_t otherwise, std::int64_t least,
                            std::int64_t most) {
  const Node* node = ask(key);
  if (!node) return otherwise;
  if (node->type == Node::whole && node->number >= least && node->number <= most)
    return node->number;
  wrong(key,
        "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return otherwise;
}

bool Section::flag(std::string_view key, bool otherwise) {
  const Node* node = ask(key);
  if (!node) return otherwise;
  if (node->type == Node::flag) return node->boolean;
  wrong(key, "must be true or false");
  return otherwise;
}

std::string Section::one_of(std::string_view key, std::string_view otherwise,
                            std::span<const std::string_view> allowed) {
  const Node* node = ask(key);
  if (!node) return std::string{otherwise};
  if (node->type == Node::text && std::ranges::find(allowed, node->string) != allowed.end())
    return node->string;
  wrong(key, "must be " + join(allowed));
  return std::string{otherwise};
}

std::vector<std::string> Section::words(std::string_view key) {
  const Node* node = ask(key);
  if (!node) return {};
  const bool texts =
      node->type == Node::list && std::ranges::all_of(node->items, [](const Node& n) {
        return n.type == Node::text && !n.string.empty();
      });
  if (!texts) {
    wrong(key, "must be a list of words in [\"quotes\", \"and brackets\"], none of them empty");
    return {};
  }
  std::vector<std::string> all;
  for (const Node& item : node->items) all.push_back(item.string);
  return all;
}

Section Section::section(std::string_view key) {
  const Node* node = ask(key);
  const bool usable = node && node->type == Node::table;
  if (node && !usable) wrong(key, "must be a table: [" + path(key) + "]");
  return Section{reading_, usable ? node : nullptr, place(key), path(key)};
}

void Section::each(std::string_view key, const std::function<void(Section&)>& read) {
  const Node* node = ask(key);
  if (!node) return;
  const bool usable =
      node->type == Node::list &&
      std::ranges::all_of(node->items, [](const Node& n) { return n.type == Node::table; });
  if (!usable)
    return wrong(key, "must be a list of tables, each beginning with [[" + path(key) + "]]");
  for (const Node& item : node->items) {
    Section one{reading_, &item, item.place, path(key)};
    read(one);
  }
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> all;
  if (table_)
    for (const Member& one : table_->members) all.push_back(one.key);
  return all;
}

}  // namespace huiyin::settings
