#include "server/desk/decide.h"

#include <algorithm>
#include <iterator>

#include "server/desk/advice.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/place.h"
#include "server/desk/privacy.h"
#include "server/desk/questions.h"
#include "server/desk/rounds.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

bool says_nothing(MessageKind kind) {
  return kind == MessageKind::unfollow || kind == MessageKind::delivery ||
         kind == MessageKind::other;
}

// A person of several duties is read as the highest first. What residents say is open to all, but a
// cadre's sentence is no command by accident: only the bare word, or with a number, counts.
Command command_of(const Meaning& meaning, Speaker speaker) {
  for (int as = static_cast<int>(speaker); as > 0; --as)
    if (const auto& command = meaning.command.at(as); command.verb != Verb::none) return command;
  // A word of the offices, with a number, is no chat: its speaker hears that it is not for him.
  if (speaker != Speaker::resident)
    for (const auto& above : meaning.command)
      if (above.verb != Verb::none && !above.number.empty() && &above != &meaning.command[0])
        return above;
  const auto& command = meaning.command[0];
  const bool deliberate = command.whole || !command.number.empty() || command.verb == Verb::bind ||
                          command.verb == Verb::language;
  return speaker == Speaker::resident || deliberate ? command : Command{};
}

// A number picked from a list stands for the whole command that the list was about.
std::optional<Command> picked(const Turn& turn, const Meaning& meaning) {
  const auto& talk = turn.talk();
  const bool partners = talk.question == questions::kPartners;
  if ((talk.question != questions::kWhichCase && !partners) || !meaning.digit) return std::nullopt;
  // 0: none of the partners, go on with what was said first.
  if (partners && *meaning.digit == 0 && !talk.options.empty())
    return questions::unpack(talk.options.back());
  const auto no = static_cast<std::size_t>(*meaning.digit);
  if (no < 1 || no > talk.options.size()) return std::nullopt;
  return questions::unpack(talk.options[no - 1]);
}

// The words that we asked for, also when they begin like a command ("已联系电工"): only a command
// with a number, or without anything else, is meant as one.
std::optional<Command> worded(const Turn& turn, const Meaning& meaning, const Command& command) {
  const auto& talk = turn.talk();
  if (talk.question != questions::kWords || talk.options.empty() || meaning.text.empty() ||
      command.bare || meaning.small_talk)
    return std::nullopt;
  Command asked = questions::unpack(talk.options.front());
  const bool commands = command.verb != Verb::none && (command.whole || !command.number.empty());
  if (commands) return std::nullopt;
  asked.argument = command.verb == asked.verb ? command.argument : meaning.text;
  return asked;
}

// Handbook §3: an emergency comes before a command. Words of regret (取消，没有着火) stay a
// command.
bool cries_for_help(const Meaning& meaning, const Command& command) {
  if (meaning.danger == Danger::none || !meaning.danger_certain || !meaning.substance) return false;
  return command.verb == Verb::urge || command.verb == Verb::supplement ||
         command.verb == Verb::reopen;
}

// "我是楼家村的" when we asked where it is: the answer to that, and where the person lives.
bool tells_place_of_draft(Turn& turn, const Said& said) {
  const auto& question = turn.talk().question;
  if (question != questions::kPlace && question != questions::kWhichPlace) return false;
  const Where where = place_said(turn, said.message, said.meaning);
  if (where.unit) turn.change_me().bound_unit = where.unit;
  return where.unit || !where.choices.empty();
}

// Staff are heard as leader, then as office, then as cadre: the first that knows the word and may
// do it. A clerk who owns a case acts as its owner too. `command`: what was picked or asked for
// before, or what stands in the message for the highest of the speaker's duties.
bool hear_staff(Turn& turn, const Said& said, const Command& command, bool answer) {
  const auto as = [&](Speaker speaker) -> const Command& {
    return answer ? command : said.meaning.command.at(static_cast<std::size_t>(speaker));
  };
  const auto told = [&](bool heard) { return heard || !turn.need().empty(); };
  if (const auto& word = as(Speaker::leader);
      word.verb != Verb::none && told(hear_leader(turn, said, word)))
    return true;
  if (const auto& word = as(Speaker::office);
      word.verb != Verb::none && told(hear_office(turn, said, word)))
    return true;
  const auto& word = as(Speaker::cadre);
  return hear_cadre(turn, said, word.verb == Verb::none || word.bare ? command : word);
}

void hear_words(Turn& turn, const Said& said) {
  turn.speak_as(said.person, said.account);
  turn.has_cases_of(said.person);
  if (!turn.need().empty() || says_nothing(said.message.kind)) return;
  turn.heard(said.message);
  if (said.message.kind == MessageKind::follow || said.message.kind == MessageKind::scan)
    return hear_scene(turn, said.message);
  // Its words, if any, are the name of a file. A question of ours stays open.
  if (said.message.kind == MessageKind::file) {
    turn.reply("unreadable");
    return;
  }

  const auto& meaning = said.meaning;
  const Speaker speaker = speaker_of(turn.directory, said.person, turn.now);
  Command command = command_of(meaning, speaker);
  if (command.verb == Verb::bind && tells_place_of_draft(turn, said)) command = {};
  // A cadre who writes what was done about a fire needs no advice.
  if (speaker == Speaker::resident || command.verb == Verb::none)
    turn.set_advice(emergency_advice(meaning, turn.me().locale));
  auto answer = worded(turn, meaning, command);
  if (!answer && command.verb == Verb::none) answer = picked(turn, meaning);
  if (answer) {
    turn.close_question();
    command = *std::move(answer);
  }
  if (command.verb != Verb::none && !command.bare) {
    if (speaker != Speaker::resident && hear_staff(turn, said, command, answer.has_value())) return;
    if (!cries_for_help(meaning, command) &&
        (hear_self_command(turn, said, command) || hear_reporter_command(turn, said, command)))
      return;
  }
  // 好的 to a question of ours is about that question.
  const bool replies = command.bare && turn.talk().question.empty();
  if (replies && speaker != Speaker::resident && accept_by_reply(turn)) return;
  hear_reporter(turn, said);
}

void hear(Turn& turn, const Said& said) {
  hear_words(turn, said);
  keep_wish(turn, said);
}

// One more line of the same message: a command and nothing else.
Meaning line_of(const Meaning& meaning, std::size_t line) {
  Meaning one;
  one.text = meaning.text;
  one.command = meaning.more.at(line);
  return one;
}

// Later rows take the place of earlier ones; what people are told stands one after the other.
void append(Decision& all, Decision next) {
  const auto replace = [](auto& rows, auto& newer, const auto& key) {
    for (auto& row : newer) {
      const auto same = [&](const auto& other) { return key(other) == key(row); };
      if (const auto at = std::ranges::find_if(rows, same); at != rows.end())
        *at = std::move(row);
      else
        rows.push_back(std::move(row));
    }
  };
  const auto add = [](auto& rows, auto& newer) {
    rows.insert(rows.end(), std::make_move_iterator(newer.begin()),
                std::make_move_iterator(newer.end()));
  };
  replace(all.cases, next.cases, [](const Case& c) { return c.id; });
  replace(all.persons, next.persons, [](const Person& p) { return p.id; });
  replace(all.conversations, next.conversations, [](const Conversation& t) { return t.person; });
  add(all.events, next.events), add(all.notices, next.notices), add(all.media, next.media);
  add(all.codes, next.codes), add(all.used_codes, next.used_codes), add(all.told, next.told);
  add(all.asked, next.asked), add(all.duties, next.duties), add(all.leaves, next.leaves);
  add(all.views, next.views);
  if (next.erasure) all.erasure = std::move(next.erasure);
}

std::variant<Decision, Need> decide_said(const Input& input, const Said& said,
                                         const WorkingSet& set, const Directory& directory,
                                         const Policy& policy, Supply& supply) {
  const auto one = [&](const WorkingSet& rows, const Said& what) {
    Turn turn{input.now, rows, directory, policy, supply};
    hear(turn, what);
    return turn.finish();
  };
  auto first = one(set, said);
  // A line in the words of another office is answered too, not dropped.
  const auto not_theirs = [&](const WorkingSet& rows) {
    Turn turn{input.now, rows, directory, policy, supply};
    turn.speak_as(said.person, said.account);
    answer_why(turn, "refused", Audience::owner, words::Why::not_offered);
    return turn.finish();
  };
  const Speaker speaker = speaker_of(directory, said.person, input.now);
  const bool staff = speaker != Speaker::resident;
  if (!staff || said.meaning.more.empty() || std::holds_alternative<Need>(first)) return first;
  // Several lines are several actions: each is decided on what the one before left, and answered.
  Decision all = std::get<Decision>(std::move(first));
  WorkingSet after = set;
  after.fold(all);
  for (std::size_t line = 0; line < said.meaning.more.size(); ++line) {
    const Meaning meaning = line_of(said.meaning, line);
    const bool known = command_of(meaning, speaker).verb != Verb::none;
    auto answer = known ? one(after, Said{said.message, meaning, said.person, said.account})
                        : not_theirs(after);
    if (std::holds_alternative<Need>(answer)) return answer;
    after.fold(std::get<Decision>(answer));
    append(all, std::get<Decision>(std::move(answer)));
  }
  return all;
}

}  // namespace

std::variant<Decision, Need> decide(const Input& input, const WorkingSet& set,
                                    const Directory& directory, const Policy& policy,
                                    Supply& supply) {
  if (const auto* said = std::get_if<Said>(&input.what))
    return decide_said(input, *said, set, directory, policy, supply);
  Turn turn{input.now, set, directory, policy, supply};
  if (const auto* due = std::get_if<Due>(&input.what))
    timer_due(turn, due->about);
  else if (const auto* unheard = std::get_if<Unheard>(&input.what))
    nobody_heard(turn, *unheard);
  else if (const auto* brief = std::get_if<Brief>(&input.what))
    give_brief(turn, *brief);
  else if (const auto* round = std::get_if<Round>(&input.what))
    round_due(turn, *round);
  else
    report_findings(turn, std::get<Findings>(input.what));
  return turn.finish();
}

}  // namespace huiyin
