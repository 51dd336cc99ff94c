#include "server/ops/vocabulary_file.h"

#include <array>
#include <map>

#include "server/ops/section.h"

namespace huiyin {

namespace {

using settings::Node;
using settings::Reading;
using settings::Section;

constexpr std::array<std::string_view, 4> kSpeakers{"resident", "cadre", "office", "leader"};

// Identifiers of handbook §2.
constexpr std::array<std::string_view, 15> kTopics{"construction",
                                                   "environment",
                                                   "transport",
                                                   "education_culture",
                                                   "labour_security",
                                                   "commerce_tourism",
                                                   "health",
                                                   "agriculture",
                                                   "land",
                                                   "civil_affairs",
                                                   "law_order",
                                                   "economy",
                                                   "tech",
                                                   "party_government",
                                                   "discipline"};

constexpr std::array<std::pair<std::string_view, Danger>, 5> kDangers{
    {{"fire", Danger::fire},
     {"crime", Danger::crime},
     {"medical", Danger::medical},
     {"crash", Danger::crash},
     {"suicide", Danger::suicide}}};

constexpr std::array<std::pair<std::string_view, Officials>, 2> kOfficials{
    {{"frontline", Officials::frontline}, {"township", Officials::township}}};

// One speaker's word can mean one verb only.
void read_commands(Section in, std::map<Verb, std::vector<std::string>>& commands) {
  std::map<std::string, std::string_view> meant;
  for (int i = 1; i < static_cast<int>(Verb::count_); ++i) {
    const auto verb = static_cast<Verb>(i);
    auto words = in.words(verb_name(verb));
    for (const std::string& word : words) {
      const auto [before, fresh] = meant.emplace(word, verb_name(verb));
      if (!fresh)
        in.wrong(verb_name(verb), "the word " + word + " stands here and in " +
                                      in.path(before->second) + "; it can mean only one");
    }
    if (!words.empty()) commands[verb] = std::move(words);
  }
}

void read_words(Section in, Vocabulary& vocabulary) {
  vocabulary.bare_accept = in.words("bare_accept");
  vocabulary.yes = in.words("yes");
  vocabulary.no = in.words("no");
  vocabulary.small_talk = in.words("small_talk");
  vocabulary.guards = in.words("guards");
  vocabulary.urgent = in.words("urgent");
  vocabulary.openly = in.words("openly");
  vocabulary.enforcement = in.words("enforcement");
  vocabulary.people = in.words("people");
}

void read_grades(Section in, Vocabulary& vocabulary) {
  for (int grade = 1; grade <= 5; ++grade) {
    auto words = in.words(std::to_string(grade));
    if (!words.empty()) vocabulary.grades[grade] = std::move(words);
  }
}

void read_types(Section in, Vocabulary& vocabulary) {
  for (const std::string_view key : EnumNames<CaseType>::kNames) {
    auto words = in.words(key);
    if (!words.empty()) vocabulary.types[from_name<CaseType>(key).value()] = std::move(words);
  }
}

void read_topics(Section in, Vocabulary& vocabulary) {
  for (const std::string_view key : kTopics) {
    auto words = in.words(key);
    if (!words.empty()) vocabulary.topics[std::string{key}] = std::move(words);
  }
}

void read_dangers(Section in, Vocabulary& vocabulary) {
  for (const auto& [key, danger] : kDangers) {
    auto words = in.words(key);
    if (!words.empty()) vocabulary.dangers[danger] = std::move(words);
  }
}

void read_officials(Section in, Vocabulary& vocabulary) {
  for (const auto& [key, named] : kOfficials) {
    auto words = in.words(key);
    if (!words.empty()) vocabulary.officials[named] = std::move(words);
  }
}

void read_wishes(Section in, Vocabulary& vocabulary) {
  for (const Privacy wish : {Privacy::confidential, Privacy::anonymous}) {
    auto words = in.words(name(wish));
    if (!words.empty()) vocabulary.wishes[wish] = std::move(words);
  }
}

LoadedVocabulary read_document(const Node& document, Problems problems) {
  LoadedVocabulary loaded{{}, std::move(problems)};
  if (has_errors(loaded.problems)) return loaded;
  Reading reading{loaded.problems};
  {
    Section root{reading, document};
    for (std::size_t i = 0; i < kSpeakers.size(); ++i)
      read_commands(root.section(kSpeakers[i]), loaded.vocabulary.commands[i]);
    read_words(root.section("words"), loaded.vocabulary);
    read_grades(root.section("grades"), loaded.vocabulary);
    read_types(root.section("types"), loaded.vocabulary);
    read_topics(root.section("topics"), loaded.vocabulary);
    read_dangers(root.section("danger"), loaded.vocabulary);
    read_officials(root.section("officials"), loaded.vocabulary);
    read_wishes(root.section("wishes"), loaded.vocabulary);
  }
  reading.report_unknown();
  return loaded;
}

}  // namespace

LoadedVocabulary load_vocabulary(const std::string& path) {
  Problems problems;
  const Node document = settings::read_file(path, problems);
  return read_document(document, std::move(problems));
}

LoadedVocabulary read_vocabulary(std::string_view toml, const std::string& name) {
  Problems problems;
  const Node document = settings::read_text(toml, name, problems);
  return read_document(document, std::move(problems));
}

}  // namespace huiyin
