#include "server/desk/erase.h"

#include <algorithm>
#include <utility>

#include "server/desk/facts.h"
#include "server/desk/privacy.h"
#include "server/desk/questions.h"
#include "server/desk/tell.h"
#include "server/intake/masking.h"

namespace huiyin {
namespace {

// What a person is called and called at, gone from a text of his.
class Redactor {
 public:
  explicit Redactor(const Person& person) : name_{person.name} {}

  std::string operator()(const std::string& text) const {
    if (text.empty()) return text;
    std::string out;
    // Lines of a case's text are messages: they stay apart.
    for (std::size_t from = 0; from <= text.size();) {
      const auto end = std::min(text.find('\n', from), text.size());
      if (from > 0) out += '\n';
      out += mask_personal(std::string_view{text}.substr(from, end - from));
      from = end + 1;
    }
    return mask_known_name(std::move(out), name_);
  }

 private:
  std::string name_;
};

void redact(Turn& turn, const Redactor& hide, Case c, Erasure& erasure) {
  erasure.cases.push_back(c.id);
  for (const Event& event : turn.set.history(c.id))
    if (auto text = hide(event.text); text != event.text)
      erasure.events.emplace_back(event.id, std::move(text));
  c.text = hide(c.text);
  c.place = hide(c.place);
  c.result = hide(c.result);
  c.request.text = hide(c.request.text);
  c.privacy = Privacy::anonymous;
  c.reporter_kind = ReporterKind::resident;
  c.media.clear();  // a voice and a picture tell who it was
  c.calls = 0;      // nobody knows whom to call any more
  turn.make_by_system(c, Move::redact, "");
  turn.put(std::move(c));
}

// What he wrote about a matter of somebody else; the matter stays that one's.
void redact_words(Turn& turn, const Redactor& hide, Case c, Erasure& erasure) {
  bool changed = false;
  for (const Event& event : turn.set.history(c.id)) {
    if (event.actor != turn.speaker()) continue;
    auto text = hide(event.text);
    if (text == event.text) continue;
    const std::string line = one_line(event.text);
    if (const auto at = c.text.find(line); at != std::string::npos) {
      c.text.replace(at, line.size(), one_line(text));
      changed = true;
    }
    erasure.events.emplace_back(event.id, std::move(text));
  }
  if (changed) turn.put(std::move(c));
}

void forget(const Turn& turn, Person& person) {
  person.name.clear();
  person.phone.clear();
  person.bound_unit = {};
  person.privacy = Privacy::named;
  person.informed = false;  // the purpose is told anew to who comes back
  person.erased_at = turn.now;
}

}  // namespace

void ask_erasure(Turn& turn) {
  if (!turn.me().code.empty()) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::erase_staff);
    return;
  }
  if (!turn.has_all_of(turn.speaker())) return;
  auto& draft = turn.reply("confirm_erase");
  draft.facts["count"] = std::to_string(turn.set.reported_by(turn.speaker()).size());
  turn.ask(std::string{questions::kErase}, CaseId{}, {});
}

void answer_erasure(Turn& turn, bool yes) {
  if (!yes) {
    answer_why(turn, "not_now", Audience::reporter, words::Why::not_erased);
    return;
  }
  if (!turn.has_all_of(turn.speaker())) return;
  std::vector<Case> followed;
  for (const Case* c : turn.set.shared_with(turn.speaker()))
    if (c->reporter != turn.speaker() && turn.has_history(c->id)) followed.push_back(*c);
  if (!turn.need().empty()) return;
  Erasure erasure;
  erasure.person = turn.speaker();
  const Redactor hide{turn.me()};
  std::vector<Case> cases;  // a put may move what the set's pointers see
  for (const Case* c : turn.set.reported_by(turn.speaker())) cases.push_back(*c);
  for (Case& c : cases) redact(turn, hide, std::move(c), erasure);
  for (Case& c : followed) redact_words(turn, hide, std::move(c), erasure);
  forget(turn, turn.change_me());
  turn.erase(std::move(erasure));
  turn.reply("erased");
}

}  // namespace huiyin
