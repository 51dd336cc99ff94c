#include "server/pipeline/render.h"

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace huiyin {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr std::array<std::string_view, 2> kLocales{"zh", "en"};
// What platforms with fixed fields may show (Notice::fields), as far as the draft has it.
constexpr std::array<const char*, 6> kFields{"number", "place", "status", "owner", "due", "result"};

struct Source {
  std::string title, text;
};

std::string template_key(std::string_view locale, Audience audience, std::string_view kind) {
  return std::string{locale} + '/' + std::string{name(audience)} + '/' + std::string{kind};
}

Source split(std::string content) {
  while (!content.empty() && content.back() == '\n') content.pop_back();
  const auto end = content.find('\n');
  if (end == std::string::npos || content.compare(end, 2, "\n\n") != 0)
    throw std::runtime_error{"first line is the title, then a blank line, then the text"};
  Source source{content.substr(0, end), content.substr(end + 2)};
  if (source.title.empty() || source.text.empty())
    throw std::runtime_error{"title and text must not be empty"};
  return source;
}

mustache compile(const std::string& source) {
  mustache compiled{source};
  if (!compiled.is_valid()) throw std::runtime_error{compiled.error_message()};
  compiled.set_custom_escape([](const std::string& text) { return text; });  // chat is plain text
  return compiled;
}

data to_data(const std::map<std::string, std::string>& facts) {
  data values{data::type::object};
  for (const auto& [key, value] : facts)
    if (!value.empty()) values.set(key, value);  // so that {{#key}} tells whether there is one
  return values;
}

class MustacheRenderer : public Renderer {
 public:
  explicit MustacheRenderer(std::unordered_map<std::string, Source> sources)
      : serial_{++serials()}, sources_{std::move(sources)} {}

  Notice render(const NoticeDraft& draft, std::string_view locale) const override {
    auto& parsed = parsed_for(locale, draft);
    data values = to_data(draft.facts);
    for (const auto& [key, rows] : draft.lists) {
      data list{data::type::list};
      for (const auto& row : rows) list << to_data(row);
      values.set(key, list);
    }
    Notice notice;
    notice.kind = draft.kind;
    notice.title = parsed.title.render(values);
    notice.text = parsed.text.render(values);
    notice.buttons = draft.buttons;
    for (const char* field : kFields)
      if (const auto at = draft.facts.find(field); at != draft.facts.end() && !at->second.empty())
        notice.fields.emplace(*at);
    if (const auto at = draft.facts.find("number"); at != draft.facts.end())
      notice.case_number = at->second;
    if (const auto at = draft.facts.find("link"); at != draft.facts.end()) notice.link = at->second;
    return notice;
  }

 private:
  struct Parsed {
    mustache title, text;
  };

  static std::atomic<std::uint64_t>& serials() {
    static std::atomic<std::uint64_t> serials{0};
    return serials;
  }

  // mustache::render() is not const, so each thread keeps parsed copies of its own.
  Parsed& parsed_for(std::string_view locale, const NoticeDraft& draft) const {
    thread_local std::uint64_t owner = 0;
    thread_local std::unordered_map<std::string, Parsed> cache;
    if (owner != serial_) {
      cache.clear();
      owner = serial_;
    }
    auto key = template_key(locale == "en" ? "en" : "zh", draft.audience, draft.kind);
    if (const auto at = cache.find(key); at != cache.end()) return at->second;
    const auto source = sources_.find(key);
    if (source == sources_.end()) throw std::logic_error{"no template " + key};
    return cache
        .emplace(std::move(key),
                 Parsed{compile(source->second.title), compile(source->second.text)})
        .first->second;
  }

  std::uint64_t serial_;
  std::unordered_map<std::string, Source> sources_;
};

}  // namespace

std::shared_ptr<const Renderer> load_templates(const std::string& directory) {
  if (!std::filesystem::is_directory(directory)) throw std::runtime_error{"no such directory"};
  std::unordered_map<std::string, Source> sources;
  std::string problems;
  for (const auto locale : kLocales)
    for (const auto& kind : kNoticeKinds) {
      const auto key = template_key(locale, kind.audience, kind.name);
      const auto path = directory + '/' + key + ".mustache";
      std::ifstream file{path, std::ios::binary};
      if (!file) {
        problems += "\n" + path + ": missing";
        continue;
      }
      try {
        auto source = split({std::istreambuf_iterator<char>{file}, {}});
        compile(source.title);
        compile(source.text);
        sources.emplace(key, std::move(source));
      } catch (const std::exception& error) {
        problems += "\n" + path + ": " + error.what();
      }
    }
  if (!problems.empty()) throw std::runtime_error{"templates:" + problems};
  return std::make_shared<MustacheRenderer>(std::move(sources));
}

}  // namespace huiyin
