#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/flow/flow.h"

extern char** environ;

namespace huiyin::flow {

Process::Process(std::vector<std::string> argv, const std::filesystem::path& log) : log_{log} {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, HUIYIN_SOURCE_DIR);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::vector<char*> arguments;
  for (std::string& one : argv) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  const int error =
      posix_spawn(&pid_, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  output_ = ends[0];
  if (error != 0) {
    close(output_);
    throw std::runtime_error{"cannot start " + argv[0]};
  }
}

Process::~Process() {
  if (running()) {
    signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
}

bool Process::running() {
  if (exit_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return false;
}

void Process::signal(int number) const {
  if (!exit_) kill(pid_, number);
}

bool Process::read_more(milliseconds limit) {
  pollfd wanted{output_, POLLIN, 0};
  if (poll(&wanted, 1, static_cast<int>(limit.count())) <= 0) return false;
  char bytes[4096];
  const ssize_t size = read(output_, bytes, sizeof bytes);
  if (size <= 0) return false;
  out_.append(bytes, static_cast<std::size_t>(size));
  return true;
}

std::string Process::line_after(std::string_view prefix, milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (true) {
    std::istringstream lines{out_.substr(0, out_.rfind('\n') + 1)};
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(prefix)) return line.substr(prefix.size());
    }
    if (std::chrono::steady_clock::now() > until) return {};
    if (!read_more(milliseconds{50}) && !running() && !read_more(milliseconds{0})) return {};
  }
}

Finished Process::wait(milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  // Its output is read all the time, or a talkative child would wait for us.
  while (running() && std::chrono::steady_clock::now() < until) {
    // A closed pipe says so at once and for ever.
    if (!read_more(milliseconds{10})) std::this_thread::sleep_for(milliseconds{2});
  }
  while (!running() && read_more(milliseconds{0})) continue;
  std::ifstream in{log_};
  std::ostringstream errors;
  errors << in.rdbuf();
  return {exit_.value_or(-1000), out_, errors.str()};
}

}  // namespace huiyin::flow
