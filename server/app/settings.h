// From the configuration to what serve needs, and every problem of all files at once.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "server/app/serve.h"
#include "server/ops/config.h"

namespace huiyin {

// What is wrong with the files that a configuration names.
class FileProblems : public std::runtime_error {
 public:
  explicit FileProblems(Problems problems);
  const Problems& problems() const { return problems_; }

 private:
  Problems problems_;
};

// Reads vocabulary, deadlines, holidays and templates. Throws FileProblems.
RuntimeFiles::Loaded load_files(const Config& config);

// Everything but the clock, which the command line decides.
ServeSettings serve_settings(const Config& config);

// What check-config has to say besides what reading the configuration said: the store's URL and the
// other files.
Problems check_rest(const Config& config, const std::string& config_file);

// Where a server with this configuration is reached, as long as its ports are fixed.
std::string public_address(const Config& config);
std::string admin_address(const Config& config);  // empty: no admin listener

}  // namespace huiyin
