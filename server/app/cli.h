// The command line: huiyin [serve|migrate|import|export|check-config|play|audit|bind-code] --config
// FILE --set k=v.
#pragma once

#include <iosfwd>

namespace huiyin {

// Exit code: 0 done, 1 the answer is no, 2 wrong use or bad input.
int run_command_line(int argc, const char* const* argv, std::ostream& out, std::ostream& errors);

}  // namespace huiyin
