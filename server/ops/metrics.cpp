#include "server/ops/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

namespace huiyin {

namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

constexpr std::size_t kMostSeries = 256;

// Doubling: half a millisecond to eight seconds.
const Histogram::BucketBoundaries kCommitSeconds{
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4, 8};
const Histogram::BucketBoundaries kBatchSizes{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

// Counters with one or two labels, looked up without asking the library each time.
class Counters {
 public:
  Counters(Registry& registry, const std::string& name, const std::string& help,
           std::string first_label, std::string second_label = {})
      : family_{prometheus::BuildCounter().Name(name).Help(help).Register(registry)},
        first_label_{std::move(first_label)},
        second_label_{std::move(second_label)} {}

  void add(std::string_view first, std::string_view second = {}) {
    const std::lock_guard lock{mutex_};
    find(first, second).Increment();
  }

 private:
  Counter& find(std::string_view first, std::string_view second) {
    key_.first.assign(first);
    key_.second.assign(second);
    if (const auto found = series_.find(key_); found != series_.end()) return *found->second;
    if (series_.size() >= kMostSeries) {
      key_.first = "other";
      if (!second_label_.empty()) key_.second = "other";
    }
    prometheus::Labels labels{{first_label_, key_.first}};
    if (!second_label_.empty()) labels.emplace(second_label_, key_.second);
    Counter& counter = family_.Add(labels);
    series_.emplace(key_, &counter);
    return counter;
  }

  prometheus::Family<Counter>& family_;
  std::string first_label_, second_label_;
  std::mutex mutex_;
  std::pair<std::string, std::string> key_;  // kept for its memory
  std::map<std::pair<std::string, std::string>, Counter*> series_;
};

// Gauges with one label.
class Gauges {
 public:
  Gauges(Registry& registry, const std::string& name, const std::string& help, std::string label)
      : family_{prometheus::BuildGauge().Name(name).Help(help).Register(registry)},
        label_{std::move(label)} {}

  void set(std::string_view label, double value) {
    const std::lock_guard lock{mutex_};
    auto found = series_.find(label);
    if (found == series_.end()) {
      if (series_.size() >= kMostSeries) return;
      Gauge& gauge = family_.Add({{label_, std::string{label}}});
      found = series_.emplace(label, &gauge).first;
    }
    found->second->Set(value);
  }
  // Those that are not set anew show zero.
  void set_all(const std::map<std::string, double>& values) {
    {
      const std::lock_guard lock{mutex_};
      for (auto& [label, gauge] : series_)
        if (!values.contains(label)) gauge->Set(0);
    }
    for (const auto& [label, value] : values) set(label, value);
  }

 private:
  prometheus::Family<Gauge>& family_;
  std::string label_;
  std::mutex mutex_;
  std::map<std::string, Gauge*, std::less<>> series_;
};

Counter& counter(Registry& registry, const std::string& name, const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

Gauge& gauge(Registry& registry, const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

Histogram& histogram(Registry& registry, const std::string& name, const std::string& help,
                     const Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
}

// Brings a counter up to a total that somebody else counts.
void raise(Counter& counter, std::uint64_t total) {
  const double missing = static_cast<double>(total) - counter.Value();
  if (missing > 0) counter.Increment(missing);
}

}  // namespace

struct Metrics::Families {
  Registry registry;
  std::atomic<std::uint64_t> received_total{0};
  std::mutex raising;

  Counters received{registry, "huiyin_received_total", "Authentic messages from platforms.",
                    "channel", "kind"};
  Counters refused{registry, "huiyin_refused_total", "Requests refused before anything was stored.",
                   "channel", "reason"};
  Counters duplicates{registry, "huiyin_duplicates_total", "Messages that were handled before.",
                      "channel"};
  Counters quarantined{registry, "huiyin_quarantined_total",
                       "Inputs set aside with their raw body.", "channel"};
  Counters sent{registry, "huiyin_notices_total", "Attempts to deliver a notice by outcome.",
                "channel", "outcome"};
  Counters retries{registry, "huiyin_notice_retries_total",
                   "Attempts after which a notice is tried again.", "channel"};
  Counters echoes_owed{registry, "huiyin_echoes_owed_total",
                       "Echoes to reporters that could leave.", "channel"};
  Counters echoes{registry, "huiyin_echoes_delivered_total",
                  "Echoes that a platform took; in_time: within a minute.", "channel", "in_time"};
  Counters media{registry, "huiyin_media_total", "Files of messages by what became of them.",
                 "channel", "outcome"};
  Gauges breaker{registry, "huiyin_breaker_open",
                 "1 while a platform that does not answer is left alone.", "channel"};
  Gauges pending{registry, "huiyin_notices_pending", "Notices on their way.", "channel"};
  Gauges pending_age{registry, "huiyin_notices_pending_age_seconds",
                     "Age of the oldest notice on its way.", "channel"};
  Counter& committed =
      counter(registry, "huiyin_committed_total", "Inputs whose effect is committed.");
  Counter& batches = counter(registry, "huiyin_batches_total", "Commits.");
  Counter& batch_retries =
      counter(registry, "huiyin_batch_retries_total", "Batches begun again (deadlock, version).");
  Histogram& commit_seconds =
      histogram(registry, "huiyin_commit_seconds", "A batch from load to commit.", kCommitSeconds);
  Histogram& batch_size =
      histogram(registry, "huiyin_batch_inputs", "Inputs in one batch.", kBatchSizes);

  Gauge& due = gauge(registry, "huiyin_notices_due", "Notices to be sent.");
  Gauge& held = gauge(registry, "huiyin_notices_held", "Notices waiting for the person to write.");
  Gauge& dead = gauge(registry, "huiyin_notices_dead", "Notices given up.");
  Gauge& quarantine = gauge(registry, "huiyin_quarantine_rows", "Rows in quarantine.");
  Gauge& open_cases = gauge(registry, "huiyin_open_cases", "Cases that are not closed.");
  Gauge& waiting = gauge(registry, "huiyin_inbox_waiting", "Inputs in the inbox's queues.");

  Gauge& connections = gauge(registry, "huiyin_connections", "Open connections.");
  Counter& accepted = counter(registry, "huiyin_connections_total", "Accepted connections.");
  Counter& requests = counter(registry, "huiyin_requests_total", "HTTP requests.");
  Counter& framing =
      counter(registry, "huiyin_requests_refused_framing_total", "Requests of doubtful framing.");
  Counter& limits =
      counter(registry, "huiyin_requests_refused_limit_total", "Requests beyond a limit.");
  Counter& timeouts = counter(registry, "huiyin_timeouts_total", "Connections that were too slow.");
  Counter& accept_errors =
      counter(registry, "huiyin_accept_errors_total", "Failed accepts (out of descriptors).");
  Counter& handler_timeouts =
      counter(registry, "huiyin_handler_timeouts_total", "Requests answered 503 for lateness.");
  Counter& log_overruns =
      counter(registry, "huiyin_log_overruns_total", "Log lines dropped because the disk is slow.");
  Counter& log_failures =
      counter(registry, "huiyin_log_write_failures_total", "Log lines that could not be written.");
};

Metrics::Metrics() : families_{std::make_unique<Families>()} {}
Metrics::~Metrics() = default;

void Metrics::received(std::string_view channel, std::string_view kind) {
  families_->received_total.fetch_add(1, std::memory_order_relaxed);
  families_->received.add(channel, kind);
}

void Metrics::refused(std::string_view channel, std::string_view reason) {
  families_->refused.add(channel, reason);
}

void Metrics::committed(std::size_t inputs, int attempts, std::chrono::microseconds time) {
  families_->committed.Increment(static_cast<double>(inputs));
  families_->batches.Increment();
  if (attempts > 1) families_->batch_retries.Increment(attempts - 1);
  families_->commit_seconds.Observe(std::chrono::duration<double>{time}.count());
  families_->batch_size.Observe(static_cast<double>(inputs));
}

void Metrics::duplicate(std::string_view channel) { families_->duplicates.add(channel); }

void Metrics::quarantined(std::string_view channel) { families_->quarantined.add(channel); }

void Metrics::sent(std::string_view channel, std::string_view outcome) {
  families_->sent.add(channel, outcome);
}

void Metrics::retrying(std::string_view channel) { families_->retries.add(channel); }

void Metrics::breaker(std::string_view channel, bool open) {
  families_->breaker.set(channel, open ? 1 : 0);
}

void Metrics::echo_owed(std::string_view channel) { families_->echoes_owed.add(channel); }

void Metrics::echo_delivered(std::string_view channel, bool in_time) {
  families_->echoes.add(channel, in_time ? "yes" : "no");
}

void Metrics::media(std::string_view channel, std::string_view outcome) {
  families_->media.add(channel, outcome);
}

void Metrics::set_pending(const std::map<std::string, Pending>& pending) {
  std::map<std::string, double> notices, ages;
  for (const auto& [channel, now] : pending) {
    notices[channel] = static_cast<double>(now.notices);
    ages[channel] = std::max(0.0, std::chrono::duration<double>{now.age}.count());
  }
  families_->pending.set_all(notices);
  families_->pending_age.set_all(ages);
}

void Metrics::set_stored(const Stored& stored) {
  families_->due.Set(static_cast<double>(stored.due));
  families_->held.Set(static_cast<double>(stored.held));
  families_->dead.Set(static_cast<double>(stored.dead));
  families_->quarantine.Set(static_cast<double>(stored.quarantined));
  families_->open_cases.Set(static_cast<double>(stored.open_cases));
}

void Metrics::set_waiting(std::size_t inputs) {
  families_->waiting.Set(static_cast<double>(inputs));
}

void Metrics::set_connections(const Connections& now) {
  const std::lock_guard lock{families_->raising};
  families_->connections.Set(static_cast<double>(now.open));
  raise(families_->accepted, now.accepted);
  raise(families_->requests, now.requests);
  raise(families_->framing, now.refused_framing);
  raise(families_->limits, now.refused_limit);
  raise(families_->timeouts, now.timeouts);
  raise(families_->accept_errors, now.accept_errors);
  raise(families_->handler_timeouts, now.handler_timeouts);
}

void Metrics::set_log(std::uint64_t overruns, std::uint64_t write_failures) {
  const std::lock_guard lock{families_->raising};
  raise(families_->log_overruns, overruns);
  raise(families_->log_failures, write_failures);
}

std::uint64_t Metrics::received_total() const {
  return families_->received_total.load(std::memory_order_relaxed);
}

std::string Metrics::expose() const {
  return prometheus::TextSerializer{}.Serialize(families_->registry.Collect());
}

}  // namespace huiyin
