#include "server/app/play.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <stdexcept>

#include "server/app/play_stage.h"

namespace huiyin {
namespace {

// The play cannot go on: what follows would only repeat the same fault.
struct Stopped {};

std::string shown(const Pattern& pattern) {
  std::string text;
  for (std::size_t i = 0; i < pattern.pieces.size(); ++i) {
    text += i % 2 == 0 ? pattern.pieces[i] : "{" + pattern.pieces[i] + "}";
  }
  return text;
}

std::string what_is_done(const PlayedMessage& said) {
  switch (said.kind) {
    case MessageKind::image:
      return "[图片]";
    case MessageKind::voice:
      return "[语音]";
    case MessageKind::video:
      return "[视频]";
    case MessageKind::file:
      return "[文件 " + said.text + "]";
    case MessageKind::position:
      return "[位置 " + said.position->label + "]";
    case MessageKind::link:
      return "[链接 " + said.text + "]";
    case MessageKind::follow:
      return said.scene.empty() ? "[关注]" : "[扫码关注 " + said.scene + "]";
    case MessageKind::scan:
      return "[扫码 " + said.scene + "]";
    case MessageKind::unfollow:
      return "[取消关注]";
    case MessageKind::menu:
      return "[菜单 " + said.text + "]";
    default:
      return said.text;
  }
}

class Performance {
 public:
  Performance(const PlayScript& script, PlayStage& stage, std::ostream& out, std::ostream& errors)
      : script_{script}, stage_{stage}, out_{out}, errors_{errors} {
    for (const PlayedPerson& one : script.persons) {
      const Seat seat{one.channel, one.user};
      seats_.emplace(one.name, seat);
      names_.emplace(seat, one.name);
    }
  }

  // True when every expectation held.
  bool run() {
    try {
      for (const Statement& statement : script_.statements) {
        line_ = statement.line;
        std::visit([this](const auto& what) { perform(what); }, statement.what);
      }
      if (!ignore_rest_) nothing_left();
    } catch (const Stopped&) {
    }
    out_ << std::flush;
    return faults_ == 0;
  }

 private:
  void fault(const std::string& what) {
    out_ << std::flush;
    errors_ << script_.file << ":" << line_ << ": " << what << "\n";
    ++faults_;
  }
  [[noreturn]] void stop(const std::string& what) {
    fault(what);
    throw Stopped{};
  }

  void show_time() {
    const std::string time = show_time_of(stage_.now());
    if (time == time_) return;
    time_ = time;
    out_ << "\n──── " << time << " ────\n";
  }
  static std::string show_time_of(Instant at) { return huiyin::show_time(at, "zh"); }

  void show(const std::string& from, const std::string& to, const std::string& channel,
            std::string_view text) {
    show_time();
    out_ << from << " → " << to << " (" << channel << ")\n";
    while (true) {
      const auto end = text.find('\n');
      out_ << "    " << text.substr(0, end) << "\n";
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }

  void show(const Seat& seat, const Seen& seen) {
    const auto name = names_.find(seat);
    show("回音", name == names_.end() ? seat.user : name->second, seat.channel + ", " + seen.via,
         seen.text);
  }

  void say(const std::string& person, const PlayedMessage& said, bool again) {
    const Seat& seat = seats_.at(person);
    show(person, "回音", again ? seat.channel + ", again" : seat.channel,
         again ? what_is_done(last_.at(person)) : what_is_done(said));
    if (!again) last_[person] = said;
    if (const std::string wrong = stage_.say(seat, said, again); !wrong.empty()) stop(wrong);
  }

  void perform(const SetClock& what) {
    if (const std::string wrong = stage_.move_clock(what.move); !wrong.empty()) stop(wrong);
  }

  void perform(const Say& what) {
    PlayedMessage said;
    said.user = seats_.at(what.person).user;
    said.kind = what.kind;
    said.text = fill(what.text, captures_);
    said.scene = what.scene;
    said.media_id = what.media_id;
    said.position = what.position;
    say(what.person, said, false);
  }

  void perform(const Press& what) {
    const std::vector<Seen>& seen = taken_[what.person];
    for (auto card = seen.rbegin(); card != seen.rend(); ++card) {
      for (const std::string& command : card->buttons) {
        if (!command.starts_with(what.label)) continue;
        PlayedMessage said;
        said.user = seats_.at(what.person).user;
        said.text = command;
        return say(what.person, said, false);
      }
    }
    stop("no card that " + what.person + " has seen carries a button \"" + what.label + "\"");
  }

  void perform(const Again& what) { say(what.person, last_.at(what.person), true); }

  void perform(const Expect& what) {
    std::vector<Seen>& taken = taken_[what.person];
    if (what.next) {
      const Seat& seat = seats_.at(what.person);
      std::optional<Seen> seen = stage_.next(seat);
      if (!seen) stop(what.person + " sees nothing; expected \"" + shown(what.fragment) + "\"");
      show(seat, *seen);
      taken.push_back(std::move(*seen));
    }
    const bool found = find_fragment(taken.back().text, what.fragment, captures_);
    if (found && what.absent) fault("this must not be there: \"" + shown(what.fragment) + "\"");
    if (found || what.absent) return;
    const std::string wrong = "\"" + shown(what.fragment) + "\" is not in what " + what.person +
                              " sees:\n" + taken.back().text;
    // What was to be captured is needed further on.
    if (what.fragment.has_names()) stop(wrong);
    fault(wrong);
  }

  void perform(const Silence& what) {
    const Seat& seat = seats_.at(what.person);
    settle();
    for (const auto& [where, seen] : stage_.untaken()) {
      if (where == seat) {
        fault("nothing more was expected to reach " + what.person + ", but:\n" + seen.text);
      }
    }
  }

  void perform(const Inject& what) {
    out_ << "(" << what.channel << ": 注入故障 " << what.fault << " ×" << what.times << ")\n";
    if (const auto wrong = stage_.inject(what.channel, what.fault, what.times); !wrong.empty()) {
      stop(wrong);
    }
  }

  void perform(const IgnoreRest&) { ignore_rest_ = true; }

  void settle() {
    std::vector<Seat> all;
    for (const auto& [name, seat] : seats_) all.push_back(seat);
    if (const std::string wrong = stage_.settle(all); !wrong.empty()) stop(wrong);
  }

  void nothing_left() {
    settle();
    for (const auto& [seat, seen] : stage_.untaken()) {
      show(seat, seen);
      const auto name = names_.find(seat);
      fault("this was not expected, and \"ignore rest\" is not set: a message to " +
            (name == names_.end() ? seat.channel + ":" + seat.user : name->second));
    }
  }

  const PlayScript& script_;
  PlayStage& stage_;
  std::ostream& out_;
  std::ostream& errors_;
  std::map<std::string, Seat> seats_;
  std::map<Seat, std::string> names_;
  std::map<std::string, PlayedMessage> last_;
  std::map<std::string, std::vector<Seen>> taken_;
  Captures captures_;
  std::string time_;
  int line_ = 0;
  int faults_ = 0;
  bool ignore_rest_ = false;
};

}  // namespace

int play(const PlayScript& script, const std::vector<ChannelConfig>& channels,
         const PlayOptions& options, std::ostream& out, std::ostream& errors) {
  std::set<std::string> used;
  for (const PlayedPerson& one : script.persons) {
    if (std::ranges::find(channels, one.channel, &ChannelConfig::name) == channels.end()) {
      errors << script.file << ":" << one.line << ": channel " << one.channel
             << " is not configured; known are:";
      for (const ChannelConfig& known : channels) errors << " " << known.name;
      errors << "\n";
      return 2;
    }
    used.insert(one.channel);
  }
  std::unique_ptr<PlayStage> stage;
  try {
    PlayStage::Options world;
    world.server = options.server;
    world.admin = options.admin;
    world.patience = options.patience;
    world.ca_file = options.ca_file;
    stage = std::make_unique<PlayStage>(std::move(world), channels, used);
  } catch (const std::exception& error) {
    errors << script.file << ": " << error.what() << "\n";
    return 2;
  }
  return Performance{script, *stage, out, errors}.run() ? 0 : 1;
}

}  // namespace huiyin
