// One person, several accounts: one-time codes, and which account is written to first.
#include <algorithm>

#include "server/desk/followers.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

constexpr std::chrono::minutes kCodeLives{10};
constexpr std::size_t kMostWrongCodes = 5;  // in an hour

void refuse(Turn& turn, words::Why why) { answer_why(turn, "not_now", Audience::reporter, why); }

std::string served_units(const Turn& turn, PersonId person) {
  std::string line;
  for (const auto& duty : turn.directory.duties_of(person, turn.now)) {
    const auto name = turn.directory.full_name(duty.unit);
    if (name.empty() || line.find(name) != std::string::npos) continue;
    if (!line.empty()) line += "、";
    line += name;
  }
  return line;
}

// Drafts too. What was reported from other accounts stays with whoever they belong to.
void bring_cases(Turn& turn, PersonId to) {
  for (const Case* reported : turn.set.reported_by(turn.speaker())) {
    if (reported->reporter_account != turn.account()) continue;
    Case c = *reported;
    c.reporter = to;
    // He may have followed it himself: now it is his own.
    std::erase_if(c.parties, [&](const Party& party) {
      return party.kind == PartyKind::follower && party.person == to;
    });
    turn.put(std::move(c));
  }
}

// What is followed from this account goes with it too; nobody follows twice, or his own report.
void bring_followed(Turn& turn, PersonId to) {
  for (const Case* followed : turn.set.shared_with(turn.speaker())) {
    const Party* row = following(*followed, turn.speaker());
    if (!row || row->account != turn.account()) continue;
    const Case* now = turn.find(followed->id);
    Case c = *now;
    if (c.reporter == to || following(c, to))
      std::erase_if(c.parties, [&](const Party& party) {
        return party.kind == PartyKind::follower && party.person == turn.speaker();
      });
    else
      following(c, turn.speaker())->person = to;
    turn.put(std::move(c));
  }
}

}  // namespace

// As Supply::next_code makes them.
bool is_bind_code(std::string_view text) {
  constexpr std::string_view kCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
  constexpr std::size_t kLength = 8;
  return text.size() == kLength && text.find_first_not_of(kCharacters) == std::string_view::npos;
}

void give_bind_code(Turn& turn) {
  const auto code = turn.offer_code(kCodeLives);
  auto& draft = turn.reply("bind_code", Audience::owner);
  draft.facts["code"] = code.code;
  draft.facts["until"] = show_time(code.until, turn.me().locale);
}

void use_bind_code(Turn& turn, const std::string& said) {
  if (turn.wrong_codes() >= kMostWrongCodes) return refuse(turn, words::Why::code_limit);
  if (is_bind_code(said) && !turn.has_code(said)) return;
  const BindCode* code = turn.set.find_code(said);
  if (!code || code->until <= turn.now) {
    turn.count_wrong_code();
    return refuse(turn, words::Why::code_unknown);
  }
  if (code->person == turn.speaker()) return refuse(turn, words::Why::code_own);
  // Or somebody talked into sending another one's code would get no more of his cases.
  if (!turn.directory.duties_of(turn.speaker(), turn.now).empty())
    return refuse(turn, words::Why::code_duty);
  if (!turn.has_person(code->person)) return;
  const bool serves = speaker_of(turn.directory, code->person, turn.now) != Speaker::resident;
  auto& draft = turn.reply("bound", serves ? Audience::owner : Audience::reporter);
  draft.to = code->person;
  draft.facts["linked"] = "1";
  if (auto units = served_units(turn, code->person); serves && !units.empty())
    draft.facts["unit"] = std::move(units);
  const PersonId to = code->person;
  bring_cases(turn, to);
  bring_followed(turn, to);
  turn.bind_account(*code);
}

void prefer_account(Turn& turn) {
  turn.change_me().preferred = turn.account();
  turn.reply("preferred", Audience::owner);
}

}  // namespace huiyin
