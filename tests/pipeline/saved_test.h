// A fixture for what rigs write: a migrated database with the rig's directory, and every save of a
// rig whose stores come from opened().
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "server/pipeline/timers.h"
#include "tests/fakes/test_database.h"
#include "tests/pipeline/faulty_store.h"
#include "tests/pipeline/rig.h"

namespace huiyin {

class SavedTest : public testing::TestWithParam<fakes::Engine> {
 protected:
  SavedTest() : database_{GetParam()} {
    const auto store = store::open(database_.url());
    store->migrate();
    import_rig_directory(*store);
    faults_.saved = [this](const store::Writes& writes) {
      std::lock_guard lock{mutex_};
      saved_.push_back(writes);
      saved_.back().set = nullptr;
    };
  }
  // For Rig::Options::open.
  std::unique_ptr<store::Store> opened() {
    return make_faulty(store::open(database_.url()), faults_);
  }
  static std::unique_ptr<Timers> timers(Rig& rig) {
    return Timers::start(std::chrono::milliseconds{0}, rig.open(), *rig.inbox, *rig.outbox,
                         *rig.current, rig.clock, rig.monitor);
  }

  // So far, in order of saving.
  std::vector<store::Writes> saved() {
    std::lock_guard lock{mutex_};
    return saved_;
  }
  template <class T>
  std::vector<T> all(std::vector<T> store::Writes::*what) {
    std::vector<T> out;
    for (const auto& writes : saved())
      out.insert(out.end(), (writes.*what).begin(), (writes.*what).end());
    return out;
  }
  std::vector<store::NoticeRow> rows(std::string_view kind) {
    auto found = all(&store::Writes::notices);
    std::erase_if(found, [&](const auto& row) { return row.notice.kind != kind; });
    return found;
  }

  fakes::TestDatabase database_;
  Faults faults_;

 private:
  std::mutex mutex_;
  std::vector<store::Writes> saved_;
};

}  // namespace huiyin
