// Two different ids are never one (DESIGN §1a "Locks": binary collation).
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class Identity : public StoreTest {};

TEST_P(Identity, UsersThatDifferInCaseOrEmojiOnly) {
  const std::vector<std::string> users{"oAbC1", "oabc1", "OABC1", "o😀",           "o😁",
                                       "o𠮷",   "oé",    "oe",    "o\u0065\u0301"};
  std::vector<std::pair<std::string, std::string>> keys;
  for (std::size_t i = 0; i < users.size(); ++i) {
    store_account(*store_, 2000 + 10 * static_cast<std::int64_t>(i), users[i]);
    keys.emplace_back("wx", users[i]);
  }
  store_account(*store_, 3000, users[0], "WX");  // channels differ in case
  auto batch = store_->begin();
  WorkingSet set;
  batch->load_accounts(keys, set);
  EXPECT_EQ(set.accounts().size(), users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    const auto* account = set.account("wx", users[i]);
    ASSERT_NE(account, nullptr) << users[i];
    EXPECT_EQ(account->person, PersonId{2000 + 10 * static_cast<std::int64_t>(i)});
  }
}

TEST_P(Identity, DedupeKeysThatDifferInCaseOrEmojiOnly) {
  const std::vector<std::string> ids{"m-oAb-1", "m-oab-1", "m-😀", "m-😁", "m-", "m"};
  Writes writes;
  std::vector<InboundKey> keys;
  for (const auto& id : ids) {
    auto row = sample_inbound(id);
    row.body = id;
    writes.inbound.push_back(row);
    keys.push_back(row.key);
  }
  commit(*store_, WorkingSet{}, writes);
  const auto found = store_->begin()->find_inbound(keys);
  ASSERT_EQ(found.size(), ids.size());
  for (const auto& [key, row] : found) EXPECT_EQ(row.body, key.dedupe_key);
}

// utf8mb4_bin compares as if spaces at the end were not there.
TEST_P(Identity, IdsThatEndInASpaceAreRefused) {
  Writes writes;
  writes.inbound = {sample_inbound("m1 ")};
  EXPECT_EQ(trouble_of([&] { commit(*store_, WorkingSet{}, writes); }), Trouble::poison);
  EXPECT_EQ(trouble_of([&] { store_account(*store_, 2001, "oX "); }), Trouble::poison);
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), 0);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 0);
}

HUIYIN_ON_BOTH_ENGINES(Identity);

}  // namespace
}  // namespace huiyin::store
