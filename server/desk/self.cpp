// What people say about themselves: where they live, which language, whether they want to hear.
#include <algorithm>

#include "server/desk/erase.h"
#include "server/desk/facts.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/place.h"
#include "server/desk/privacy.h"
#include "server/desk/questions.h"
#include "server/desk/tell.h"
#include "server/intake/masking.h"

namespace huiyin {
namespace {

constexpr std::string_view kSceneUnit = "unit:";  // what the QR codes of units hold

void add_home(const Turn& turn, NoticeDraft& draft, const UnitCode& unit) {
  draft.facts["unit"] = turn.directory.full_name(unit);
  const auto owner = turn.directory.owner_for(unit, turn.now);
  draft.facts["owner"] = owner_name(turn, owner.person, owner.unit, turn.me().locale);
  if (auto phone = phone_of(turn.directory, owner.unit); !phone.empty())
    draft.facts["phone"] = std::move(phone);
}

void bind_to(Turn& turn, const UnitCode& unit, std::string_view kind) {
  turn.change_me().bound_unit = unit;
  add_home(turn, turn.reply(kind), unit);
}

bool bind(Turn& turn, const Said& said, const Command& command) {
  if (!said.meaning.places.empty()) {
    bind_place(turn, said);
  } else if (!said.meaning.bind_code.empty()) {
    use_bind_code(turn, said.meaning.bind_code);
  } else if (command.argument.empty() || command.whole) {
    turn.reply("ask_place");
    turn.ask(std::string{questions::kBind}, CaseId{}, {});
  } else {
    answer_why(turn, "not_now", Audience::reporter, words::Why::place_unknown);
    turn.ask(std::string{questions::kBind}, CaseId{}, {});
  }
  return true;
}

bool language(Turn& turn, const Said& said) {
  const auto& text = said.meaning.text;
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  const bool chinese =
      has("中文") || has("汉语") || has("普通话") || has("Chinese") || has("chinese");
  turn.change_me().locale = chinese ? "zh" : "en";
  turn.reply("language");
  return true;
}

bool human(Turn& turn) {
  UnitCode unit = turn.me().bound_unit;
  for (const Case* c : turn.set.reported_by(turn.speaker()))
    if (is_open(c->stage) && c->unit) {
      unit = c->unit;
      break;
    }
  auto& draft = turn.reply("human");
  if (turn.directory.unit(unit)) add_home(turn, draft, unit);
  return true;
}

bool privacy(Turn& turn) {
  auto& draft = turn.reply("privacy");
  const auto& me = turn.me();
  if (!me.name.empty()) draft.facts["name"] = mask_name(me.name);
  if (!me.phone.empty()) draft.facts["phone"] = mask_text(me.phone);
  if (turn.directory.unit(me.bound_unit))
    draft.facts["unit"] = turn.directory.full_name(me.bound_unit);
  if (!me.code.empty()) draft.facts["staff"] = "1";
  draft.facts["count"] = std::to_string(turn.set.reported_by(turn.speaker()).size());
  return true;
}

}  // namespace

void bind_place(Turn& turn, const Said& said) {
  Where where = place_said(turn, said.message, said.meaning);
  turn.close_question();
  if (where.spans) where.choices = where.units;  // nobody lives in two places
  if (where.unit && !where.spans) return bind_to(turn, where.unit, "bound");
  std::vector<std::string> options;
  for (const auto& unit : where.choices) options.push_back(unit.raw());
  turn.reply("which_place").lists["options"] = place_rows(turn, where.choices);
  turn.ask(std::string{questions::kWhichBind}, CaseId{}, std::move(options));
}

void bind_choice(Turn& turn, int number) {
  const auto& options = turn.talk().options;
  const auto no = static_cast<std::size_t>(number);
  if (no < 1 || no > options.size()) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::no_option);
    return;
  }
  const UnitCode unit{options[no - 1]};
  turn.close_question();
  bind_to(turn, unit, "bound");
}

void hear_scene(Turn& turn, const Message& message) {
  std::string_view code = message.scene;
  if (code.starts_with(kSceneUnit)) code.remove_prefix(kSceneUnit.size());
  const UnitCode unit{std::string{code}};
  const bool known = unit && turn.directory.unit(unit);
  if (message.kind == MessageKind::follow) {
    if (known) return bind_to(turn, unit, "welcome");
    auto& draft = turn.reply("welcome");
    if (turn.directory.unit(turn.me().bound_unit))
      add_home(turn, draft, turn.me().bound_unit);
    else
      turn.ask(std::string{questions::kBind}, CaseId{}, {});
  } else if (known) {
    bind_to(turn, unit, "bound");
  } else {
    turn.reply("help");
  }
}

bool hear_self_command(Turn& turn, const Said& said, const Command& command) {
  switch (command.verb) {
    case Verb::bind:
      return bind(turn, said, command);
    case Verb::bind_account:
      give_bind_code(turn);
      return true;
    case Verb::prefer:
      prefer_account(turn);
      return true;
    case Verb::language:
      return language(turn, said);
    case Verb::human:
      return human(turn);
    case Verb::privacy:
      return privacy(turn);
    case Verb::erase:
      ask_erasure(turn);
      return true;
    case Verb::mute:
      turn.change_me().muted = true;
      turn.reply("muted");
      return true;
    case Verb::help:
      turn.reply("help");
      return true;
    case Verb::anonymous:
    case Verb::confidential:
      return hear_wish(turn, said, command);
    default:
      return false;
  }
}

}  // namespace huiyin
