// Import and export over the real embedded store.
#include "server/app/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/app/export.h"
#include "server/app/import_tables.h"

namespace huiyin {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAreArray;
using testing::HasSubstr;

const std::string kSeed = HUIYIN_SOURCE_DIR "/config/seed/";
const std::vector<std::string> kSeedFiles = {kSeed + "duties.tsv", kSeed + "people.tsv",
                                             kSeed + "units.tsv"};

class Import : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("huiyin-import-" + std::to_string(::getpid()) + "-" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    store_ = fresh("a");
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  std::unique_ptr<store::Store> fresh(const std::string& name) {
    auto store = store::open("sqlite:" + (folder_ / (name + ".db")).string());
    store->migrate();
    return store;
  }
  std::string write(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
  }
  // Exit code; what was said is in out_ and errors_.
  int import(const std::vector<std::string>& files) {
    out_.str("");
    errors_.str("");
    return run_import(*store_, files, out_, errors_);
  }
  static std::string exported(store::Store& store, const std::string& table) {
    std::ostringstream out, errors;
    ExportRequest request;
    request.table = table;
    request.personal = true;
    EXPECT_EQ(run_export(store, request, out, errors), 0) << errors.str();
    return out.str();
  }

  fs::path folder_;
  std::unique_ptr<store::Store> store_;
  std::ostringstream out_, errors_;
};

TEST_F(Import, LeavesInAndOut) {
  const auto file = write("l.tsv",
                          "person\tfrom\tto\tdeputy\n"
                          "zhang\t2026-03-26\t2026-04-01\tli\n"
                          "li\t2026-05-01T14:00:00+08:00\t2026-05-03\t\n");
  const auto people = write("p.tsv", "id\tname\nzhang\t张\nli\t李\n");
  ASSERT_EQ(import({file, people}), 0) << errors_.str();
  EXPECT_THAT(out_.str(), HasSubstr("leaves: 2 row(s) new or changed"));
  const auto leaves = store_->load_directory()->leaves();
  ASSERT_EQ(leaves.size(), 2U);
  EXPECT_EQ(exported(*store_, "leaves"),
            "person\tfrom\tto\tdeputy\n"
            "zhang\t2026-03-26T00:00:00+08:00\t2026-04-01T00:00:00+08:00\tli\n"
            "li\t2026-05-01T14:00:00+08:00\t2026-05-03T00:00:00+08:00\t\n");
  ASSERT_EQ(import({file}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("leaves: 0 row(s) new or changed"));
}

TEST_F(Import, LeavesThatCannotBe) {
  const auto file = write("l.tsv",
                          "person\tfrom\tto\tdeputy\n"
                          "zhang\t2026-03-26\t\t\n"
                          "zhang\t2026-03-28\t2026-03-27\tzhang\n"
                          "zhang\t2026-03-28\t2026-03-29\twang\n");
  const auto people = write("p.tsv", "id\tname\nzhang\t张\n");
  EXPECT_EQ(import({file, people}), 2);
  EXPECT_THAT(errors_.str(), HasSubstr("l.tsv:2:1: to: empty, wanted is a date"));
  EXPECT_THAT(errors_.str(), HasSubstr("l.tsv:3:1: to: must be later than from"));
  EXPECT_THAT(errors_.str(), HasSubstr("l.tsv:3:1: deputy: is the person who is away"));
  EXPECT_THAT(errors_.str(), HasSubstr("l.tsv:4:1: person: is there twice"));
  EXPECT_THAT(errors_.str(), HasSubstr("l.tsv:4:1: deputy: nobody with this id"));
  EXPECT_TRUE(store_->load_directory()->leaves().empty());
}

TEST_F(Import, SeedInAnyOrderAndTwice) {
  ASSERT_EQ(import(kSeedFiles), 0) << errors_.str();
  const auto version = store_->directory_version();
  const auto directory = store_->load_directory();
  EXPECT_GE(directory->units().size(), 30U);
  EXPECT_GE(directory->duties().size(), 30U);
  EXPECT_EQ(directory->full_name(UnitCode{"330683105265-xd"}), "石璜镇楼家村溪东自然村");
  ASSERT_EQ(import(kSeedFiles), 0);
  EXPECT_THAT(out_.str(), HasSubstr("units: 0 row(s) new or changed"));
  EXPECT_THAT(out_.str(), HasSubstr("people: 0 row(s) new or changed (accounts are rows"));
  EXPECT_THAT(out_.str(), HasSubstr("duties: 0 row(s) new or changed"));
  EXPECT_EQ(store_->directory_version(), version);
}

TEST_F(Import, OneFileAtATimeRefersToTheDatabase) {
  ASSERT_EQ(import({kSeed + "units.tsv"}), 0) << errors_.str();
  ASSERT_EQ(import({kSeed + "people.tsv"}), 0) << errors_.str();
  ASSERT_EQ(import({kSeed + "duties.tsv"}), 0) << errors_.str();
}

TEST_F(Import, ExportedTablesGiveTheSameDirectory) {
  ASSERT_EQ(import(kSeedFiles), 0) << errors_.str();
  const auto extra = write("more.tsv",
                           "code\tname\tkind\tparent\taliases\tlat\tlon\tvalid_from\tvalid_to\n"
                           "x1\t\"引号\"村\tvillage\t330683105\t甲|乙\t29.625\t-120.5\t2026-01-01\t"
                           "2027-01-01T08:30:00+08:00\n");
  ASSERT_EQ(import({extra}), 0) << errors_.str();
  auto other = fresh("b");
  std::vector<std::string> files;
  for (const char* table : {"units", "people", "duties"}) {
    files.push_back(write(std::string{table} + ".out", exported(*store_, table)));
  }
  std::ostringstream out, errors;
  ASSERT_EQ(run_import(*other, files, out, errors), 0) << errors.str();
  for (const char* table : {"units", "people", "duties"}) {
    EXPECT_EQ(exported(*other, table), exported(*store_, table));
    EXPECT_GT(exported(*other, table).size(), 500U);
  }
}

struct BadCase {
  const char* label;
  std::string text;  // of a file "bad.tsv"
  std::vector<std::string> problems;
};

const BadCase kBad[] = {
    {"unknown_kind",
     "code\tname\tkind\nx\t村\tvilage\n",
     {":2:1: kind: unknown, allowed are city, county, township, village, community, hamlet, grid, "
      "enterprise, department, partner"}},
    {"every_bad_row",
     "code\tname\tkind\n\t村\tvillage\nx\t\tvillage\ny\t村\tvillage\n",
     {":2:1: code: empty, wanted is an identifier", ":3:1: name: empty, wanted is a name"}},
    {"unknown_parent",
     "code\tname\tkind\tparent\nx\t村\tvillage\tnowhere\n",
     {":2:1: parent: no unit with this code in the files or the database"}},
    {"circle",
     "code\tname\tkind\tparent\nx\t村\tvillage\ty\ny\t村\tvillage\tx\n",
     {":2:1: parent: goes round in a circle, the top unit has no parent",
      ":3:1: parent: goes round in a circle, the top unit has no parent"}},
    {"twice", "code\tname\tkind\nx\t村\tvillage\nx\t村\tvillage\n", {":3:1: code: is there twice"}},
    {"dates",
     "code\tname\tkind\tvalid_from\tvalid_to\nx\t村\tvillage\t26.3.2026\t\n"
     "y\t村\tvillage\t2026-03-26\t2026-03-26\n",
     {":2:1: valid_from: no date, allowed are 2026-03-26 and 2026-03-26T09:00:00+08:00",
      ":3:1: valid_to: must be later than valid_from"}},
    {"degrees",
     "code\tname\tkind\tlat\tlon\nx\t村\tvillage\t91\t1\ny\t村\tvillage\t1\t181\nz\t村\tvillage\t1"
     "\t\n",
     {":2:1: lat: no degrees, allowed is -90 to 90",
      ":3:1: lon: no degrees, allowed is -180 to 180",
      ":4:1: lat: lat and lon go together, give both or none"}},
    {"accounts",
     "id\tname\taccounts\nx\t甲\twechat\ny\t乙\tconsole:b|:c\nz\t丙\tconsole:b\n",
     {":2:1: accounts: not readable, allowed is channel:userid|channel:userid",
      ":3:1: accounts: not readable, allowed is channel:userid|channel:userid",
      ":4:1: accounts: is there twice"}},
    {"duties",
     "unit\tperson\trole\tpriority\thours\nnowhere\tnobody\tboss\t0\tsometimes\n",
     {":2:1: priority: no priority, allowed is 1 (first) to 99",
      ":2:1: role: unknown, allowed are stationed_cadre, liaison", ":2:1: hours: no duty hours",
      ":2:1: unit: no unit with this code", ":2:1: person: nobody with this id"}},
    {"unknown_column", "code\tname\tkind\tcolour\n", {":1:1: units: unknown column 'colour'"}},
};

TEST_F(Import, NothingWhenAnyRowIsBad) {
  for (const BadCase& bad : kBad) {
    SCOPED_TRACE(bad.label);
    const auto file = write("bad.tsv", bad.text);
    EXPECT_EQ(import({kSeedFiles[0], kSeedFiles[1], kSeedFiles[2], file}), 2);
    std::vector<std::string> lines;
    std::istringstream said{errors_.str()};
    for (std::string line; std::getline(said, line);) lines.push_back(line);
    ASSERT_EQ(lines.size(), bad.problems.size() + 1) << errors_.str();
    for (std::size_t i = 0; i < bad.problems.size(); ++i) {
      EXPECT_THAT(lines[i], HasSubstr(file + bad.problems[i]));
    }
    EXPECT_THAT(lines.back(), HasSubstr("nothing was imported"));
    EXPECT_TRUE(store_->load_directory()->units().empty());
    EXPECT_TRUE(store_->list_people().empty());
  }
}

TEST_F(Import, MissingFileAndNoFile) {
  EXPECT_EQ(import({(folder_ / "none.tsv").string()}), 2);
  EXPECT_THAT(errors_.str(), HasSubstr("none.tsv: cannot be opened"));
  EXPECT_EQ(import({}), 2);
}

TEST_F(Import, LongFilesShowProgress) {
  std::string text = "code\tname\tkind\n";
  for (int i = 0; i < 100001; ++i) text += "u" + std::to_string(i) + "\t村\tvillage\n";
  const auto file = write("long.tsv", text);
  Problems problems;
  std::vector<std::size_t> seen;
  const auto tables = read_tables(
      {file}, {}, [&](const std::string&, std::size_t rows) { seen.push_back(rows); }, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(tables.units.size(), 100001U);
  EXPECT_THAT(seen, ElementsAreArray({50000, 100000}));
}

TEST_F(Import, ExportRefusesWhatItCannotDo) {
  struct {
    ExportRequest request;
    const char* said;
  } kTable[] = {
      {{"", "cases", "jsonl", false}, "--since wants"},
      {{"yesterday", "cases", "", false}, "--since wants"},
      {{"2026-01-01", "cases", "tsv", false}, "written as jsonl"},
      {{"2026-01-01", "pets", "", false}, "unknown table"},
      {{"", "people", "", false}, "add --personal"},
      {{"", "units", "jsonl", false}, "written as tsv"},
  };
  for (const auto& [request, said] : kTable) {
    std::ostringstream out, errors;
    EXPECT_EQ(run_export(*store_, request, out, errors), 2) << said;
    EXPECT_THAT(errors.str(), HasSubstr(said));
    EXPECT_EQ(out.str(), "");
  }
}

TEST_F(Import, CasesLeaveWithoutPersonalData) {
  Case c;
  c.id = CaseId{7001};
  c.number = "260326-0001";
  c.stage = Stage::closed;
  c.outcome = Outcome::solved;
  c.unit = UnitCode{"330683105265"};
  c.text = "沟渠断了，电话13812345678";
  c.registered_at = parse_rfc3339("2026-03-26T09:00:00+08:00").value();
  c.closed_at = c.registered_at + std::chrono::hours{5};
  Event event;
  event.id = EventId{7002};
  event.case_id = c.id;
  event.move = Move::close;
  event.to = Stage::closed;
  event.at = c.closed_at;
  event.text = "已架好水泵，回电13812345678";
  WorkingSet set;
  Decision decision;
  decision.cases.push_back(c);
  decision.events.push_back(event);
  set.fold(decision);
  auto batch = store_->begin();
  store::Writes writes;
  writes.batch_id = "b1";
  writes.set = &set;
  batch->save(writes);
  batch->commit();
  std::ostringstream out, errors;
  ASSERT_EQ(run_export(*store_, {"2026-03-01", "cases", "jsonl", false}, out, errors), 0);
  EXPECT_THAT(out.str(), HasSubstr("\"number\":\"260326-0001\""));
  EXPECT_THAT(out.str(), HasSubstr("138****5678"));
  EXPECT_THAT(out.str(), HasSubstr("\"move\":\"close\""));
  EXPECT_THAT(out.str(), HasSubstr("\"accepted_at\":null"));
  EXPECT_EQ(out.str().find("13812345678"), std::string::npos);
  EXPECT_EQ(std::ranges::count(out.str(), '\n'), 1);
}

}  // namespace
}  // namespace huiyin
