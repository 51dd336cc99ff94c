#include "server/intake/lexicon.h"

#include <algorithm>

#include "server/intake/fold.h"

namespace huiyin {
namespace {

// Grammar, not vocabulary: words that carry no matter in any county.
constexpr const char* kFillers[] = {
    "请",   "请问", "帮我", "帮忙", "麻烦", "麻烦您", "我要",   "我想",   "我想问", "想问", "问",
    "问下", "您好", "你好", "领导", "同志", "一下",   "下",     "吧",     "了",     "啊",   "呀",
    "哦",   "呢",   "吗",   "嘛",   "哈",   "的",     "谢谢",   "谢谢您", "您",     "你",   "你们",
    "我",   "我的", "我们", "这个", "这件", "这件事", "那个",   "那件",   "那件事", "事",   "事情",
    "件",   "问题", "情况", "现在", "目前", "到底",   "究竟",   "说明",   "几点",   "一点", "再",
    "给我", "给",   "把",   "办",   "就",   "啦",     "please", "the",    "my"};
constexpr const char* kReferences[] = {"上次",   "之前",   "前几天", "前天",     "昨天",  "反映",
                                       "反映的", "反应的", "报的",   "上报的",   "说的",  "提的",
                                       "我的",   "那件事", "那个事", "那个问题", "登记的"};
constexpr const char* kBeside[] = {"旁",   "门口", "门前", "附近", "对面", "隔壁", "后面",
                                   "前面", "楼下", "大楼", "广场", "边上", "路口", "大院"};
constexpr const char* kThings[] = {"管", "沟",   "渠",   "井",   "口",
                                   "泵", "设施", "系统", "工程", "许可"};

std::vector<Trie::Entry> plain(const std::vector<std::string>& words) {
  std::vector<Trie::Entry> entries;
  for (const std::string& word : words) entries.emplace_back(fold_word(word), 1);
  return entries;
}

Trie with_fillers(std::vector<std::string> words, bool fillers) {
  if (fillers) words.insert(words.end(), std::begin(kFillers), std::end(kFillers));
  return Trie{plain(words)};
}

}  // namespace

Lexicon::Lexicon(const Vocabulary& vocabulary)
    : bare_accept{plain(vocabulary.bare_accept)},
      yes{plain(vocabulary.yes)},
      no{plain(vocabulary.no)},
      polite{with_fillers(vocabulary.small_talk, true)},
      fillers{with_fillers({}, true)},
      references{plain({std::begin(kReferences), std::end(kReferences)})},
      beside{plain({std::begin(kBeside), std::end(kBeside)})},
      things{plain({std::begin(kThings), std::end(kThings)})} {
  for (std::size_t speaker = 0; speaker < commands.size(); ++speaker) {
    std::vector<Trie::Entry> entries;
    for (const auto& [verb, words] : vocabulary.commands[speaker]) {
      for (const std::string& word : words) {
        entries.emplace_back(fold_word(word), static_cast<Trie::Value>(verb));
      }
    }
    commands[speaker] = Trie{std::move(entries)};
  }
  std::vector<Trie::Entry> grade_words;
  for (const auto& [grade, words] : vocabulary.grades) {
    for (const std::string& word : words) {
      grade_words.emplace_back(fold_word(word), static_cast<Trie::Value>(grade));
    }
  }
  grades = Trie{std::move(grade_words)};

  std::vector<Trie::Entry> found;
  const auto add = [&](const Signal& signal, const std::vector<std::string>& words) {
    signal_list.push_back(signal);
    for (const std::string& word : words) {
      found.emplace_back(fold_word(word), static_cast<Trie::Value>(signal_list.size() - 1));
    }
  };
  for (const auto& [danger, words] : vocabulary.dangers) add({Signal::danger, danger}, words);
  add({Signal::guard}, vocabulary.guards);
  add({Signal::urgent}, vocabulary.urgent);
  add({Signal::openly}, vocabulary.openly);
  for (const auto& [named, words] : vocabulary.officials)
    add({Signal::officials, {}, {}, 0, named}, words);
  add({Signal::enforcement}, vocabulary.enforcement);
  add({Signal::people}, vocabulary.people);
  for (const auto& [wish, words] : vocabulary.wishes)
    add({Signal::wish, {}, {}, 0, {}, wish}, words);
  for (const auto& [type, words] : vocabulary.types) add({Signal::type, {}, type}, words);
  for (const auto& [topic, words] : vocabulary.topics) {
    topics.push_back(topic);
    add({Signal::topic, {}, {}, topics.size() - 1}, words);
  }
  signals = Trie{std::move(found)};
}

std::size_t skip_emoticon(std::u32string_view text, std::size_t i) {
  constexpr std::size_t kLongest = 8;  // characters between the brackets, after "/:"
  if (text[i] == '[') {
    const std::size_t close = text.find(']', i);
    if (close == std::u32string_view::npos || close - i - 1 > kLongest || close == i + 1) return i;
    const auto inside = text.substr(i + 1, close - i - 1);
    const bool name =
        std::ranges::all_of(inside, [](char32_t c) { return is_hanzi(c) || is_letter(c); });
    return name ? close + 1 : i;
  }
  if (text.substr(i).starts_with(U"/:")) {
    std::size_t end = i + 2;
    while (end < text.size() && end - i - 2 < kLongest && is_letter(text[end])) ++end;
    return end;
  }
  return i;
}

std::size_t skip_separators(std::u32string_view text, std::size_t i, std::size_t end) {
  while (i < end) {
    const std::size_t past = skip_emoticon(text, i);
    if (past != i) {
      i = past;
    } else if (!is_word(text[i])) {
      ++i;
    } else {
      break;
    }
  }
  return std::min(i, end);
}

std::size_t skip(std::u32string_view text, std::size_t i, std::size_t end, const Trie& trie) {
  for (;;) {
    i = skip_separators(text, i, end);
    const auto hit = trie.longest(text.substr(i, end - i));
    if (hit.length == 0 || !ends_word(text, i + hit.length)) return i;
    i += hit.length;
  }
}

}  // namespace huiyin
