// A secret is text, { env = "NAME" } or { file = "path" }.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/ops/section.h"

namespace huiyin::settings {

// The value, or empty with `kind` reported when it is given but missing or empty. Absent keys are
// not reported. A file that others may read is used, with a warning.
std::optional<std::string> read_secret(Section& section, std::string_view key, Problem::Kind kind);

}  // namespace huiyin::settings
