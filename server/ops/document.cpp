#include "server/ops/document.h"

#include <toml++/toml.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace huiyin::settings {

namespace {

constexpr std::size_t kMostBytes = 16 * 1024 * 1024;

FilePlace place_of(const toml::source_region& region, const std::string& file) {
  return {file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Node convert(const toml::node& from, const std::string& file) {
  Node node;
  node.place = place_of(from.source(), file);
  if (const auto* table = from.as_table()) {
    node.type = Node::table;
    for (const auto& [key, value] : *table)
      node.members.push_back(
          {std::string{key.str()}, place_of(key.source(), file), convert(value, file)});
  } else if (const auto* list = from.as_array()) {
    node.type = Node::list;
    for (const auto& item : *list) node.items.push_back(convert(item, file));
  } else if (const auto* text = from.as_string()) {
    node.type = Node::text;
    node.string = text->get();
  } else if (const auto* whole = from.as_integer()) {
    node.type = Node::whole;
    node.number = whole->get();
  } else if (const auto* real = from.as_floating_point()) {
    node.type = Node::real;
    node.real_number = real->get();
  } else if (const auto* flag = from.as_boolean()) {
    node.type = Node::flag;
    node.boolean = flag->get();
  } else if (const auto* date = from.as_date()) {
    node.type = Node::date;
    node.day = std::chrono::local_days{std::chrono::year{date->get().year} / date->get().month /
                                       date->get().day};
  }
  return node;
}

// The library's words quote what it saw, and that may be a secret without its quotes. Only what it
// was doing is passed on.
std::string without_values(std::string_view description) {
  if (description.find("redefine") != std::string_view::npos)
    return "not valid TOML: this key or table was given before";
  std::string doing{description.substr(0, description.find(':'))};
  if (doing.find_first_of("'\"") != std::string::npos) doing = "unexpected characters";
  return "not valid TOML (" + doing + "): text stands in \"quotes\", a table in [brackets]";
}

Node empty_table(const std::string& file) {
  Node node;
  node.type = Node::table;
  node.place = {file, 0, 0};
  return node;
}

Member& member(Node& table, const std::string& key, const FilePlace& place) {
  for (Member& one : table.members)
    if (one.key == key) return one;
  Node fresh = empty_table(place.file);
  return table.members.emplace_back(Member{key, place, std::move(fresh)});
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (true) {
    const auto dot = path.find('.');
    parts.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    path.remove_prefix(dot + 1);
  }
}

Node* channel_named(Node& root, const std::string& name) {
  for (Member& one : root.members)
    if (one.key == "channel")
      for (Node& channel : one.value.items)
        if (const Member* found = channel.find("name"); found && found->value.string == name)
          return &channel;
  return nullptr;
}

Node parse_value(std::string_view text) {
  Node value;
  try {
    const toml::table parsed = toml::parse("v = " + std::string{text});
    value.type = Node::text;
    if (parsed.size() == 1) value = convert(*parsed.get("v"), "--set");
  } catch (const toml::parse_error&) {
    value.type = Node::text;
  }
  if (value.type != Node::text || value.string.empty()) {
    const bool quoted_empty = value.type == Node::text && (text == "\"\"" || text == "''");
    if (!quoted_empty) value.string = text;
  }
  value.overridden = true;
  return value;
}

void place_everything(Node& node, const FilePlace& place) {
  node.place = place;
  for (Node& item : node.items) place_everything(item, place);
  for (Member& one : node.members) {
    one.place = place;
    place_everything(one.value, place);
  }
}

}  // namespace

const Member* Node::find(std::string_view key) const {
  for (const Member& one : members)
    if (one.key == key) return &one;
  return nullptr;
}

Node read_text(std::string_view toml, const std::string& name, Problems& problems) {
  try {
    return convert(toml::parse(toml, name), name);
  } catch (const toml::parse_error& error) {
    problems.push_back(
        {Problem::error, place_of(error.source(), name), "", without_values(error.description())});
    return empty_table(name);
  }
}

Node read_file(const std::string& path, Problems& problems) {
  const auto fail = [&](const std::string& why) {
    problems.push_back({Problem::error, {path, 0, 0}, "", why});
    return empty_table(path);
  };
  // C's file, because a stream does not say why it failed.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rb"),
                                                             &std::fclose};
  if (!file) return fail(std::string{"cannot be read: "} + std::strerror(errno));
  std::string text;
  std::array<char, 16 * 1024> part;
  while (const std::size_t got = std::fread(part.data(), 1, part.size(), file.get())) {
    text.append(part.data(), got);
    if (text.size() > kMostBytes) return fail("is larger than 16 MiB");
  }
  if (std::ferror(file.get())) return fail(std::string{"cannot be read: "} + std::strerror(errno));
  return read_text(text, path, problems);
}

void apply_override(Node& root, std::string_view assignment, Problems& problems) {
  const FilePlace place{"--set", 0, 0};
  const auto equals = assignment.find('=');
  const std::string path{assignment.substr(0, equals)};
  const auto fail = [&](std::string text) {
    problems.push_back(
        {Problem::error, place, equals == std::string_view::npos ? "" : path, std::move(text)});
  };
  if (equals == std::string_view::npos || path.empty())
    return fail("write it as key=value, for example server.listen=127.0.0.1:8080");

  auto parts = split_path(path);
  Node* table = &root;
  std::size_t next = 0;
  if (parts.front() == "channel" && parts.size() > 2) {
    table = channel_named(root, parts[1]);
    if (!table) return fail("no channel has this name; write channel.NAME.key=value");
    next = 2;
  }
  for (; next + 1 < parts.size(); ++next) {
    table = &member(*table, parts[next], place).value;
    if (table->type != Node::table) return fail("this is no table of the file");
  }
  Member& target = member(*table, parts.back(), place);
  target.place = place;
  target.value = parse_value(assignment.substr(equals + 1));
  place_everything(target.value, place);
}

}  // namespace huiyin::settings
