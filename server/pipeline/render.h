// NoticeDraft -> Notice: templates/<locale>/<audience>/<kind>.mustache. First line: title; blank
// line; text. Pure after loading; thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "server/cases/notice.h"

namespace huiyin {

class Renderer {
 public:
  virtual ~Renderer() = default;
  // An unknown locale falls back to zh. Fills kind, title, text, buttons, link (facts["link"]) and
  // fields; the caller fills id and addressee. Throws std::logic_error for a kind outside
  // kNoticeKinds.
  virtual Notice render(const NoticeDraft& draft, std::string_view locale) const = 0;
};

// Reads every template of kNoticeKinds x {zh, en}. Throws std::runtime_error that lists each
// missing or malformed file.
std::shared_ptr<const Renderer> load_templates(const std::string& directory);

}  // namespace huiyin
