#include "server/intake/commands.h"

#include <algorithm>
#include <array>
#include <optional>

namespace huiyin {
namespace {

using View = std::u32string_view;

// How much may follow a resident's command word. People tell their troubles in the same words
// ("取消了公交车", "没人管"), so most of them are commands only when they stand alone.
enum class Follow { nothing, pause, anything };

Follow follow_of(Verb verb) {
  switch (verb) {
    case Verb::reopen:
    case Verb::bind:
      return Follow::anything;
    case Verb::supplement:
    case Verb::withdraw:
    case Verb::urge:
    case Verb::rate:
    case Verb::anonymous:
    case Verb::confidential:
      return Follow::pause;
    default:
      return Follow::nothing;
  }
}

class Reader {
 public:
  Reader(const Lexicon& lexicon, const Folded& folded)
      : lexicon_{lexicon},
        folded_{folded},
        text_{folded.chars},
        tokens_{find_case_numbers(text_)},
        line_end_{std::min(text_.find(U'\n'), text_.size())},
        lines_{command_lines()} {}

  void read(Meaning& meaning) {
    meaning.command = commands();
    read_more(meaning);
    read_answers(meaning);
    read_numbers(meaning);
  }

 private:
  using Tokens = std::vector<NumberToken>;
  using Commands = std::array<Command, 4>;

  static constexpr std::size_t kMostLines = 20;
  static constexpr std::array kStaff{Speaker::cadre, Speaker::office, Speaker::leader};

  Commands commands() {
    Commands all;
    for (std::size_t speaker = 0; speaker < all.size(); ++speaker)
      all[speaker] = command_of(static_cast<Speaker>(speaker));
    return all;
  }

  const NumberToken* token_at(std::size_t i) const {
    const auto found = std::ranges::find(tokens_, i, &NumberToken::from);
    return found == tokens_.end() ? nullptr : &*found;
  }
  std::size_t separators(std::size_t i, std::size_t end) const {
    return skip_separators(text_, i, end);
  }
  bool only(const Trie& words, std::size_t from, std::size_t to) const {
    return skip(text_, from, to, words) == to;
  }
  Trie::Hit word_at(const Trie& words, std::size_t i, std::size_t end) const {
    const auto hit = words.longest(text_.substr(i, end - i));
    return hit.length != 0 && ends_word(text_, i + hit.length) ? hit : Trie::Hit{};
  }

  // Passes fillers that stand without a gap.
  std::size_t fillers(std::size_t i, std::size_t end) const {
    while (const std::size_t length = word_at(lexicon_.fillers, i, end).length) i += length;
    return i;
  }

  Command command_of(Speaker speaker);
  std::optional<Command> command_at(Speaker speaker, std::size_t i, std::string number);
  bool allowed(const Command& command, std::size_t word_end, std::size_t end) const;
  bool asks_status(Command& command);
  bool wish_at_end(Command& command);
  bool starts_command(std::size_t start, std::size_t end) const;
  std::vector<std::size_t> command_lines() const;
  std::size_t argument_end(Speaker speaker) const;
  void read_more(Meaning& meaning);
  void take_number_from_end(Command& command, std::size_t from, std::size_t& end);
  std::string written(std::size_t from, std::size_t to) const;
  void use(const NumberToken& token) { used_.push_back(&token); }

  void read_answers(Meaning& meaning) const;
  void read_grade(Meaning& meaning) const;
  void read_numbers(Meaning& meaning) const;

  const Lexicon& lexicon_;
  const Folded& folded_;
  View text_;
  Tokens tokens_;
  std::size_t line_end_;
  std::vector<std::size_t> lines_;        // where further lines begin that are commands
  std::vector<const NumberToken*> used_;  // where a command expected a number
};

std::string Reader::written(std::size_t from, std::size_t to) const {
  constexpr View kJoiners = U":,、;-—=,。 \n\t";  // what people put between word and text
  while (from < to && (is_space(text_[from]) || kJoiners.find(text_[from]) != View::npos)) ++from;
  while (to > from && is_space(text_[to - 1])) --to;
  return std::string{folded_.written(from, to)};
}

// A line of its own among several: a command word of staff, perhaps after a number, then a gap, a
// number or the end. "联系电话 139..." goes on with what was said before.
bool Reader::starts_command(std::size_t start, std::size_t end) const {
  if (const NumberToken* token = token_at(start)) start = separators(token->to, end);
  return std::ranges::any_of(kStaff, [&](Speaker speaker) {
    const std::size_t word =
        word_at(lexicon_.commands[static_cast<std::size_t>(speaker)], start, end).length;
    const std::size_t next = start + word;
    return word != 0 && (next == end || !is_word(text_[next]) || token_at(next) != nullptr);
  });
}

std::vector<std::size_t> Reader::command_lines() const {
  std::vector<std::size_t> starts;
  for (std::size_t line = line_end_; line < text_.size();) {
    const std::size_t start = separators(line, text_.size());
    line = std::min(text_.find(U'\n', start), text_.size());
    if (start < line && starts_command(start, line)) starts.push_back(start);
  }
  return starts;
}

// Further lines belong to the argument unless the next one is a command itself. Residents tell
// their troubles in such words, so theirs must be nothing but a command.
std::size_t Reader::argument_end(Speaker speaker) const {
  if (speaker != Speaker::resident) return lines_.empty() ? text_.size() : lines_.front();
  const Trie& words = lexicon_.commands[static_cast<std::size_t>(speaker)];
  std::size_t line = line_end_;
  while (line < text_.size()) {
    const std::size_t start = separators(line, text_.size());
    const std::size_t next = std::min(text_.find(U'\n', start), text_.size());
    const std::size_t word = start < next ? word_at(words, start, next).length : 0;
    if (word != 0 && only(lexicon_.polite, start + word, next)) return line;
    line = next;
  }
  return text_.size();
}

// Each further line of a message that begins with a command: an action of its own.
void Reader::read_more(Meaning& meaning) {
  const bool commands = std::ranges::any_of(kStaff, [&](Speaker speaker) {
    const Command& command = meaning.command[static_cast<std::size_t>(speaker)];
    return command.verb != Verb::none && !command.bare;
  });
  if (!commands) return;
  for (std::size_t i = 0; i < lines_.size() && i < kMostLines; ++i) {
    const std::size_t end = i + 1 < lines_.size() ? lines_[i + 1] : text_.size();
    Folded part;
    part.display = std::string{folded_.written(lines_[i], end)};
    part.chars = folded_.chars.substr(lines_[i], end - lines_[i]);
    for (std::size_t at = lines_[i]; at <= end; ++at)
      part.at.push_back(folded_.at[at] - folded_.at[lines_[i]]);
    Reader reader{lexicon_, part};
    meaning.more.push_back(reader.commands());
  }
}

void Reader::take_number_from_end(Command& command, std::size_t from, std::size_t& end) {
  for (const NumberToken& token : tokens_) {
    if (token.from < from || token.to > end) continue;
    if (separators(token.to, end) == end) {
      command.number = token.number;
      use(token);
      end = token.from;
      while (end > from && !is_word(text_[end - 1])) --end;
      return;
    }
  }
  for (const NumberToken& token : tokens_) {
    if (token.from >= from && token.to <= end && token.certainty == NumberToken::certain) {
      command.number = token.number;
      return;
    }
  }
}

bool Reader::allowed(const Command& command, std::size_t word_end, std::size_t end) const {
  const Follow follow = follow_of(command.verb);
  if (follow == Follow::anything || command.whole) return true;
  if (follow == Follow::nothing) return false;
  const std::size_t i = fillers(word_end, end);  // 补充一下：...
  return i == end || !is_word(text_[i]) || token_at(i) != nullptr ||
         (command.verb == Verb::rate && is_digit(text_[i]));
}

// A command word at `i`. The number after it, at the end, or anywhere as date-number.
std::optional<Command> Reader::command_at(Speaker speaker, std::size_t i, std::string number) {
  const Trie& words = lexicon_.commands[static_cast<std::size_t>(speaker)];
  const auto hit = word_at(words, i, line_end_);
  if (hit.length == 0) return std::nullopt;
  Command command;
  command.verb = static_cast<Verb>(hit.values.front());
  command.number = std::move(number);
  const std::size_t word_end = i + hit.length;
  std::size_t end = argument_end(speaker);
  std::size_t from = separators(word_end, line_end_);
  if (command.number.empty()) {
    if (const NumberToken* token = token_at(from)) {
      command.number = token->number;
      use(*token);
      from = token->to;
      // "并件 A B": the second number is in the argument, but it is a number all the same.
      if (const NumberToken* next = token_at(separators(from, line_end_))) use(*next);
    } else {
      take_number_from_end(command, from, end);
      from = std::min(word_end, end);
    }
  }
  const bool resident = speaker == Speaker::resident;
  command.whole = resident ? only(lexicon_.polite, from, end) : separators(from, end) == end;
  if (resident && !allowed(command, word_end, end)) return std::nullopt;
  if (!command.whole) {
    if (resident && command.verb != Verb::rate) from = fillers(from, end);
    command.argument = written(from, end);
  }
  return command;
}

// "我上次反映的水渠怎么样了": a question about something told before, not a new matter.
bool Reader::asks_status(Command& command) {
  constexpr std::size_t kLongest = 40, kLeftOver = 6, kPhrase = 3;  // characters
  if (text_.size() > kLongest) return false;
  const Trie& words = lexicon_.commands[static_cast<std::size_t>(Speaker::resident)];
  std::size_t left_over = 0;
  bool refers = false, asks = false, phrase = false;
  std::string number;
  for (std::size_t i = 0; i < text_.size();) {
    if (const NumberToken* token = token_at(i)) {
      number = token->number;
      refers = true;
      i = token->to;
      continue;
    }
    const auto question = word_at(words, i, text_.size());
    if (question.length != 0 && question.values.front() == static_cast<int>(Verb::status)) {
      asks = true;
      phrase = phrase || question.length >= kPhrase;
      i += question.length;
      continue;
    }
    const auto reference = word_at(lexicon_.references, i, text_.size());
    const auto filler = word_at(lexicon_.polite, i, text_.size());
    refers = refers || reference.length != 0;
    const std::size_t length = std::max(reference.length, filler.length);
    if (length == 0 && is_word(text_[i])) ++left_over;
    i += std::max<std::size_t>(length, 1);
  }
  if (!asks || left_over > (refers && phrase ? kLeftOver : 0)) return false;
  command = Command{};
  command.verb = Verb::status;
  command.number = number;
  command.whole = true;
  if (!number.empty()) {
    for (const NumberToken& token : tokens_) use(token);
  }
  return true;
}

// "路灯坏了……，别说是我": the wish may stand at the end.
bool Reader::wish_at_end(Command& command) {
  const Trie& words = lexicon_.commands[static_cast<std::size_t>(Speaker::resident)];
  for (std::size_t i = 1; i < text_.size(); ++i) {
    if (is_word(text_[i - 1]) || !is_word(text_[i])) continue;
    const std::size_t start = skip(text_, i, text_.size(), lexicon_.fillers);
    for (const std::size_t at : {i, start}) {
      const auto hit = word_at(words, at, text_.size());
      if (hit.length == 0) continue;
      const auto verb = static_cast<Verb>(hit.values.front());
      const bool wish = verb == Verb::anonymous || verb == Verb::confidential;
      if (!wish || !only(lexicon_.polite, at + hit.length, text_.size())) continue;
      command = Command{};
      command.verb = verb;
      command.argument = written(0, i);
      return true;
    }
  }
  return false;
}

Command Reader::command_of(Speaker speaker) {
  Command none;
  if (text_.empty()) return none;
  const bool resident = speaker == Speaker::resident;
  std::string number;
  std::size_t i = 0;
  for (;;) {
    i = separators(i, line_end_);
    const NumberToken* token = number.empty() ? token_at(i) : nullptr;
    if (token != nullptr) {
      const bool ends = only(lexicon_.polite, token->to, text_.size());
      const std::size_t next = separators(token->to, line_end_);
      if (ends) {
        use(*token);
        Command status;
        status.verb = Verb::status;
        status.number = token->number;
        status.whole = true;
        return status;
      }
      number = token->number;
      i = next;
    }
    if (auto command = command_at(speaker, i, number)) {
      if (token != nullptr || !number.empty()) {
        for (const NumberToken& t : tokens_) {
          if (t.number == number) use(t);
        }
      }
      return *command;
    }
    if (token != nullptr) continue;
    // Residents are polite: 请帮我查询进度. A cadre's command is the first word.
    const auto filler = resident ? word_at(lexicon_.fillers, i, line_end_) : Trie::Hit{};
    if (filler.length == 0) break;
    i += filler.length;
  }
  if (resident) {
    Command command;
    if (asks_status(command) || wish_at_end(command)) return command;
  }
  if (speaker == Speaker::cadre) {
    const std::size_t from = separators(0, text_.size());
    const auto hit = word_at(lexicon_.bare_accept, from, text_.size());
    if (hit.length != 0 && only(lexicon_.polite, from + hit.length, text_.size())) {
      Command command;
      command.verb = Verb::accept;
      command.bare = command.whole = true;
      return command;
    }
  }
  return none;
}

// "3", "三", "选2", "第二个", "5分": nothing else in the message.
std::optional<int> whole_number(View text) {
  constexpr View kBefore[] = {U"我选择", U"我选", U"选择", U"选", U"第", U"打", U"评价", U"评"};
  constexpr View kAfter[] = {U"颗星", U"分", U"星", U"号", U"个", U"项", U"条"};
  for (const View before : kBefore) {
    if (text.starts_with(before)) {
      text.remove_prefix(before.size());
      break;
    }
  }
  for (const View after : kAfter) {
    if (text.size() > after.size() && text.ends_with(after)) {
      text.remove_suffix(after.size());
      break;
    }
  }
  while (!text.empty() && !is_word(text.front())) text.remove_prefix(1);
  return small_number(text);
}

void Reader::read_grade(Meaning& meaning) const {
  Command& said = meaning.command[static_cast<std::size_t>(Speaker::resident)];
  std::size_t i = skip(text_, 0, text_.size(), lexicon_.fillers);
  std::string number;
  if (const NumberToken* token = token_at(i)) {
    number = token->number;
    i = separators(token->to, text_.size());
  }
  if (said.verb == Verb::rate) {
    const auto word =
        word_at(lexicon_.commands[static_cast<std::size_t>(Speaker::resident)], i, text_.size());
    i = separators(i + word.length, text_.size());
    if (const NumberToken* token = token_at(i)) i = separators(token->to, text_.size());
    if (number.empty()) number = said.number;
  } else if (said.verb != Verb::none && !(said.verb == Verb::status && said.whole)) {
    return;
  }
  std::size_t end = text_.size();
  while (end > i && !is_word(text_[end - 1])) --end;
  const bool expected = said.verb == Verb::rate || !number.empty();
  const auto value = whole_number(text_.substr(i, end - i));
  if (expected && value && *value >= 1 && *value <= 5) meaning.digit = value;

  const auto hit = word_at(lexicon_.grades, i, text_.size());
  const std::size_t pause = fillers(i + hit.length, text_.size());
  const bool graded = hit.length != 0 && (pause == text_.size() || !is_word(text_[pause]));
  if (graded) meaning.grade = static_cast<int>(hit.values.front());
  if (!graded && !(expected && meaning.digit)) return;
  said.verb = Verb::rate;
  said.number = number;
  said.whole = !graded || only(lexicon_.polite, pause, text_.size());
  said.argument = written(i, text_.size());
}

void Reader::read_answers(Meaning& meaning) const {
  const std::size_t end = text_.size();
  const std::size_t from = separators(0, end);
  std::size_t to = end;
  while (to > from && !is_word(text_[to - 1])) --to;
  meaning.small_talk = end != 0 && only(lexicon_.polite, 0, end);
  if (from >= to) return;
  const std::size_t talk = skip(text_, from, end, lexicon_.polite);
  std::size_t number_end = to;
  for (std::size_t i = from; i < to; ++i) {  // "5 谢谢"
    if (i > from && is_space(text_[i]) && only(lexicon_.polite, i, end)) {
      number_end = i;
      break;
    }
  }
  const View answer = text_.substr(from, number_end - from);
  meaning.digit = whole_number(answer);
  read_grade(meaning);

  const auto agrees = [&](const Trie& words) {
    for (const std::size_t start : {from, talk}) {
      const auto hit = word_at(words, start, end);
      if (hit.length != 0 && only(lexicon_.fillers, start + hit.length, end)) return true;
    }
    return false;
  };
  meaning.no = agrees(lexicon_.no);
  meaning.yes = !meaning.no && agrees(lexicon_.yes);
}

void Reader::read_numbers(Meaning& meaning) const {
  for (const NumberToken& token : tokens_) {
    const bool used = std::ranges::find(used_, &token) != used_.end();
    if (token.certainty != NumberToken::certain && !used) continue;
    if (std::ranges::find(meaning.numbers, token.number) == meaning.numbers.end()) {
      meaning.numbers.push_back(token.number);
    }
  }
}

// Made of A-Z and 0-9 with both in it, so that neither a word nor a number is taken for one.
std::string code_in(View text, bool announced) {
  constexpr std::size_t kShortest = 6, kLongest = 12;
  if (text.size() < kShortest || text.size() > kLongest) return {};
  std::string code;
  bool letter = false, digit = false;
  for (const char32_t c : text) {
    if (!is_letter(c) && !is_digit(c)) return {};
    letter = letter || is_letter(c);
    digit = digit || is_digit(c);
    code += static_cast<char>(is_letter(c) ? c - 'a' + 'A' : c);
  }
  return digit && (letter || announced) ? code : std::string{};
}

}  // namespace

void read_commands(const Lexicon& lexicon, const Folded& text, Meaning& meaning) {
  Reader{lexicon, text}.read(meaning);
  bool announced = false;
  for (const Command& command : meaning.command) {
    if (command.verb != Verb::bind || command.argument.empty()) continue;
    announced = true;
    meaning.bind_code = code_in(fold_word(command.argument), true);
  }
  if (!announced) meaning.bind_code = code_in(text.chars, false);
}

}  // namespace huiyin
