#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "controller/clock/steady_time.h"
#include "tests/benchmark/controller_load/load_network.h"
#include "tests/benchmark/controller_load/load_report.h"
#include "tests/benchmark/controller_load/load_scenarios.h"
#include "tests/benchmark/controller_load/load_strangers.h"
#include "tests/benchmark/controller_load/load_stream.h"
#include "tests/benchmark/controller_load/load_viewers.h"

namespace rhumb::benchmark {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kRest = absl::Milliseconds(20);
constexpr absl::Duration kLongEnough = absl::Seconds(2);  // for a plan that comes

// When the plans for one topology came.
struct Answered {
  absl::Time first_any, first_all;  // the first safe plan on the first stream and on every stream
  absl::Time full_any, full_all;    // the agent's
  size_t first_bytes = 0, full_bytes = 0;
};

class Arrivals {
 public:
  explicit Arrivals(int adapters) : adapters_(adapters) {}

  void Add(int adapter, const Arrival& arrival) {
    absl::MutexLock lock(&mutex_);
    Of& of = by_topology_[arrival.topology_version];
    of.first.resize(adapters_, false);
    of.full.resize(adapters_, false);
    Answered& times = of.times;
    versions_.resize(adapters_, 0);
    versions_[adapter] = arrival.plan_version;
    if (!of.first[adapter]) {
      of.first[adapter] = true;
      if (of.first_count == 0) times.first_any = arrival.at;
      if (++of.first_count == adapters_) times.first_all = arrival.at;
      times.first_bytes = arrival.bytes;
    }
    if (arrival.reason != rhumb::v1::PLAN_REASON_REROUTE && !of.full[adapter]) {
      of.full[adapter] = true;
      if (of.full_count == 0) times.full_any = arrival.at;
      if (++of.full_count == adapters_) times.full_all = arrival.at;
      times.full_bytes = arrival.bytes;
    }
  }
  // Waits until every adapter has both.
  std::optional<Answered> Await(uint64_t topology_version, absl::Duration patience) {
    absl::MutexLock lock(&mutex_);
    auto complete = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      const auto it = by_topology_.find(topology_version);
      return it != by_topology_.end() && it->second.full_count == adapters_ &&
             it->second.first_count == adapters_;
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&complete), patience)) return std::nullopt;
    const Answered times = by_topology_[topology_version].times;
    by_topology_.erase(by_topology_.begin(), by_topology_.find(topology_version));
    return times;
  }

  // The first plan for this topology, if every adapter has it.
  std::optional<Answered> First(uint64_t topology_version) {
    absl::MutexLock lock(&mutex_);
    const auto it = by_topology_.find(topology_version);
    if (it == by_topology_.end() || it->second.first_count < adapters_) return std::nullopt;
    return it->second.times;
  }

  // Waits until every adapter holds this plan or a later one.
  bool AwaitVersion(uint64_t plan_version) {
    absl::MutexLock lock(&mutex_);
    auto complete = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return !versions_.empty() &&
             *std::min_element(versions_.begin(), versions_.end()) >= plan_version;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&complete), kPatience);
  }

 private:
  struct Of {
    std::vector<bool> first, full;
    int first_count = 0, full_count = 0;
    Answered times;
  };
  const int adapters_;
  absl::Mutex mutex_;
  std::map<uint64_t, Of> by_topology_ ABSL_GUARDED_BY(mutex_);
  std::vector<uint64_t> versions_ ABSL_GUARDED_BY(mutex_);  // [adapters] held
};

}  // namespace

absl::Status MeasureFailover(const Connection& connection, const LoadOptions& options) {
  auto network = LoadNetwork::Make(connection, options.topology);
  if (!network.ok()) return network.status();
  Arrivals arrivals(options.adapters);
  std::vector<std::unique_ptr<LoadStream>> streams;
  for (int i = 0; i < options.adapters; ++i) {
    // As separate SDN controllers have.
    auto dialled = PlainConnection::Dial(connection.server(), options.token);
    if (!dialled.ok()) return dialled.status();
    streams.push_back(std::make_unique<LoadStream>(
        *std::move(dialled), absl::StrFormat("load-%d", i), i == 0 ? kElectionId : 0, true,
        [&arrivals, i](const Arrival& arrival) { arrivals.Add(i, arrival); }));
  }
  for (const auto& stream : streams) {
    if (!stream->AwaitOpen(absl::Now() + kPatience)) {
      return connection.Explain(stream->ended());
    }
  }
  if (auto s = (*network)->Declare(); !s.ok()) return s;
  if (auto s = (*network)->ReportTraffic(); !s.ok()) return s;
  if (auto s = (*network)->AwaitDecision(1); !s.ok()) return s;

  std::optional<LoadViewers> viewers;
  if (options.viewers > 0) {
    const int slow = options.viewers / 10;
    viewers.emplace(options.http_port, options.viewers, slow);
    const SteadyTime deadline = SteadyNow() + kPatience;
    while (viewers->open() < options.viewers - slow && SteadyNow() < deadline) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    std::cout << absl::StrFormat("viewers: %d, %d of them never read; %d are told\n",
                                 options.viewers, slow, viewers->open());
    viewers->TakeLatencies();
  }
  std::optional<LoadStrangers> strangers;
  const double memory_before = options.resident_bytes ? options.resident_bytes() : 0;
  double most_memory = memory_before;
  if (options.strangers) {
    strangers.emplace(connection.server());
    absl::SleepFor(absl::Seconds(5));  // until most of them are there
  }
  std::vector<double> first_s, first_any_s, full_s, full_any_s, answer_s;
  std::vector<double> first_bytes, full_bytes;
  int untouched = 0, held = 0;
  const double cpu_before = options.cpu_seconds ? options.cpu_seconds() : 0;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < options.failures; ++i) {
    const int cable = i % static_cast<int>((*network)->cables().size());
    const absl::Time sent = absl::Now();
    const absl::StatusOr<uint64_t> down = (*network)->SetCable(cable, false);
    if (!down.ok()) return down.status();
    answer_s.push_back(absl::ToDoubleSeconds(absl::Now() - sent));
    if (options.resident_bytes) most_memory = std::max(most_memory, options.resident_bytes());
    auto since = [&](absl::Time at) { return absl::ToDoubleSeconds(at - sent); };
    auto add_first = [&](const Answered& plans) {
      first_s.push_back(since(plans.first_all));
      first_any_s.push_back(since(plans.first_any));
      first_bytes.push_back(static_cast<double>(plans.first_bytes));
    };
    if (const auto plans = arrivals.Await(*down, kLongEnough)) {
      // A cable that carries nothing is answered by the agent alone.
      plans->first_all == plans->full_all ? void(++untouched) : add_first(*plans);
      full_s.push_back(since(plans->full_all));
      full_any_s.push_back(since(plans->full_any));
      full_bytes.push_back(static_cast<double>(plans->full_bytes));
    } else {
      // Where the agent's plan is hardly better than the first one, that one stays.
      if (auto s = (*network)->AwaitDecision(*down); !s.ok()) return s;
      const auto first = arrivals.First(*down);
      first ? add_first(*first) : void(++untouched);
      ++held;
    }
    const absl::StatusOr<uint64_t> up = (*network)->SetCable(cable, true);
    if (!up.ok()) return up.status();
    // Traffic goes on being measured in between.
    if (auto s = (*network)->ReportTraffic(); !s.ok()) return s;
    if (auto s = (*network)->AwaitDecision(*up); !s.ok()) return s;
    // The next failure meets a network at rest, not the tail of the plan before.
    const auto status = (*network)->GetStatus();
    if (!status.ok()) return status.status();
    if (!arrivals.AwaitVersion(status->plan().plan_version())) {
      return absl::DeadlineExceededError("the plan in force did not reach every stream");
    }
    absl::SleepFor(kRest);
  }
  auto median = [](std::vector<double> values) {
    if (values.empty()) return 0.0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  std::cout << absl::StrFormat(
      "failover: %s, %d adapters, %d failures, median updates of %.0f and %.0f bytes\n",
      options.topology, options.adapters, options.failures, median(first_bytes),
      median(full_bytes));
  std::cout << "  first safe plan on one stream     " << Milliseconds(first_any_s) << "\n"
            << "  first safe plan on every stream   " << Milliseconds(first_s) << "\n"
            << "  agent's full plan on one stream   " << Milliseconds(full_any_s) << "\n"
            << "  agent's full plan on every stream " << Milliseconds(full_s) << "\n"
            << "  answer to UpdateTopology          " << Milliseconds(answer_s) << "\n";
  if (untouched > 0) {
    std::cout << absl::StrFormat("  in %d failures no safe plan of its own reached every stream\n",
                                 untouched);
  }
  if (held > 0) {
    std::cout << absl::StrFormat("  in %d failures no plan of the agent followed the first\n",
                                 held);
  }
  if (strangers) {
    std::cout << "  strangers: " << strangers->Summary() << "\n";
    strangers.reset();
    absl::SleepFor(absl::Seconds(5));
    if (options.resident_bytes) {
      std::cout << absl::StrFormat(
          "  server's memory: %.1f MB before, %.1f at most meanwhile, %.1f five seconds after\n",
          memory_before / 1e6, most_memory / 1e6, options.resident_bytes() / 1e6);
    }
  }
  if (viewers) {
    const double mb = static_cast<double>(viewers->bytes()) / 1e6;
    std::cout << "  event to arrival, viewers         " << Milliseconds(viewers->TakeLatencies())
              << absl::StrFormat("\n  viewers whose stream ended %d, %.1f MB read\n",
                                 viewers->ended(), mb);
  }
  if (options.cpu_seconds) {
    std::cout << absl::StrFormat("  server: %.2f s of processor time in %.1f s, %.1f MB\n",
                                 options.cpu_seconds() - cpu_before,
                                 absl::ToDoubleSeconds(absl::Now() - begin),
                                 options.resident_bytes() / 1e6);
  }
  return absl::OkStatus();
}

}  // namespace rhumb::benchmark
