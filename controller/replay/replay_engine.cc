#include "controller/replay/replay_engine.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

#include "absl/strings/str_format.h"
#include "topologies/routing_plan.h"

namespace rhumb {
namespace {

// What a policy is shown of the past measurements, which are not shared between policies: a long
// series would hold them all.
constexpr size_t kRememberedMeasurements = 16;
constexpr size_t kFewestMeasurements = 2;

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

absl::Status WithContext(const absl::Status& status, absl::string_view policy, int interval) {
  return absl::Status(status.code(), absl::StrFormat("policy %s, interval %d: %s", policy, interval,
                                                     status.message()));
}

bool IsSimulatorDeath(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsDataLoss(status) || absl::IsInternal(status);
}

// Episodes of different intervals must not repeat each other's arrivals.
uint64_t EpisodeSeed(int seed, int interval) {
  return static_cast<uint64_t>(seed) * 1000003 + static_cast<uint64_t>(interval);
}

// One policy under one seed.
class PolicyRun {
 public:
  PolicyRun(const ReplayInput& input, const PolicyFactory& make_policy,
            const SimulatorFactory& make_simulator, const ReplayEngineOptions& options, int policy,
            int seed)
      : input_(input),
        make_policy_(make_policy),
        make_simulator_(make_simulator),
        options_(options),
        policy_index_(policy),
        seed_index_(seed),
        observation_{input.moments[0].topology, {}, {}, nullptr, {}},
        most_past_(PiecesInMemory(input.topology.num_nodes(), 1)) {}

  absl::Status Run(std::vector<Cell>* cells, bool* omniscient,
                   const std::function<void()>& on_cell) {
    absl::StatusOr<std::unique_ptr<RoutingPolicy>> policy =
        make_policy_(options_.policies[policy_index_]);
    if (!policy.ok()) return policy.status();
    absl::StatusOr<std::unique_ptr<RoutingPolicy>> first = make_policy_("shortest-path");
    if (!first.ok()) return first.status();
    *omniscient = (*policy)->omniscient();
    DecisionControl control;
    control.stop = [this] { return Stopped(); };
    if (options_.on_decision) {
      control.progress = [this](const std::string& what) {
        options_.on_decision(options_.policies[policy_index_], what);
      };
    }
    observation_.control = std::make_shared<const DecisionControl>(std::move(control));
    known_ = !options_.episode_per_interval && StoreHasAll();
    for (size_t i = 0; i < input_.moments.size(); ++i) {
      if (Stopped()) return absl::CancelledError("stopped");
      RoutingPolicy& decider = i == 0 ? **first : **policy;
      absl::StatusOr<Cell> cell = PlayInterval(&decider, i);
      if (absl::IsCancelled(cell.status())) return cell.status();
      if (!cell.ok()) {
        return WithContext(cell.status(), options_.policies[policy_index_],
                           input_.moments[i].number);
      }
      if (i == 0) continue;
      cells->push_back(*std::move(cell));
      on_cell();
    }
    for (const auto& [number, cell] : unsaved_) {
      absl::Status status = options_.store->Add(policy_index_, seed_index_, number, cell);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // Of what Run has played.
  const Distributions& distributions() const { return distributions_; }

 private:
  bool Stopped() const { return options_.stop != nullptr && *options_.stop; }

  bool StoreHasAll() const {
    if (options_.store == nullptr) return false;
    return std::all_of(input_.moments.begin(), input_.moments.end(), [&](const auto& moment) {
      return options_.store->Find(policy_index_, seed_index_, moment.number).has_value();
    });
  }

  absl::StatusOr<Cell> PlayInterval(RoutingPolicy* policy, size_t index) {
    const auto read = input_.interval(static_cast<int>(index));
    if (!read.ok()) return read.status();
    const ReplayInterval& interval = **read;
    Cell cell;
    cell.interval = interval.number;
    if (absl::Status status = Decide(policy, interval, &cell); !status.ok()) return status;
    if (index > 0 || !options_.episode_per_interval) {
      if (absl::Status status = Measure(interval, index, &cell); !status.ok()) return status;
    }
    auto& past = observation_.past_demands;
    if (past.size() == most_past_) past.erase(past.begin());
    past.push_back(interval.measured);
    return cell;
  }

  absl::Status Decide(RoutingPolicy* policy, const ReplayInterval& interval, Cell* cell) {
    observation_.topology = interval.scheduled.topology;
    observation_.candidate_paths = interval.candidate_paths;
    if (policy->omniscient()) observation_.past_demands.push_back(interval.measured);
    const Clock::time_point start = Clock::now();
    absl::StatusOr<Decision> decision = policy->Decide(observation_);
    cell->decision_s = SecondsSince(start);
    if (policy->omniscient()) observation_.past_demands.pop_back();
    if (!decision.ok()) return decision.status();
    if (absl::Status status = decision->plan.Validate(interval.scheduled.topology); !status.ok()) {
      return absl::InternalError(absl::StrFormat("gave a bad plan: %s", status.message()));
    }
    cell->demands_fell_back = decision->demands_fell_back;
    if (decision->fell_back || cell->demands_fell_back > 0) {
      cell->fell_back_because = decision->note;
    }
    cell->note = std::move(decision->note);
    cell->plan_mlu = MaxLinkUtilization(
        interval.scheduled.topology,
        ComputeLinkLoads(interval.scheduled.topology, decision->plan, *interval.measured).load_bps);
    cell->size = SizeOfPlan(interval.scheduled.topology, decision->plan, *interval.measured);
    if (observation_.plan_in_force) {
      cell->moved_share =
          MovedShare(*observation_.plan_in_force, decision->plan, *interval.measured);
    }
    observation_.plan_in_force = std::move(decision->plan);
    return absl::OkStatus();
  }

  absl::Status Measure(const ReplayInterval& interval, size_t index, Cell* cell) {
    std::optional<Cell> known;
    // One episode of many intervals cannot be entered midway: all of it is known or none.
    if (options_.store != nullptr && (options_.episode_per_interval || known_)) {
      known = options_.store->Find(policy_index_, seed_index_, interval.number);
    }
    if (known) {
      cell->measured = std::move(known->measured);
      cell->distributions = std::move(known->distributions);
      cell->retries = known->retries;
      cell->lost = known->lost;
    } else {
      if (absl::Status status = Play(interval, index, cell); !status.ok()) return status;
      if (options_.store != nullptr && !options_.episode_per_interval) {
        unsaved_.emplace_back(interval.number, *cell);
      } else if (options_.store != nullptr) {
        absl::Status status =
            options_.store->Add(policy_index_, seed_index_, interval.number, *cell);
        if (!status.ok()) return status;
      }
    }
    if (options_.observer != nullptr && index > 0) {
      options_.observer->Played({policy_index_, seed_index_, static_cast<int>(index) - 1, interval,
                                 *observation_.plan_in_force, *cell});
    }
    // Kilobytes a cell, so they are kept as their sum.
    if (index > 0) distributions_.Merge(cell->distributions);
    cell->distributions = Distributions();
    Remember(cell);
    return absl::OkStatus();
  }

  // Links and demands move to what the policy is shown next; the cell keeps the totals, because
  // links and demands of thousands of cells would fill the memory.
  void Remember(Cell* cell) {
    std::vector<LinkMeasurement> links = std::move(cell->measured.links);
    std::vector<DemandMeasurement> demands = std::move(cell->measured.demands);
    cell->measured.links.clear();
    cell->measured.demands.clear();
    if (cell->lost) return;
    auto shown = std::make_shared<Measurements>(cell->measured);
    shown->links = std::move(links);
    shown->demands = std::move(demands);
    auto& past = observation_.past_measurements;
    const double bytes = static_cast<double>(shown->demands.size()) * sizeof(DemandMeasurement);
    const size_t fitting = static_cast<size_t>(kReplayBytes / (bytes + 1));
    const size_t most = std::clamp(fitting, kFewestMeasurements, kRememberedMeasurements);
    if (past.size() == most) past.erase(past.begin());
    past.push_back(std::move(shown));
  }

  absl::Status Play(const ReplayInterval& interval, size_t index, Cell* cell) {
    absl::StatusOr<Measurements> measured = PlayOnce(interval, index);
    // Ctrl-C reaches the workers too: that is no fault.
    if (!measured.ok() && Stopped()) return absl::CancelledError("stopped");
    // Without episodes of its own, an interval cannot be repeated: the network before it is gone.
    while (!measured.ok() && IsSimulatorDeath(measured.status()) && cell->retries < 1 &&
           options_.episode_per_interval) {
      ++cell->retries;
      cell->note = absl::StrFormat("episode repeated: %s", measured.status().message());
      simulator_ = nullptr;
      measured = PlayOnce(interval, index);
    }
    if (measured.ok()) {
      cell->measured = *std::move(measured);
      if (const Distributions* spread = simulator_->distributions()) cell->distributions = *spread;
      return absl::OkStatus();
    }
    if (!IsSimulatorDeath(measured.status()) || !options_.episode_per_interval) {
      return measured.status();
    }
    simulator_ = nullptr;
    cell->lost = true;
    cell->note = absl::StrFormat("episode lost: %s", measured.status().message());
    return absl::OkStatus();
  }

  absl::StatusOr<Measurements> PlayOnce(const ReplayInterval& interval, size_t index) {
    const bool new_episode = simulator_ == nullptr || options_.episode_per_interval;
    if (simulator_ == nullptr) {
      absl::StatusOr<std::unique_ptr<NetworkSimulator>> made = make_simulator_();
      if (!made.ok()) return made.status();
      simulator_ = *std::move(made);
    }
    Interval played = interval.scheduled.interval;
    if (new_episode) {
      const int stream = options_.episode_per_interval ? interval.number : 0;
      absl::Status status =
          simulator_->Reset(Episode{interval.scheduled.topology, options_.traffic,
                                    EpisodeSeed(seed_index_ + 1, stream), options_.scale});
      if (!status.ok()) return status;
      played.changes_at_start.clear();
    }
    if (new_episode || index == 0) played.warm_up = options_.warm_up;
    if (options_.episode_per_interval) played.drain = options_.drain;
    return simulator_->Play(*observation_.plan_in_force, played);
  }

  const ReplayInput& input_;
  const PolicyFactory& make_policy_;
  const SimulatorFactory& make_simulator_;
  const ReplayEngineOptions& options_;
  const int policy_index_;
  const int seed_index_;
  Observation observation_;
  Distributions distributions_;
  const size_t most_past_;  // matrices in the observation
  std::unique_ptr<NetworkSimulator> simulator_;
  // With one episode for all intervals:
  bool known_ = false;                         // the store has all of it
  std::vector<std::pair<int, Cell>> unsaved_;  // goes to the store when it is complete
};

}  // namespace

absl::StatusOr<std::vector<PolicyCells>> RunReplay(const ReplayInput& input,
                                                   const PolicyFactory& make_policy,
                                                   const SimulatorFactory& make_simulator,
                                                   const ReplayEngineOptions& options) {
  const int num_policies = static_cast<int>(options.policies.size());
  std::vector<PolicyCells> result(num_policies);
  for (int p = 0; p < num_policies; ++p) {
    result[p].name = options.policies[p];
    result[p].cells.resize(options.seeds);
    result[p].distributions.resize(options.seeds);
  }
  std::atomic<int> done{0};
  std::mutex mutex;
  std::vector<int> seeds_left(num_policies, options.seeds);  // under mutex
  const int total = num_policies * options.seeds * input.num_counted();
  // All policies of a seed before the next seed: a run that is stopped has whole comparisons in its
  // journal.
  const absl::Status status =
      RunTasks(num_policies * options.seeds, options.jobs, options.stop, [&](int task) {
        const int policy = task % num_policies;
        const int seed = task / num_policies;
        PolicyRun run(input, make_policy, make_simulator, options, policy, seed);
        bool sees_future = false;
        const absl::Status status = run.Run(&result[policy].cells[seed], &sees_future, [&] {
          const int now = ++done;
          if (options.on_progress) options.on_progress(now, total);
        });
        result[policy].distributions[seed] = run.distributions();
        const std::lock_guard<std::mutex> lock(mutex);
        if (!status.ok() || --seeds_left[policy] > 0) return status;
        // Seeds of a policy that ended before are seen here: they were counted under the lock.
        result[policy].omniscient = sees_future;
        if (options.on_policy) options.on_policy(policy, result[policy]);
        return status;
      });
  if (!status.ok()) return status;
  return result;
}

}  // namespace rhumb
