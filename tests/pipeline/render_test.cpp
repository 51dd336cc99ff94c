// Every notice, for every audience and locale, is rendered with all of its variables.
#include "server/pipeline/render.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "tests/fakes/test_database.h"

namespace huiyin {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct Variables {
  std::set<std::string> plain;                            // {{{x}}}, also inside {{#x}}
  std::map<std::string, std::set<std::string>> sections;  // {{#x}} with what it holds
};

// Names in {{{x}}}, {{#x}}..{{/x}}, {{^x}}. A section with variables of its own other than its name
// is taken for a list.
Variables variables_of(const std::string& text) {
  Variables found;
  std::vector<std::string> open;
  for (auto at = text.find("{{"); at != std::string::npos; at = text.find("{{", at)) {
    at += 2;
    const auto end = text.find("}}", at);
    auto name = text.substr(at, end - at);
    const char sign = name.empty() ? ' ' : name[0];
    if (sign == '{' || sign == '#' || sign == '/' || sign == '^' || sign == '&') name.erase(0, 1);
    if (sign == '#') {
      open.push_back(name);
      found.sections[name];
    } else if (sign == '^') {
      open.push_back(name);
      found.sections[name];
    } else if (sign == '/') {
      open.pop_back();
    } else if (!open.empty()) {
      for (const auto& section : open) found.sections[section].insert(name);
      found.plain.insert(name);
    } else {
      found.plain.insert(name);
    }
    at = end;
  }
  return found;
}

class Rendered : public testing::TestWithParam<std::tuple<NoticeKind, std::string>> {};

std::string rendered_name(const testing::TestParamInfo<std::tuple<NoticeKind, std::string>>& info) {
  const auto& kind = std::get<0>(info.param);
  return std::get<1>(info.param) + "_" + std::string{name(kind.audience)} + "_" +
         std::string{kind.name};
}

INSTANTIATE_TEST_SUITE_P(All, Rendered,
                         testing::Combine(testing::ValuesIn(kNoticeKinds),
                                          testing::Values("zh", "en")),
                         rendered_name);

TEST_P(Rendered, ShowsEveryVariable) {
  static const auto renderer = load_templates(HUIYIN_SOURCE_DIR "/templates");
  const auto& [kind, locale] = GetParam();
  const auto source =
      read(std::filesystem::path{HUIYIN_SOURCE_DIR} / "templates" / locale /
           std::string{name(kind.audience)} / (std::string{kind.name} + ".mustache"));
  const auto variables = variables_of(source);

  // A section may be a condition, its opposite or a list: each in turn, until every variable was
  // seen.
  std::mt19937 random{7};
  std::set<std::string> unseen = variables.plain;
  for (int round = 0; round < 300; ++round) {
    NoticeDraft draft;
    draft.kind = kind.name;
    draft.audience = kind.audience;
    for (const auto& variable : variables.plain) draft.facts[variable] = "<" + variable + ">";
    for (const auto& [section, inside] : variables.sections) {
      const auto state = random() % 3;
      draft.facts.erase(section);
      if (state == 0) draft.facts[section] = "<" + section + ">";
      if (state != 1) continue;
      std::map<std::string, std::string> row;
      for (const auto& variable : inside) row[variable] = "<" + variable + ">";
      draft.lists[section] = {row};
    }
    const auto notice = renderer->render(draft, locale);
    const auto all = notice.title + notice.text;
    EXPECT_FALSE(notice.title.empty());
    EXPECT_EQ(notice.title.find('\n'), std::string::npos);
    ASSERT_FALSE(notice.text.empty());
    ASSERT_EQ(all.find("{{"), std::string::npos) << all;
    ASSERT_EQ(all.find("&lt;"), std::string::npos) << "chat is plain text: use {{{x}}}";
    std::erase_if(unseen, [&](const std::string& variable) {
      return all.find("<" + variable + ">") != std::string::npos;
    });
  }
  EXPECT_TRUE(unseen.empty()) << "never shown: " << *unseen.begin();
}

TEST(Renderer, MissingAndMalformedTemplatesAreListed) {
  fakes::TemporaryDirectory directory;
  std::filesystem::copy(HUIYIN_SOURCE_DIR "/templates", directory.path() + "/t",
                        std::filesystem::copy_options::recursive);
  std::filesystem::remove(directory.path() + "/t/en/reporter/closed.mustache");
  std::ofstream{directory.path() + "/t/zh/owner/card.mustache"} << "title only";
  std::ofstream{directory.path() + "/t/zh/owner/todo.mustache"}
      << "title\n\n{{#open}} never closed";
  try {
    load_templates(directory.path() + "/t");
    FAIL() << "accepted";
  } catch (const std::runtime_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("en/reporter/closed.mustache: missing"), std::string::npos) << text;
    EXPECT_NE(text.find("zh/owner/card.mustache"), std::string::npos) << text;
    EXPECT_NE(text.find("zh/owner/todo.mustache"), std::string::npos) << text;
  }
}

TEST(Renderer, PlainTextStaysByteIdentical) {
  const auto renderer = load_templates(HUIYIN_SOURCE_DIR "/templates");
  NoticeDraft draft;
  draft.kind = "supplement";
  draft.audience = Audience::owner;
  const std::string text = "{{7*7}} <script>&amp; %s 😀𠮷👨‍👩‍👧 {{#x}}";
  for (const auto* key :
       {"number", "place", "text", "supplement", "message", "added", "due", "who"})
    draft.facts[key] = text;
  EXPECT_NE(renderer->render(draft, "zh").text.find(text), std::string::npos);
}

}  // namespace
}  // namespace huiyin
