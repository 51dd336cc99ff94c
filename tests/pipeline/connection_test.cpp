// Real faults of a real database server under the whole inbox: killed sessions, cut connections, a
// deadlock. MariaDB only: the embedded engine has no connection.
#include "server/store/connection.h"

#include <gmock/gmock.h>

#include <future>

#include "tests/fakes/tcp_proxy.h"
#include "tests/fakes/test_database.h"
#include "tests/pipeline/faulty_store.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";

class ConnectionTest : public testing::TestWithParam<fakes::Engine> {
 protected:
  ConnectionTest() : database_{GetParam()}, url_{store::parse_url(database_.url())} {
    const auto store = store::open(database_.url());
    store->migrate();
    import_rig_directory(*store);
  }
  std::unique_ptr<store::Connection> raw() { return store::connect(url_); }
  std::int64_t number(const std::string& sql) { return raw()->query(sql)[0][0].integer(); }
  // Another session ends all others: the writer's, the outbox's.
  void kill_sessions() {
    const auto admin = raw();
    const std::string others =
        "SELECT ID FROM information_schema.PROCESSLIST WHERE DB=DATABASE() AND ID<>CONNECTION_ID()";
    const auto rows = admin->query(others);
    std::string ids = "0";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      admin->run("KILL " + std::to_string(rows[i][0].integer()));
      ids += "," + std::to_string(rows[i][0].integer());
    }
    // KILL only asks. Whoever was killed may be connected anew by now: that is another session.
    while (!admin->query(others + " AND ID IN (" + ids + ")").empty()) {
    }
  }
  std::string through(const TcpProxy& proxy) {
    auto url = database_.url();
    const auto host = url.rfind('@') + 1;
    return url.replace(host, url.find('/', host) - host,
                       "127.0.0.1:" + std::to_string(proxy.port()));
  }

  fakes::TestDatabase database_;
  store::Url url_;
};

TEST_P(ConnectionTest, WriterIsKilledBeforeItsCommit) {
  Faults faults;
  Rig::Options options;
  options.open = [&] { return make_faulty(store::open(database_.url()), faults); };
  Rig r{database_.url(), options};
  for (int i = 0; i < 3; ++i) {
    const auto user = "farmer" + std::to_string(i);
    faults.before_commit = [this] { kill_sessions(); };
    const auto receipt = r.say(user, kLamp, user);
    EXPECT_EQ(receipt.status, Receipt::accepted);
    EXPECT_TRUE(receipt.reply);
    EXPECT_FALSE(faults.before_commit) << "it happened";
  }
  ASSERT_TRUE(r.settle());
  EXPECT_EQ(number("SELECT COUNT(*) FROM cases"), 3);
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), 3);
  EXPECT_EQ(r.kinds_to("cadre").size(), 3u);
}

TEST_P(ConnectionTest, CutAroundCommitOneEffectEach) {
  TcpProxy proxy{url_.host, url_.port};
  Rig::Options options;
  options.open = [&] { return store::open(through(proxy)); };
  Rig r{database_.url(), options};
  constexpr int kMessages = 20;
  for (int i = 0; i < kMessages; ++i) {
    const auto cut = i % 2 == 0 ? TcpProxy::Cut::before : TcpProxy::Cut::after;
    std::atomic<bool> armed{true};
    proxy.watch([&, cut](std::string_view bytes) {
      // Length (3), sequence number, COM_QUERY, text. Leases of ids commit too: those are cut as
      // well.
      const bool commit = bytes.size() == 11 && bytes.ends_with(
                                                    "\x03"
                                                    "COMMIT");
      return commit && armed.exchange(false) ? cut : TcpProxy::Cut::nothing;
    });
    const auto user = "farmer" + std::to_string(i);
    EXPECT_EQ(r.say(user, kLamp, user).status, Receipt::accepted) << i;
    EXPECT_FALSE(armed) << i;
    proxy.watch({});
  }
  EXPECT_EQ(proxy.cuts(), kMessages);
  ASSERT_TRUE(r.settle());
  EXPECT_EQ(number("SELECT COUNT(*) FROM cases"), kMessages);
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), kMessages);
  EXPECT_EQ(r.kinds_to("cadre").size(), static_cast<std::size_t>(kMessages));
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state<>'sent'"), 0);
}

// Batches lock in one order and do not meet; somebody who locks the other way round does.
TEST_P(ConnectionTest, VictimOfADeadlockIsDoneAgain) {
  Rig r{database_.url(), {}};
  const auto text = r.say("farmer", kLamp).reply->text;
  const auto case_number = text.substr(text.find("260326-"), 11);
  ASSERT_TRUE(r.settle());

  const auto other = raw();
  other->begin();
  for (int i = 0; i < 50; ++i)  // much to undo: the server ends the batch instead
    other->execute("INSERT INTO nonces (channel,nonce,body_hash,at) VALUES ('x','" +
                   std::to_string(i) + "','h',0)");
  other->query("SELECT id FROM accounts WHERE channel='test' AND user='cadre' FOR UPDATE");
  const auto deadlocks =
      "SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME="
      "'lock_deadlocks'";
  auto said = std::async(std::launch::async, [&] { return r.say("cadre", "签收 " + case_number); });
  std::this_thread::sleep_for(300ms);  // it holds the case and waits for the account
  EXPECT_NO_THROW(
      other->query("SELECT id FROM cases WHERE number='" + case_number + "' FOR UPDATE"))
      << number(deadlocks);
  other->rollback();
  EXPECT_EQ(said.get().status, Receipt::accepted);
  EXPECT_GE(r.monitor.retried, 1);
  ASSERT_TRUE(r.settle());
  EXPECT_THAT(r.kinds_to("farmer"), ElementsAre("accepted"));
}

std::vector<fakes::Engine> only_mysql() {
  auto all = fakes::engines();
  std::erase_if(all, [](const auto& engine) { return engine.name == "sqlite"; });
  return all;
}
INSTANTIATE_TEST_SUITE_P(Engines, ConnectionTest, testing::ValuesIn(only_mysql()),
                         fakes::engine_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ConnectionTest);

}  // namespace
}  // namespace huiyin
