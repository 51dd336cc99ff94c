#include <functional>

#include "server/pipeline/batch.h"

namespace huiyin {
namespace {

std::string raw(const auto& id) { return std::to_string(id.raw()); }

std::string name_of(const Due& what) { return "case " + raw(what.about); }
std::string name_of(const Unheard& what) { return "unheard " + raw(what.notice); }
std::string name_of(const Brief& what) { return "brief " + raw(what.person); }
std::string name_of(const Round& what) { return "round " + what.last.name; }
std::string name_of(const Findings&) { return "findings"; }

std::size_t order_of(const Due& what) { return static_cast<std::size_t>(what.about.raw()); }
std::size_t order_of(const Unheard& what) { return static_cast<std::size_t>(what.about.raw()); }
std::size_t order_of(const Brief& what) { return static_cast<std::size_t>(what.person.raw()); }
std::size_t order_of(const Round& what) { return std::hash<std::string>{}(what.last.name); }
std::size_t order_of(const Findings&) { return 0; }

}  // namespace

std::size_t task_order(const Task& task) {
  return std::visit([](const auto& what) { return order_of(what); }, task.what);
}

std::string task_name(const Task& task) {
  return std::visit([](const auto& what) { return name_of(what); }, task.what);
}

}  // namespace huiyin
