// Store on any Connection. Internal to server/store; one .cpp a concern: sql_store (connection,
// schema, ids, quarantine, export), later (business time), lanes (claim and lease), results (fate
// of notices), detours (their other lanes), media, erase (what was to be
// deleted), audit, tokens, directory_load, directory_import.
#pragma once

#include <chrono>
#include <random>
#include <thread>

#include "server/store/connection.h"
#include "server/store/rows.h"
#include "server/store/store.h"

namespace huiyin::store {

class SqlStore final : public Store {
 public:
  explicit SqlStore(Url url) : url_{std::move(url)}, connection_{connect(url_)} {}

  void migrate() override;
  bool schema_current() override;
  void ping() override;
  std::vector<std::string> durability_warnings() override;

  std::unique_ptr<Batch> begin() override;
  bool was_committed(const std::string& batch_id) override;
  void reconnect() override;
  std::int64_t lease(const std::string& sequence, std::int64_t n) override;
  void quarantine(const Quarantined& row) override;

  std::vector<CaseId> due_cases(Instant now, int limit) override;
  std::optional<Instant> next_due() override;
  std::size_t wake(Instant now, int limit, std::vector<Woken>* woken = nullptr) override;
  std::vector<Bundle> bundles(Instant now, int limit) override;
  RoundDone round(const std::string& name) override;
  std::vector<Unheard> unheard(Instant now, int limit) override;
  std::vector<Unheard> never_heard(Instant before) override;

  std::vector<LaneClaim> claim(const std::string& owner, std::chrono::milliseconds lease,
                               int limit) override;
  std::set<AccountId> renew(const std::string& owner, std::chrono::milliseconds lease,
                            std::span<const std::pair<AccountId, std::int64_t>> lanes) override;
  void lapse(const std::string& owner) override;
  void release(std::span<const std::pair<AccountId, std::int64_t>> lanes) override;
  std::vector<NoticeId> finish(std::span<const SendResult> results) override;
  void rode(std::span<const NoticeId> written, std::span<const NoticeId> missed,
            std::chrono::milliseconds wait) override;
  std::vector<NoticeId> settle(std::span<const SendResult> results,
                               std::span<const NoticeId> written, std::span<const NoticeId> missed,
                               std::chrono::milliseconds wait) override;
  bool report(const std::string& channel, const std::string& platform_id, bool delivered,
              const std::string& code, std::span<const std::string> elsewhere,
              std::chrono::hours call_after) override;
  std::vector<Fate> fates(int limit, std::chrono::milliseconds again) override;
  void settled(std::span<const NoticeId> ids) override;
  std::vector<NoticeRow> notices_of(const std::string& channel, const std::string& user,
                                    std::int64_t after) override;
  Counts counts() override;

  std::vector<MediaRow> media_due(int limit, std::chrono::milliseconds again) override;
  void media_result(const MediaRow& row, std::chrono::milliseconds again) override;
  std::optional<MediaRow> media(MediaId id) override;
  std::vector<std::string> erased_files() override;
  void files_removed(std::span<const std::string> sha256) override;

  std::vector<Cursor> cursors() override;
  std::string secret(const std::string& name, const std::string& fresh) override;
  void add_code(const BindCode& code) override;

  std::optional<StoredToken> token(const std::string& channel) override;
  bool lease_token(const std::string& channel, const std::string& owner, std::int64_t seen,
                   std::chrono::milliseconds lease, std::chrono::milliseconds pause) override;
  bool save_token(const std::string& channel, const std::string& owner, const std::string& value,
                  std::chrono::seconds lifetime) override;

  std::int64_t directory_version() override;
  DirectoryPtr load_directory() override;
  std::size_t import_units(std::span<const Unit> units) override;
  std::size_t import_people(
      std::span<const std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people,
      std::span<const std::vector<std::string>> specialities) override;
  std::size_t import_duties(std::span<const DutyImport> duties) override;
  std::size_t import_leaves(std::span<const LeaveImport> leaves) override;
  std::vector<ListedPerson> list_people() override;

  void export_cases(
      Instant since,
      const std::function<void(const Case&, const std::vector<Event>&)>& row) override;
  void audit_cases(const std::function<void(const AuditRow&)>& row) override;
  std::vector<Lost> lost(Instant before) override;
  std::size_t forget(std::chrono::hours age) override;

 private:
  Connection& connection();
  Instant database_now();
  std::string now_sql() { return connection().dialect().now(); }

  // Runs `work` as one transaction; deadlocks and busy locks are tried again: five times, from
  // 20 ms on, doubling, with full jitter (P9).
  template <class Work>
  auto transact(const Work& work) {
    for (int attempt = 1;; ++attempt) {
      try {
        Transaction transaction{connection()};
        if constexpr (std::is_void_v<decltype(work())>) {
          work();
          transaction.commit();
          return;
        } else {
          auto result = work();
          transaction.commit();
          return result;
        }
      } catch (const Error& error) {
        if (error.trouble() != Trouble::retry || attempt == 5) throw;
      }
      const int most = 20 << (attempt - 1);
      std::this_thread::sleep_for(
          std::chrono::milliseconds{std::uniform_int_distribution{1, most}(random_)});
    }
  }

  // Which notices a result may still change.
  enum class Fence {
    holder,  // those that the lane's holder has in hand
    report,  // those that were sent
  };
  std::vector<NoticeId> write_results(std::span<const SendResult> results, Fence fence,
                                      Instant now);
  void write_ridden(std::span<const NoticeId> written, std::span<const NoticeId> missed,
                    Instant again, Instant now);
  void bump_directory();
  std::int64_t lock_directory();

  Url url_;
  std::shared_ptr<Connection> connection_;  // shared with the batch that is open
  std::string old_session_;                 // to be ended as soon as there is a connection again
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace huiyin::store
