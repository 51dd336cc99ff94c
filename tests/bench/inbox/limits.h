// What the machine could do without Huiyin's rules: the same rows written by a bare loop, and the
// same requests answered with nothing but 200. Plus the platform's side.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/net/server.h"
#include "server/store/store.h"

namespace huiyin::bench {

// Rows that one message left in the store: sampled from there, so that they are equal ones.
struct MessageRows {
  Person person;
  Account account;
  Case problem;
  std::vector<Event> events;
  std::vector<store::NoticeRow> notices;
  store::Inbound inbound;
};
// Up to `most` messages that were acknowledged. Throws store::Error; empty when there are none.
std::vector<MessageRows> sample_rows(const std::string& store_url, std::size_t most);

struct RowsResult {
  std::size_t batch = 0;  // the best one
  unsigned writers = 1;
  double per_second = 0;        // messages' rows
  double cpu_microseconds = 0;  // of this process a message, database not included
};
// Writes copies with ids of their own in batches of 16 to 256 with one writer and with `writers`,
// `each` long, and returns the best. The store must be migrated and holds nothing else of value.
RowsResult write_rows(const std::string& store_url, std::span<const MessageRows> rows,
                      unsigned writers, std::chrono::milliseconds each);

// Makes the database of a mysql URL anew; for sqlite nothing is needed.
void make_database(const std::string& store_url);

// The platform: token and success to everything.
std::unique_ptr<net::Server> start_sink(const std::string& address);
// A server without rules.
std::unique_ptr<net::Server> start_answerer(const std::string& address);

// CPU seconds that a process has used so far, its threads included. 0 for pid 0.
double process_cpu(int pid);

}  // namespace huiyin::bench
