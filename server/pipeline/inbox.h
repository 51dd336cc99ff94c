// Inputs -> recorded effects. Workers take whatever waits, load, decide, save, commit once; the
// rules are in DESIGN §1a.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "server/cases/message.h"
#include "server/cases/notice.h"
#include "server/desk/decide.h"
#include "server/intake/meaning.h"
#include "server/pipeline/monitor.h"
#include "server/pipeline/runtime.h"
#include "server/store/store.h"

namespace huiyin {

class MediaLinks;
class Outbox;

struct Receipt {
  enum Status {
    accepted,     // committed now
    duplicate,    // was committed before; `reply` is the same as then. Of a task: somebody else did
                  // it
    replayed,     // nonce was used with another body: refuse (401)
    unavailable,  // nothing stored: 503 with Retry-After
    quarantined,  // stored raw, no effect: 200
  } status = unavailable;
  std::optional<Notice> reply;  // may ride on the HTTP response; report its fate to Outbox::rode
  bool echo = false;            // `reply` is an echo (P2) that was not delivered before
};

// What nobody said: its hour has come.
struct Task {
  std::variant<Due, Unheard, Brief, Round, Findings> what;
  // Stored with the effect, so that one of several processes has it; a Round brings its own.
  std::optional<store::Writes::RoundStep> step = std::nullopt;
};

struct InboxOptions {
  unsigned workers = 1;                   // one for SQLite
  std::size_t batch = 256;                // inputs a batch at most
  std::size_t queue = 4096;               // inputs waiting per worker; beyond: unavailable at once
  std::chrono::milliseconds stale{2000};  // waited longer than this: unavailable
  std::string journal_directory;          // crash journal; empty: none
};

class Inbox {
 public:
  using Done = std::function<void(Receipt)>;
  // Opens one store for each worker.
  using OpenStore = std::function<std::unique_ptr<store::Store>()>;

  static std::unique_ptr<Inbox> start(InboxOptions options, OpenStore open, Current& current,
                                      const Channels& channels, const Clock& clock, Outbox& outbox,
                                      Monitor& monitor, const MediaLinks& links);
  virtual ~Inbox() = default;  // drains

  // Thread-safe. `done` is called exactly once, on a worker's thread or at once on the caller's,
  // and must neither block nor throw. Inputs of one sender are decided in the order of submission,
  // and so are those of one stream (Message::stream), whose cursor is saved with the message that
  // carries it.
  virtual void submit(Message message, Meaning meaning, Done done) = 0;
  // `done` likewise. Tasks about one case, person or round are decided in the order of submission.
  virtual void perform(Task task, Done done) = 0;
  // Authentic but senseless bodies. `claim`: of one that no signature covers, may be `replayed`.
  virtual void quarantine(store::Quarantined row, std::optional<NonceClaim> claim, Done done) = 0;
  virtual std::size_t waiting() const = 0;
  // Takes nothing new (unavailable), finishes what waits, ends the workers.
  virtual void stop() = 0;
};

}  // namespace huiyin
