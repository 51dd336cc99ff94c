// The whole county on a real database, without sockets: two processes of the server, their timers,
// everybody's accounts on one platform that takes whatever it is given.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/app/promises.h"
#include "server/pipeline/timers.h"
#include "tests/fakes/test_database.h"
#include "tests/pipeline/rig.h"

namespace huiyin::model {

// One thing that happens. `number`: which case a text with {n} is about, counted among those there
// are by then, so that a shorter list of steps still means something; `act`: what somebody who may
// would do with that case as it stands.
struct Step {
  enum Kind { say, again, both, clock, restart, act } kind = say;
  std::string who;   // platform user
  std::string text;  // {n}: a case number; clock: minutes
  unsigned number = 0;
};
std::string show(const Step& step);

class World {
 public:
  explicit World(const fakes::Engine& engine);
  ~World();

  // Does it and waits until everything that follows from it is done.
  void take(const Step& step);
  // Empty: every promise holds. Else what is broken.
  std::string broken();

  // What has been moved so far, of all that was stored.
  std::map<Move, int> moves();

 private:
  struct Process;
  Process& other();
  void start(std::size_t which);
  void set_clocks(Instant at);
  void move_clock(std::chrono::minutes by);
  std::string fill(const Step& step) const;
  Step acted(const Step& step) const;
  std::string user_of(PersonId person) const;
  void say(const Step& step);
  void look();
  std::string leaked(const store::Store::AuditRow& row) const;

  fakes::TestDatabase database_;
  std::array<std::unique_ptr<Process>, 2> processes_;
  std::size_t turn_ = 0;
  int serial_ = 0;
  Instant now_;
  Message last_;
  std::vector<Case> cases_;                // past draft, by number
  std::map<PersonId, std::string> users_;  // of the platform
  std::string trouble_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace huiyin::model
