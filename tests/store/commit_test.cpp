// Connections that die around COMMIT (facts/stack.md trap 1, reliability.md P9). MariaDB only: the
// embedded engine has no connection.
#include <charconv>

#include "tests/fakes/tcp_proxy.h"
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class Commit : public StoreTest {
 protected:
  Writes one_message(const std::string& batch_id) {
    Writes writes;
    writes.batch_id = batch_id;
    writes.inbound = {sample_inbound("m-" + batch_id)};
    return writes;
  }
  std::int64_t stored() { return number("SELECT COUNT(*) FROM inbound"); }
  // Ends all other sessions of this test's database.
  void kill_sessions() {
    const auto admin = raw();
    const Rows rows = admin->query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE DB=DATABASE() AND "
        "ID<>CONNECTION_ID()");
    ASSERT_FALSE(rows.empty());
    for (std::size_t i = 0; i < rows.size(); ++i)
      admin->run("KILL " + std::to_string(rows[i][0].integer()));
    // KILL only asks: wait until the rollback is done.
    while (!admin
                ->query("SELECT ID FROM information_schema.PROCESSLIST WHERE DB=DATABASE() AND"
                        " ID<>CONNECTION_ID()")
                .empty()) {
    }
  }
  // The store's URL, through a proxy.
  std::string through(const TcpProxy& proxy) {
    auto url = database_.url();
    const auto host = url.rfind('@') + 1;
    return url.replace(host, url.find('/', host) - host,
                       "127.0.0.1:" + std::to_string(proxy.port()));
  }
  static TcpProxy::Watch on_commit(TcpProxy::Cut cut) {
    return [cut](std::string_view bytes) {
      // Length (3), sequence number, COM_QUERY, text.
      return bytes.size() == 11 && bytes.substr(4) ==
                                       "\x03"
                                       "COMMIT"
                 ? cut
                 : TcpProxy::Cut::nothing;
    };
  }
};

TEST_P(Commit, KilledBeforeCommitIsAnErrorAndNothingIsThere) {
  auto batch = store_->begin();
  batch->save(one_message("b1"));
  kill_sessions();
  EXPECT_EQ(trouble_of([&] { batch->commit(); }), Trouble::in_commit);
  batch.reset();
  EXPECT_FALSE(store_->was_committed("b1"));
  EXPECT_EQ(stored(), 0);
  commit(*store_, WorkingSet{}, one_message("b1"));  // the new connection works
  EXPECT_EQ(stored(), 1);
}

TEST_P(Commit, KilledWhileWorkingIsLost) {
  auto batch = store_->begin();
  batch->save(one_message("b1"));
  kill_sessions();
  EXPECT_EQ(trouble_of([&] { batch->directory_version(); }), Trouble::lost);
  // A dead session stays dead until reconnect: no statement slips into another one.
  EXPECT_EQ(trouble_of([&] { batch->directory_version(); }), Trouble::lost);
  batch.reset();
  EXPECT_EQ(trouble_of([&] { store_->ping(); }), Trouble::lost);
  store_->reconnect();
  store_->ping();
  EXPECT_EQ(stored(), 0);
}

TEST_P(Commit, CutBeforeCommitArrives) {
  const auto url = parse_url(database_.url());
  TcpProxy proxy{url.host, url.port};
  const auto store = store::open(through(proxy));
  auto batch = store->begin();
  batch->save(one_message("b1"));
  proxy.watch(on_commit(TcpProxy::Cut::before));
  EXPECT_EQ(trouble_of([&] { batch->commit(); }), Trouble::in_commit);
  batch.reset();
  EXPECT_EQ(proxy.cuts(), 1);
  proxy.watch({});
  EXPECT_FALSE(store->was_committed("b1"));
  EXPECT_EQ(stored(), 0);
}

TEST_P(Commit, CutAfterCommitWasDone) {
  const auto url = parse_url(database_.url());
  TcpProxy proxy{url.host, url.port};
  const auto store = store::open(through(proxy));
  auto batch = store->begin();
  batch->save(one_message("b1"));
  proxy.watch(on_commit(TcpProxy::Cut::after));
  EXPECT_EQ(trouble_of([&] { batch->commit(); }), Trouble::in_commit);
  batch.reset();
  EXPECT_EQ(proxy.cuts(), 1);
  proxy.watch({});
  EXPECT_TRUE(store->was_committed("b1"));
  EXPECT_EQ(stored(), 1);
}

// P9's proof, shortened: whatever happened, one effect each.
TEST_P(Commit, CutAgainAndAgainOneEffectEach) {
  const auto url = parse_url(database_.url());
  TcpProxy proxy{url.host, url.port};
  const auto store = store::open(through(proxy));
  constexpr int kMessages = 30;
  int answers[2] = {0, 0};
  for (int i = 0; i < kMessages; ++i) {
    const auto id = "b" + std::to_string(i);
    proxy.watch(on_commit(i % 2 == 0 ? TcpProxy::Cut::before : TcpProxy::Cut::after));
    for (bool done = false; !done;) {
      try {
        auto batch = store->begin();
        batch->save(one_message(id));
        batch->commit();
        done = true;
      } catch (const Error& error) {
        ASSERT_EQ(error.trouble(), Trouble::in_commit) << error.what();
        proxy.watch({});
        done = store->was_committed(id);
        ++answers[done ? 1 : 0];
      }
    }
  }
  EXPECT_EQ(stored(), kMessages);
  EXPECT_EQ(number("SELECT COUNT(*) FROM batches"), kMessages);
  EXPECT_EQ(answers[0], kMessages / 2);
  EXPECT_EQ(answers[1], kMessages / 2);
}

// The old session still holds the batch open when it is asked about (its machine does not know yet
// that the client is gone): it is ended first.
TEST_P(Commit, OpenOldSessionIsEndedBeforeAsking) {
  auto batch = store_->begin();
  batch->save(one_message("b1"));
  const auto session = number(
      "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE DB=DATABASE() AND"
      " ID<>CONNECTION_ID()");
  const auto other = raw();
  other->end_session(std::to_string(session) + " not-the-address:1");  // a renumbered session: kept
  EXPECT_EQ(trouble_of([&] { batch->directory_version(); }), std::nullopt);
  const auto host =
      text("SELECT HOST FROM information_schema.PROCESSLIST WHERE ID=" + std::to_string(session));
  other->end_session(std::to_string(session) + " " + host);
  other->end_session("4000000000 127.0.0.1:1");  // unknown ones are ignored
  EXPECT_EQ(trouble_of([&] { batch->commit(); }), Trouble::in_commit);
  batch.reset();
  EXPECT_FALSE(store_->was_committed("b1"));
}

// The new connection dies before it could end the old session: that is still to be done then.
TEST_P(Commit, OldSessionIsEndedByALaterConnection) {
  const auto url = parse_url(database_.url());
  TcpProxy proxy{url.host, url.port};
  const auto store = store::open(through(proxy));
  const auto batch = store->begin();  // stays: the server does not know yet that it is given up
  batch->save(one_message("b1"));
  proxy.watch([](std::string_view bytes) {
    return bytes.find("PROCESSLIST WHERE ID=? AND") == bytes.npos ? TcpProxy::Cut::nothing
                                                                  : TcpProxy::Cut::before;
  });
  EXPECT_EQ(trouble_of([&] { store->was_committed("b1"); }), Trouble::lost);
  EXPECT_EQ(proxy.cuts(), 1);
  proxy.watch({});
  std::optional<bool> committed;
  EXPECT_EQ(trouble_of([&] { committed = store->was_committed("b1"); }), std::nullopt);
  EXPECT_EQ(committed, false);
}

TEST_P(Commit, ServerThatIsNotThereIsAwayAndPasswordsStaySecret) {
  TcpProxy nobody{"127.0.0.1", 1};
  try {
    store::open("mysql://u:geheim@127.0.0.1:" + std::to_string(nobody.port()) + "/h");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.trouble(), Trouble::away) << error.what();
    EXPECT_EQ(std::string{error.what()}.find("geheim"), std::string::npos);
  }
  auto url = parse_url(mysql_test_url());
  try {
    store::open("mysql://" + url.user + ":geheim@" + url.host + ":" + std::to_string(url.port) +
                "/h");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.trouble(), Trouble::broken);
    EXPECT_EQ(std::string{error.what()}.find("geheim"), std::string::npos);
  }
}

std::vector<std::string> only_mysql() {
  auto all = engines();
  std::erase(all, "sqlite");
  return all;
}
INSTANTIATE_TEST_SUITE_P(Engine, Commit, testing::ValuesIn(only_mysql()),
                         [](const auto& info) { return info.param; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Commit);

}  // namespace
}  // namespace huiyin::store
