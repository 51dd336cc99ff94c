#include "server/ops/secret.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace huiyin::settings {

namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::string_view kForms =
    R"(must be text in "quotes", { env = "NAME" } or { file = "path" })";

std::string from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

// Without the line end that editors add.
std::optional<std::string> from_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return std::nullopt;
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || text.size() > kMostBytes) return std::nullopt;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

bool others_may_read(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace

std::optional<std::string> read_secret(Section& section, std::string_view key, Problem::Kind kind) {
  const Node* node = section.ask(key);
  if (!node) return std::nullopt;
  std::string value;
  std::string missing = "is empty";
  if (node->type == Node::text || (node->overridden && node->type != Node::table)) {
    value = node->string;
  } else if (node->type == Node::table && node->members.size() == 1 &&
             node->members[0].value.type == Node::text) {
    const std::string& source = node->members[0].value.string;
    if (node->members[0].key == "env") {
      value = from_environment(source);
      missing = "the environment variable that it names is not set or empty";
    } else if (node->members[0].key == "file") {
      const auto text = from_file(source);
      missing = text ? "the file that it names is empty"
                     : "the file that it names cannot be read or is larger than 64 KiB";
      value = text.value_or("");
      if (!value.empty() && others_may_read(source))
        section.wrong(key, "others may read the file that it names: chmod 600 it",
                      Problem::warning);
    } else {
      section.wrong(key, std::string{kForms});
      return std::nullopt;
    }
  } else {
    section.wrong(key, std::string{kForms});
    return std::nullopt;
  }
  if (!value.empty()) return value;
  section.wrong(key, missing, kind);
  return std::nullopt;
}

}  // namespace huiyin::settings
