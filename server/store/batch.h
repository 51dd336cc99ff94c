// One batch as one transaction. Internal to server/store.
#pragma once

#include <memory>
#include <optional>

#include "server/store/connection.h"
#include "server/store/rows.h"
#include "server/store/store.h"

namespace huiyin::store {

class SqlBatch final : public Batch {
 public:
  explicit SqlBatch(std::shared_ptr<Connection> connection)
      : owned_{std::move(connection)}, connection_{*owned_}, transaction_{*owned_} {}

  std::int64_t directory_version() override;
  Instant database_now() override;
  std::map<InboundKey, Inbound> find_inbound(std::span<const InboundKey> keys) override;
  std::map<NoticeId, NoticeRow> find_notices(std::span<const NoticeId> ids) override;
  std::map<std::pair<std::string, std::string>, std::string> find_nonces(
      std::span<const Nonce> claims) override;
  void load_accounts(std::span<const std::pair<std::string, std::string>> users,
                     WorkingSet& set) override;
  void load(const Need& need, Instant closed_since, WorkingSet& set) override;
  void lock_accounts(const std::set<AccountId>& ids, WorkingSet& set) override;
  void save(const Writes& writes) override;
  void commit() override { transaction_.commit(); }

 private:
  void read_clock_and_version();
  void load_persons(const std::set<PersonId>& ids, WorkingSet& set);
  std::set<CaseId> case_ids(const Need& need, Instant closed_since);
  void ids_of_people(const std::set<PersonId>& people, Instant closed_since, std::set<CaseId>& out);
  void load_near(const std::set<Near>& wanted, Instant since, WorkingSet& set);
  void load_owners(WorkingSet& set);
  void load_cases(const std::set<CaseId>& ids, WorkingSet& set);
  void load_cards(const std::vector<CaseId>& ids, WorkingSet& set);
  void load_history(const std::set<CaseId>& ids, WorkingSet& set);
  void load_codes(const std::set<std::string>& codes, WorkingSet& set);

  void save_set(const WorkingSet& set, const std::vector<Release>& release_held);
  void save_links(const WorkingSet& set);
  void save_accounts(const WorkingSet& set, const std::vector<Release>& release_held);
  void save_inbound(const Writes& writes);
  void save_nonces(const std::vector<Nonce>& nonces);
  void save_codes(const std::vector<BindCode>& codes, const std::vector<std::string>& used);
  void save_media(const std::vector<MediaOrder>& orders);
  void save_cursors(const std::vector<Cursor>& cursors);
  void save_service(const std::vector<Duty>& duties, const std::vector<Leave>& leaves);
  void save_views(const std::vector<View>& views);
  void save_rounds(const std::vector<Writes::RoundStep>& rounds);
  void save_erasures(const Writes& writes);

  // batch_notices.cpp
  void rebind(const std::vector<Writes::Rebinding>& rebound);
  void release(const WorkingSet& set, const std::vector<Release>& releases);
  void release_to(const Account& to, const Release& release);
  void save_notices(const std::vector<NoticeRow>& notices, const WorkingSet* set);
  void save_briefed(const std::vector<NoticeId>& briefed);
  void save_cards(const std::vector<Card>& cards,
                  const std::vector<std::pair<NoticeId, std::string>>& handles);
  void save_told(const std::vector<std::pair<CaseId, PersonId>>& told);

  std::shared_ptr<Connection> owned_;  // the store may reconnect before this is destroyed
  Connection& connection_;
  Transaction transaction_;
  std::optional<Instant> now_;
  std::int64_t directory_version_ = 0;
};

}  // namespace huiyin::store
