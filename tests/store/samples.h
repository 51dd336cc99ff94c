// Rows for the store's tests: every field set, so that a forgotten column shows.
#pragma once

#include <string>

#include "server/store/store.h"

namespace huiyin::store {

// 😀, a hanzi outside the basic plane, a family joined by ZWJ, right-to-left text, both quotes.
// (clang-format measures these characters differently each time.)
// clang-format off
inline const std::string kHardText =
    "😀 𠮷 👨‍👩‍👧‍👦 \u202eمرحبا\u202c שלום it's \"quoted\" \\ % _ {{x}} ; "
    "-- \t\r\n末";
// clang-format on

Instant at(std::int64_t seconds, int microseconds = 0);  // after 2026-03-26 00:00 UTC
Person sample_person(std::int64_t id);
Account sample_account(std::int64_t id, PersonId person, const std::string& user);
Conversation sample_conversation(PersonId person, CaseId about);
Case sample_case(std::int64_t id, PersonId reporter, PersonId owner);
Event sample_event(std::int64_t id, CaseId about);
NoticeRow sample_notice(std::int64_t id, const Account& to, std::int64_t seq);
Inbound sample_inbound(const std::string& key);
Card sample_card(const NoticeRow& notice);
MediaOrder sample_media(std::int64_t id, CaseId about);

// One field after another, so that a failure names the field.
void expect_same(const Person& a, const Person& b);
void expect_same(const Account& a, const Account& b);
void expect_same(const Conversation& a, const Conversation& b);
void expect_same(const Case& a, const Case& b);
void expect_same(const Event& a, const Event& b);
void expect_same(const NoticeRow& a, const NoticeRow& b);
void expect_same(const Inbound& a, const Inbound& b);
void expect_same(const Card& a, const Card& b);
void expect_same(const MediaOrder& a, const MediaOrder& b);

// A person with one account of that user id, stored. Ids: person `id`, account `id` + 1.
Account store_account(Store& store, std::int64_t id, const std::string& user,
                      const std::string& channel = "wx");
// Commits one batch that changes `set` and writes the rest of `writes`.
void commit(Store& store, const WorkingSet& set, Writes writes = {});
// Notices in the lane, in seq order from 1 on, all with this state.
std::vector<NoticeId> store_notices(Store& store, const Account& account, std::int64_t first_id,
                                    int count, NoticeState state = NoticeState::due);
std::string fresh_batch_id();

}  // namespace huiyin::store
