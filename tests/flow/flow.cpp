#include "tests/flow/flow.h"

#include <arpa/inet.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <gtest/gtest.h>
#include <mysql_connection.h>
#include <mysql_driver.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "server/app/http_call.h"

namespace huiyin::flow {
namespace {

namespace fs = std::filesystem;

std::string unique_name() {
  std::random_device dice;
  std::ostringstream name;
  name << "huiyin_test_" << getpid() << "_" << std::hex << dice();
  return name.str();
}

std::string read_whole(const fs::path& path) {
  std::ifstream in{path};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// mysql://user:password@host:port/database
struct MysqlUrl {
  std::string user, password, address, database;
};
MysqlUrl parse_url(const std::string& url) {
  const auto at = url.rfind('@'), slash = url.rfind('/');
  const std::string login = url.substr(8, at - 8);
  const auto colon = login.find(':');
  return {login.substr(0, colon), login.substr(colon + 1), url.substr(at + 1, slash - at - 1),
          url.substr(slash + 1)};
}

std::unique_ptr<sql::Connection> connect(const std::string& url, bool to_database) {
  const MysqlUrl parts = parse_url(url);
  std::unique_ptr<sql::Connection> connection{sql::mysql::get_driver_instance()->connect(
      "tcp://" + parts.address, parts.user, parts.password)};
  if (to_database) connection->setSchema(parts.database);
  return connection;
}

// Names of the channels in a story's configuration that have an api_base.
std::vector<std::string> pushing_channels(const fs::path& config) {
  std::vector<std::string> names;
  std::istringstream lines{read_whole(config)};
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    const auto value = [&] {
      return line.substr(line.find('"') + 1, line.rfind('"') - line.find('"') - 1);
    };
    if (line.starts_with("name =")) name = value();
    if (line.starts_with("api_base =")) names.push_back(name);
  }
  return names;
}

const char* server_url() { return std::getenv("HUIYIN_TEST_MYSQL"); }

}  // namespace

Scratch::Scratch() : path_{fs::temp_directory_path() / unique_name()} {
  fs::create_directories(path_);
}
Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> engines() {
  std::vector<std::string> all{"sqlite"};
  if (server_url() != nullptr) all.emplace_back("mysql");
  return all;
}

std::string with_database(const std::string& url, const std::string& name) {
  return url.substr(0, url.rfind('/') + 1) + name;
}

Database::Database(const std::string& engine, const Scratch& scratch) : engine_{engine} {
  if (engine == "sqlite") {
    url_ = "sqlite:" + (scratch / "huiyin.db").string();
    return;
  }
  name_ = unique_name();
  url_ = with_database(server_url(), name_);
  admin("CREATE DATABASE " + name_ + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
}

Database::~Database() {
  if (engine_ == "sqlite") return;
  try {
    admin("DROP DATABASE " + name_);
  } catch (const sql::SQLException&) {
    return;  // the server that the test stopped takes it along
  }
}

void Database::admin(const std::string& sql) const {
  const auto connection = connect(server_url(), false);
  std::unique_ptr<sql::Statement> { connection->createStatement() } -> execute(sql);
}

std::vector<std::string> Database::rows(const std::string& sql) const {
  std::vector<std::string> all;
  if (engine_ == "sqlite") {
    sqlite3* db = nullptr;
    if (sqlite3_open_v2(url_.substr(7).c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
      throw std::runtime_error{"cannot open the test's database"};
    }
    sqlite3_busy_timeout(db, 10'000);
    const auto add = [](void* to, int columns, char** values, char**) {
      std::string row;
      for (int i = 0; i < columns; ++i)
        row += (i ? "|" : "") + std::string{values[i] ? values[i] : ""};
      static_cast<std::vector<std::string>*>(to)->push_back(row);
      return 0;
    };
    char* error = nullptr;
    sqlite3_exec(db, sql.c_str(), add, &all, &error);
    const std::string what = error ? error : "";
    sqlite3_free(error);
    sqlite3_close(db);
    if (!what.empty()) throw std::runtime_error{what};
    return all;
  }
  const auto connection = connect(url_, true);
  const std::unique_ptr<sql::Statement> statement{connection->createStatement()};
  const std::unique_ptr<sql::ResultSet> found{statement->executeQuery(sql)};
  const unsigned columns = found->getMetaData()->getColumnCount();
  while (found->next()) {
    std::string row;
    for (unsigned i = 1; i <= columns; ++i)
      row += (i > 1 ? "|" : "") + found->getString(i).asStdString();
    all.push_back(row);
  }
  return all;
}

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!good) throw std::runtime_error{"no free port"};
  return ntohs(address.sin_port);
}

Server::Server(const Scratch& scratch, const std::string& store_url, Options options, int number)
    : log_{scratch / ("server" + std::to_string(number) + ".log")} {
  const auto config = fs::path{HUIYIN_SOURCE_DIR} / "config/story" / (options.config + ".toml");
  settings_ = {"--config", config.string()};
  std::vector<std::string> sets{
      "server.listen=127.0.0.1:0", "server.admin_listen=127.0.0.1:0",
      "server.journal=" + (scratch / ("journal" + std::to_string(number))).string(),
      "media.directory=" + (scratch / "media").string(), "store.url=" + store_url};
  for (const std::string& channel : pushing_channels(config))
    sets.push_back("channel." + channel +
                   ".api_base=http://127.0.0.1:" + std::to_string(free_port()));
  sets.insert(sets.end(), options.sets.begin(), options.sets.end());
  for (const std::string& set : sets) {
    settings_.emplace_back("--set");
    settings_.push_back(set);
  }
  std::vector<std::string> argv{HUIYIN_BINARY, "serve"};
  if (options.test_clock) argv.emplace_back("--test-clock");
  argv.insert(argv.end(), settings_.begin(), settings_.end());
  process_ = std::make_unique<Process>(std::move(argv), log_);
  url_ = process_->line_after("listening ", milliseconds{20'000});
  if (!url_.empty()) admin_ = process_->line_after("admin ", milliseconds{5'000});
}

bool Server::ready(milliseconds limit) {
  return listening() && eventually(
                            [this] {
                              const auto result = request("GET", url_ + "/readyz");
                              return result.fault == net::Fault::none &&
                                     result.response.status == 200;
                            },
                            limit);
}

std::string Server::log() const { return read_whole(log_); }

Finished huiyin(const Scratch& scratch, std::vector<std::string> arguments, milliseconds limit) {
  arguments.insert(arguments.begin(), HUIYIN_BINARY);
  const fs::path log = scratch / ("command-" + unique_name() + ".log");
  Process process{std::move(arguments), log};
  return process.wait(limit);
}

void prepare(const Scratch& scratch, const std::string& store_url) {
  const std::string source = HUIYIN_SOURCE_DIR;
  const std::vector<std::string> settings{"--config", source + "/config/story/seed-story.toml",
                                          "--set", "store.url=" + store_url};
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    const Finished done = huiyin(scratch, arguments);
    if (done.exit != 0) throw std::runtime_error{arguments[0] + ": " + done.out + done.errors};
  };
  run({"migrate"});
  const std::string seed = source + "/config/seed/";
  run({"import", seed + "units.tsv", seed + "people.tsv", seed + "duties.tsv"});
}

net::ClientResult request(const std::string& method, const std::string& url,
                          const std::string& body, std::vector<net::Header> headers) {
  static const std::unique_ptr<net::Client> client = net::Client::create({});
  net::OutgoingRequest outgoing{method, url, std::move(headers), body};
  return call(*client, std::move(outgoing), milliseconds{30'000});
}

bool eventually(const std::function<bool()>& probe, milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!probe()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds{20});
  }
  return true;
}

}  // namespace huiyin::flow
