// huiyin audit and bind-code on a real store.
#include "server/app/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <sstream>

#include "server/store/store.h"
#include "tests/fakes/desk_harness.h"
#include "tests/fakes/test_database.h"

namespace huiyin {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const Instant kWritten = *parse_rfc3339("2026-03-26T09:10:00+08:00");

class Audit : public testing::Test {
 protected:
  void SetUp() override {
    store_ = store::open(database_.url());
    store_->migrate();
  }

  void echo(std::int64_t id, store::NoticeState state, const std::string& code, Instant next_at,
            bool is_echo = true) {
    WorkingSet set;
    store::Writes writes;
    writes.batch_id = "batch-" + std::to_string(id);
    writes.set = &set;
    store::NoticeRow row;
    row.notice.id = NoticeId{id};
    row.notice.case_number = "260326-000" + std::to_string(id);
    row.notice.channel = "wechat";
    row.notice.recipient = "oPENID";
    row.notice.kind = "closed";
    row.notice.text = "private words";
    row.about = CaseId{id};
    row.account = AccountId{1};
    row.person = PersonId{2};
    row.echo = is_echo;
    row.state = state;
    row.seq = id;
    row.code = code;
    row.next_at = next_at;
    row.created_at = kWritten + std::chrono::hours{id};
    writes.notices.push_back(row);
    const auto batch = store_->begin();
    batch->save(writes);
    batch->commit();
  }

  int audit(const AuditRequest& request) {
    out_.str("");
    errors_.str("");
    return run_audit(*store_, policy_, request, out_, errors_);
  }

  fakes::TestDatabase database_{fakes::engines().front()};
  std::unique_ptr<store::Store> store_;
  const Policy policy_{fakes::calendar_2026(), default_clocks()};
  std::ostringstream out_, errors_;
};

TEST_F(Audit, IsContentWhenAllWasHeard) {
  EXPECT_EQ(audit({}), 0);
  EXPECT_EQ(out_.str(), "0 broken promise(s)\n");
  echo(1, store::NoticeState::sent, "", {});
  echo(2, store::NoticeState::told, "45015", {});
  echo(3, store::NoticeState::dead, "45015", {}, false);
  EXPECT_EQ(audit({}), 0) << out_.str();
  EXPECT_EQ(audit({.format = "json"}), 0);
  EXPECT_EQ(out_.str(), "{\"violations\":[]}\n");
}

TEST_F(Audit, ListsWhatNobodyHeard) {
  echo(1, store::NoticeState::held, "45015", kWritten + 24h);
  echo(2, store::NoticeState::dead, "40003", {});
  echo(3, store::NoticeState::due, "", {});
  AuditRequest request{.at = "2026-03-27T14:10:00+08:00"};
  EXPECT_EQ(audit(request), 1);
  EXPECT_EQ(out_.str(),
            "P2 260326-0001 person 2: closed, since 2026-03-26T10:10:00+08:00, wechat, held "
            "(45015), telephone "
            "call not asked\n"
            "P2 260326-0002 person 2: closed, since 2026-03-26T11:10:00+08:00, wechat, dead "
            "(40003), telephone "
            "call asked\n"
            "P2 260326-0003 person 2: closed, since 2026-03-26T12:10:00+08:00, wechat, due, "
            "telephone call not "
            "asked\n"
            "3 broken promise(s)\n");
  request.older = 27;
  EXPECT_EQ(audit(request), 1);
  EXPECT_THAT(out_.str(), HasSubstr("1 broken promise(s)"));
  request.older = 29;
  EXPECT_EQ(audit(request), 0);

  request.older = 0;
  request.format = "json";
  EXPECT_EQ(audit(request), 1);
  EXPECT_THAT(out_.str(), Not(HasSubstr("oPENID")));
  EXPECT_THAT(out_.str(), Not(HasSubstr("private")));
  const auto read = boost::json::parse(out_.str());
  const auto& violations = read.at("violations").as_array();
  ASSERT_EQ(violations.size(), 3U);
  EXPECT_EQ(violations[1].at("case").as_string(), "260326-0002");
  EXPECT_EQ(violations[1].at("promise").as_string(), "P2");
  EXPECT_THAT(std::string{violations[1].at("what").as_string()},
              HasSubstr("dead (40003), telephone call asked"));
}

TEST_F(Audit, RefusesATimeThatIsNone) {
  EXPECT_EQ(audit({.at = "yesterday"}), 2);
  EXPECT_THAT(errors_.str(), HasSubstr("RFC 3339"));
}

TEST_F(Audit, ABindCodeIsForSomebodyWhoIsThere) {
  EXPECT_EQ(run_bind_code(*store_, "c1", kWritten, out_, errors_), 1);
  EXPECT_THAT(errors_.str(), HasSubstr("people.tsv"));
  Person person;
  person.code = "c1";
  person.name = "somebody";
  const std::vector<std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people{
      {person, {}}};
  store_->import_people(people, std::vector<std::vector<std::string>>(1));
  EXPECT_EQ(run_bind_code(*store_, "c1", kWritten, out_, errors_), 0);
  const std::string code = out_.str().substr(0, out_.str().find('\n'));
  EXPECT_EQ(code.size(), 8U);
  EXPECT_THAT(out_.str(), HasSubstr("绑定 " + code));
  EXPECT_THAT(out_.str(), HasSubstr("2026-03-27T09:10:00+08:00"));
  WorkingSet set;
  Need need;
  need.codes.insert(code);
  store_->begin()->load(need, kWritten, set);
  ASSERT_NE(set.find_code(code), nullptr);
  EXPECT_EQ(set.find_code(code)->until, kWritten + 24h);
}

}  // namespace
}  // namespace huiyin
