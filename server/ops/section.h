// Reading a document: asking for a key is what makes it known. What stands in the file and was
// never asked for is reported with the nearest known key.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/ops/document.h"

namespace huiyin::settings {

// Collects over a whole document. report_unknown() comes last: only then all known keys are known.
class Reading {
 public:
  explicit Reading(Problems& problems) : problems_{problems} {}

  void problem(const FilePlace& place, std::string key, std::string text,
               Problem::Kind kind = Problem::error);
  void know(std::string path) { known_.insert(std::move(path)); }
  void unknown(const FilePlace& place, std::string path);
  // Adds the problems of unknown keys and sorts all by place.
  void report_unknown();

 private:
  std::string nearest(const std::string& path) const;

  Problems& problems_;
  std::set<std::string> known_;
  std::vector<std::pair<FilePlace, std::string>> unknown_;
};

// One table. Its end (destructor) is when unknown keys are noted.
class Section {
 public:
  Section(Reading& reading, const Node& document);  // the whole document
  ~Section();
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  bool has(std::string_view key) const { return table_ && table_->find(key); }
  const Node* ask(std::string_view key);        // nullptr when absent; marks the key as known
  FilePlace place(std::string_view key) const;  // of the key, or of the table when it is absent
  FilePlace place() const { return place_; }
  std::string path(std::string_view key) const;

  // Each returns `otherwise` when the key is absent or wrong; wrong ones are reported.
  std::string text(std::string_view key, std::string otherwise);
  std::int64_t whole(std::string_view key, std::int64_t otherwise, std::int64_t least,
                     std::int64_t most);
  bool flag(std::string_view key, bool otherwise);
  std::string one_of(std::string_view key, std::string_view otherwise,
                     std::span<const std::string_view> allowed);
  std::vector<std::string> words(std::string_view key);  // list of non-empty texts

  Section section(std::string_view key);
  // Each table of [[key]].
  void each(std::string_view key, const std::function<void(Section&)>& read);
  std::vector<std::string> keys() const;  // as they stand in the file

  void wrong(std::string_view key, std::string text, Problem::Kind kind = Problem::error);
  void wrong_at(const FilePlace& place, std::string_view key, std::string text);

 private:
  Section(Reading& reading, const Node* table, FilePlace place, std::string path);

  Reading& reading_;
  const Node* table_;  // nullptr: left out
  FilePlace place_;
  std::string path_;
  std::set<std::string, std::less<>> asked_;
};

// Bytes added, dropped, changed or swapped with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b);
std::string join(std::span<const std::string_view> words);  // "a, b or c"

}  // namespace huiyin::settings
