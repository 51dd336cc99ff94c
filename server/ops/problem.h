// What is wrong with a file that people edit, said so that they can mend it: where, which key, what
// is wrong, what is allowed. Values are never quoted: any of them may be a secret in the wrong
// place.
#pragma once

#include <compare>
#include <string>
#include <vector>

namespace huiyin {

struct FilePlace {
  std::string file;          // as given on the command line; "--set" for an override
  int line = 0, column = 0;  // from 1; 0: the file as a whole
  friend auto operator<=>(const FilePlace&, const FilePlace&) = default;
};

struct Problem {
  enum Kind {
    error,             // nothing may start with this file
    channel_disabled,  // one channel stays closed, the rest runs
    warning,           // works, but somebody should look
  } kind = error;
  FilePlace place;
  std::string key;   // "server.listen"; empty when it is about the whole file
  std::string text;  // "must be ..."
};
using Problems = std::vector<Problem>;

// "config/huiyin.toml:12:1: server.lissen: unknown key; the nearest known key is server.listen"
std::string show(const Problem& problem);
std::string show_all(const Problems& problems);  // one a line
bool has_errors(const Problems& problems);

}  // namespace huiyin
