#include "tests/pipeline/faulty_store.h"

#include <utility>

namespace huiyin {
namespace {

using namespace store;

class FaultyBatch : public Batch {
 public:
  FaultyBatch(std::unique_ptr<Batch> real, Faults& faults)
      : real_{std::move(real)}, faults_{faults} {}
  std::int64_t directory_version() override { return real_->directory_version(); }
  Instant database_now() override { return real_->database_now(); }
  std::map<InboundKey, Inbound> find_inbound(std::span<const InboundKey> keys) override {
    return real_->find_inbound(keys);
  }
  std::map<NoticeId, NoticeRow> find_notices(std::span<const NoticeId> ids) override {
    return real_->find_notices(ids);
  }
  std::map<std::pair<std::string, std::string>, std::string> find_nonces(
      std::span<const Nonce> claims) override {
    return real_->find_nonces(claims);
  }
  void load_accounts(std::span<const std::pair<std::string, std::string>> users,
                     WorkingSet& set) override {
    real_->load_accounts(users, set);
  }
  void load(const Need& need, Instant closed_since, WorkingSet& set) override {
    ++faults_.loaded;
    real_->load(need, closed_since, set);
  }
  void lock_accounts(const std::set<AccountId>& ids, WorkingSet& set) override {
    real_->lock_accounts(ids, set);
  }
  void save(const Writes& writes) override {
    if (Faults::take(faults_.save_retry)) throw Error{Trouble::retry, 1213, "deadlock"};
    if (!faults_.poison.empty())
      for (const auto& row : writes.inbound)
        if (row.body.find(faults_.poison) != std::string::npos)
          throw Error{Trouble::poison, 1366, "bad string"};
    real_->save(writes);
    if (faults_.saved) faults_.saved(writes);
  }
  void commit() override {
    if (faults_.before_commit) std::exchange(faults_.before_commit, {})();
    if (Faults::take(faults_.lost_before_commit)) {
      real_.reset();  // rolled back by the server
      throw Error{Trouble::in_commit, 2013, "lost"};
    }
    real_->commit();
    ++faults_.committed;
    if (Faults::take(faults_.lost_after_commit)) throw Error{Trouble::in_commit, 2013, "lost"};
  }

 private:
  std::unique_ptr<Batch> real_;
  Faults& faults_;
};

class FaultyStore : public Store {
 public:
  FaultyStore(std::unique_ptr<Store> real, Faults& faults)
      : real_{std::move(real)}, faults_{faults} {}
  void migrate() override { real_->migrate(); }
  bool schema_current() override { return real_->schema_current(); }
  void ping() override { real_->ping(); }
  std::vector<std::string> durability_warnings() override { return real_->durability_warnings(); }
  std::unique_ptr<Batch> begin() override {
    ++faults_.begun;
    if (Faults::take(faults_.away)) throw Error{Trouble::away, 2002, "refused"};
    return std::make_unique<FaultyBatch>(real_->begin(), faults_);
  }
  bool was_committed(const std::string& id) override {
    if (Faults::take(faults_.unknowable)) throw Error{Trouble::away, 2002, "refused"};
    return real_->was_committed(id);
  }
  void reconnect() override { real_->reconnect(); }
  std::int64_t lease(const std::string& sequence, std::int64_t n) override {
    return real_->lease(sequence, n);
  }
  void quarantine(const Quarantined& row) override { real_->quarantine(row); }
  std::vector<CaseId> due_cases(Instant now, int limit) override {
    return real_->due_cases(now, limit);
  }
  std::optional<Instant> next_due() override { return real_->next_due(); }
  std::vector<LaneClaim> claim(const std::string& owner, std::chrono::milliseconds lease,
                               int limit) override {
    auto claims = real_->claim(owner, lease, limit);
    if (!claims.empty() && Faults::take(faults_.claim_unknown))
      throw Error{Trouble::in_commit, 2013, "lost"};
    return claims;
  }
  std::set<AccountId> renew(const std::string& owner, std::chrono::milliseconds lease,
                            std::span<const std::pair<AccountId, std::int64_t>> lanes) override {
    return real_->renew(owner, lease, lanes);
  }
  void lapse(const std::string& owner) override { real_->lapse(owner); }
  void release(std::span<const std::pair<AccountId, std::int64_t>> lanes) override {
    real_->release(lanes);
  }
  std::vector<NoticeId> finish(std::span<const SendResult> results) override {
    return real_->finish(results);
  }
  std::vector<NoticeId> settle(std::span<const SendResult> results,
                               std::span<const NoticeId> written, std::span<const NoticeId> missed,
                               std::chrono::milliseconds wait) override {
    auto refused = real_->settle(results, written, missed, wait);
    if (!results.empty() && Faults::take(faults_.results_unknown))
      throw Error{Trouble::in_commit, 2013, "lost"};
    return refused;
  }
  void rode(std::span<const NoticeId> written, std::span<const NoticeId> missed,
            std::chrono::milliseconds wait) override {
    real_->rode(written, missed, wait);
  }
  bool report(const std::string& channel, const std::string& platform_id, bool delivered,
              const std::string& code, std::span<const std::string> elsewhere,
              std::chrono::hours call_after) override {
    return real_->report(channel, platform_id, delivered, code, elsewhere, call_after);
  }
  std::size_t wake(Instant now, int limit, std::vector<Woken>* woken) override {
    return real_->wake(now, limit, woken);
  }
  std::vector<Bundle> bundles(Instant now, int limit) override {
    return real_->bundles(now, limit);
  }
  RoundDone round(const std::string& name) override { return real_->round(name); }
  std::vector<Unheard> unheard(Instant now, int limit) override {
    return real_->unheard(now, limit);
  }
  std::vector<Unheard> never_heard(Instant before) override { return real_->never_heard(before); }
  std::vector<Fate> fates(int limit, std::chrono::milliseconds again) override {
    return real_->fates(limit, again);
  }
  void settled(std::span<const NoticeId> ids) override { real_->settled(ids); }
  std::vector<MediaRow> media_due(int limit, std::chrono::milliseconds again) override {
    return real_->media_due(limit, again);
  }
  void media_result(const MediaRow& row, std::chrono::milliseconds again) override {
    real_->media_result(row, again);
  }
  std::optional<MediaRow> media(MediaId id) override { return real_->media(id); }
  std::vector<Cursor> cursors() override { return real_->cursors(); }
  std::string secret(const std::string& name, const std::string& fresh) override {
    return real_->secret(name, fresh);
  }
  void add_code(const BindCode& code) override { real_->add_code(code); }
  std::vector<NoticeRow> notices_of(const std::string& channel, const std::string& user,
                                    std::int64_t after) override {
    return real_->notices_of(channel, user, after);
  }
  Counts counts() override { return real_->counts(); }
  std::optional<StoredToken> token(const std::string& channel) override {
    return real_->token(channel);
  }
  bool lease_token(const std::string& channel, const std::string& owner, std::int64_t seen,
                   std::chrono::milliseconds lease, std::chrono::milliseconds pause) override {
    return real_->lease_token(channel, owner, seen, lease, pause);
  }
  bool save_token(const std::string& channel, const std::string& owner, const std::string& value,
                  std::chrono::seconds lifetime) override {
    return real_->save_token(channel, owner, value, lifetime);
  }
  std::int64_t directory_version() override { return real_->directory_version(); }
  DirectoryPtr load_directory() override { return real_->load_directory(); }
  std::size_t import_units(std::span<const Unit> units) override {
    return real_->import_units(units);
  }
  std::size_t import_people(
      std::span<const std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people,
      std::span<const std::vector<std::string>> specialities) override {
    return real_->import_people(people, specialities);
  }
  std::size_t import_duties(std::span<const DutyImport> duties) override {
    return real_->import_duties(duties);
  }
  void export_cases(
      Instant since,
      const std::function<void(const Case&, const std::vector<Event>&)>& row) override {
    real_->export_cases(since, row);
  }
  std::size_t forget(std::chrono::hours age) override { return real_->forget(age); }

 private:
  std::unique_ptr<Store> real_;
  Faults& faults_;
};

}  // namespace

std::unique_ptr<Store> make_faulty(std::unique_ptr<Store> real, Faults& faults) {
  return std::make_unique<FaultyStore>(std::move(real), faults);
}

}  // namespace huiyin
