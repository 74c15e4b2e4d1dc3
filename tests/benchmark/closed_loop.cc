// Policies that decide again and again in a running network, with bursts and failures, against
// policies that decide once.
//
//   closed_loop --config TOML [--sequences N] [--seed SEED] [--policy P]... [--against P] [--ns3]
//               [--decide-in-fluid]
//
// Sequences are drawn from the configuration's episodes. A policy decides before every step from
// what it measured in the steps before. How much there is to win is asked with prefixes:
//   held:P       P decides before the first step and never again
//   known:P      P is also told the demands of the step that it decides for
//   hindsight:P  before every step, keeps the plan in force or takes P's, whichever gives the rest
//                of the sequence the lower completion time if nothing is changed after it: asked of
//                the fluid simulator with the very arrivals that come, which no policy can know
//   backlog=G:P  P sees links with less capacity: without G times the rate at which they could
//                carry in one step what has arrived and was not delivered (by the ratios that it
//                arrived under)
//   shift=A/B/C/D/E:CHECKPOINT  weights of feedback.h's last shift for an agent without feedback
//
// Then the whole sequence is played again as one interval with these plans, so that every
// flow is followed to its end: the mean completion time is that of all flows of the sequence.
// Differences are paired by sequence, of logarithms, with 95 % intervals. stderr says what every
// sequence came to. With --ns3 ns-3 plays all of it; with --decide-in-fluid besides, the plans are
// those that were decided in the fluid simulator, the same for policies that see demands alone.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/feedback.h"
#include "agents/registry/policy_registry.h"
#include "agents/training/episode_scenario.h"
#include "agents/training/estimators.h"
#include "agents/training/packet_config.h"
#include "agents/training/random.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/benchmark/measuring.h"

namespace rhumb {
namespace {

using training::EpisodeScenario;
using training::StepChange;

struct Settings {
  std::string config;
  int sequences = 24;
  uint64_t seed = 901;
  std::vector<std::string> policies = {"shortest-path", "lp-previous", "held:neural:plan",
                                       "neural:plan"};
  std::string against;
  bool ns3 = false;
  bool decide_in_fluid = false;
};

struct Outcome {
  double fct_s = 0, p99_s = 0, goodput_bps = 0, loss = 0, completed = 0, on_time = 0;
  double moved = 0;     // share of the traffic, mean over the decisions after the first
  double rerouted = 0;  // share of the flows
};

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  std::exit(1);
}

Outcome Judge(const EpisodeScenario& scenario, const std::vector<RoutingPlan>& plans,
              NetworkSimulator* simulator) {
  Require(simulator->Reset(scenario.episode));
  Interval all;
  all.demands = *scenario.played[0];
  all.duration = static_cast<double>(plans.size()) * scenario.duration;
  all.warm_up = scenario.warm_up;
  all.drain = absl::Seconds(5);
  for (int step = 0; step < static_cast<int>(plans.size()); ++step) {
    const absl::Duration start = step * scenario.duration;
    std::vector<TimedChange> inside;
    for (const StepChange& change : scenario.changes) {
      if (change.step != step) continue;
      if (step == 0 && change.at == absl::ZeroDuration()) {
        all.changes_at_start = change.change;
      } else if (change.at == absl::ZeroDuration()) {
        all.changes.push_back({start, change.change});
      } else {
        inside.push_back({start + change.at, change.change});
      }
    }
    if (step > 0) {
      all.changes.push_back({start, plans[step]});
      all.changes.push_back({start, *scenario.played[step]});
    }
    all.changes.insert(all.changes.end(), inside.begin(), inside.end());
  }
  const Measurements measured = OrExit(simulator->Play(plans[0], all));
  const FlowCompletion& flows = *measured.flows;
  const double started = static_cast<double>(flows.started);
  return {flows.mean_s,
          flows.p99_s,
          measured.goodput_bps,
          measured.loss_ratio,
          static_cast<double>(flows.completed) / started,
          static_cast<double>(flows.on_time) / started,
          0,
          static_cast<double>(flows.rerouted) / started};
}

// What a policy is asked with, and the policy.
struct Spelling {
  bool held = false, known = false, hindsight = false;
  double backlog = 0;
  std::string policy;
};

double NumberOrExit(absl::string_view text, const std::string& spelling) {
  double number = 0;
  if (!absl::SimpleAtod(text, &number)) {
    std::fprintf(stderr, "%s: \"%s\" is no number\n", spelling.c_str(), std::string(text).c_str());
    std::exit(2);
  }
  return number;
}

// An agent without feedback, and with these weights of its last shift: its name as a policy.
std::string WithShift(const std::string& spelling, absl::string_view weights,
                      const std::string& checkpoint) {
  const size_t comma = std::min(checkpoint.find(','), checkpoint.size());
  neural::Checkpoint shifted = OrExit(neural::FindCheckpoint(checkpoint.substr(0, comma)));
  shifted.feedback.assign(neural::NumFeedbackWeights(), 0.0F);
  size_t at = shifted.feedback.size() - neural::kNumPathFeedback;
  const std::vector<absl::string_view> numbers = absl::StrSplit(weights, '/');
  if (numbers.size() != neural::kNumPathFeedback) {
    std::fprintf(stderr, "%s: give %d weights\n", spelling.c_str(), int{neural::kNumPathFeedback});
    std::exit(2);
  }
  for (const absl::string_view number : numbers) {
    shifted.feedback[at++] = static_cast<float>(NumberOrExit(number, spelling));
  }
  const std::string path = std::filesystem::temp_directory_path() /
                           ("closed-loop-" + std::to_string(getpid()) + "-" +
                            std::to_string(std::hash<std::string>()(spelling)) + ".ckpt");
  Require(neural::SaveCheckpoint(shifted, path));
  return "neural:" + path + checkpoint.substr(comma);
}

Spelling Parse(const std::string& spelling) {
  Spelling parsed;
  parsed.policy = spelling;
  const size_t colon = spelling.find(':');
  if (colon == std::string::npos) return parsed;
  const std::string prefix = spelling.substr(0, colon), rest = spelling.substr(colon + 1);
  parsed.held = prefix == "held";
  parsed.known = prefix == "known";
  parsed.hindsight = prefix == "hindsight";
  if (absl::StartsWith(prefix, "backlog=")) {
    parsed.backlog = NumberOrExit(absl::string_view(prefix).substr(8), spelling);
  }
  if (absl::StartsWith(prefix, "shift=")) {
    parsed.policy = WithShift(spelling, absl::string_view(prefix).substr(6), rest);
  } else if (parsed.held || parsed.known || parsed.hindsight || parsed.backlog > 0) {
    parsed.policy = rest;
  }
  return parsed;
}

// Bits that have arrived and were not delivered, by path.
class Backlog {
 public:
  // After a step that was played with `plan`.
  void Add(const RoutingPlan& plan, const Measurements& measured) {
    const PathSet& paths = plan.paths();
    bits_.resize(paths.num_paths(), 0.0);
    for (int pair = 0; pair < paths.num_pairs(); ++pair) {
      const PathSet::Range range = paths.paths_of(pair);
      double sum = 0;
      for (int p = range.begin; p < range.end; ++p) {
        bits_[p] += measured.demands[pair].offered_bps * measured.window_s * plan.ratios()[p];
        sum += bits_[p];
      }
      const double left =
          std::max(0.0, sum - measured.demands[pair].delivered_bps * measured.window_s);
      for (int p = range.begin; p < range.end; ++p) bits_[p] *= sum > 0 ? left / sum : 0;
    }
    paths_ = plan.shared_paths();
  }

  // Capacities less `gain` times the backlog over a step of `seconds`; a fifth is left.
  Topology Without(const Topology& topology, double gain, double seconds) const {
    constexpr double kLeast = 0.2;
    if (paths_ == nullptr) return topology;
    std::vector<double> of_link(topology.num_links(), 0.0);
    for (int p = 0; p < paths_->num_paths(); ++p) {
      for (const LinkId link : paths_->links(p)) of_link[link] += bits_[p] / seconds;
    }
    TopologyDelta less;
    for (LinkId link = 0; link < topology.num_links(); ++link) {
      if (of_link[link] <= 0) continue;
      const double capacity_bps = topology.link(link).capacity_bps;
      LinkChange change;
      change.link = link;
      change.capacity_bps = std::max(kLeast * capacity_bps, capacity_bps - gain * of_link[link]);
      less.push_back(change);
    }
    return OrExit(topology.Apply(less));
  }

 private:
  std::shared_ptr<const PathSet> paths_;
  std::vector<double> bits_;
};

// Of the plan in force and the new one, the last of `plans`, the better for what comes.
void TakeTheBetter(const EpisodeScenario& scenario, NetworkSimulator* fluid,
                   std::vector<RoutingPlan>* plans) {
  const RoutingPlan in_force = (*plans)[plans->size() - 2], proposed = plans->back();
  const auto fct_s = [&](const RoutingPlan& plan) {
    std::vector<RoutingPlan> all = *plans;
    all.back() = plan;
    all.resize(scenario.played.size(), plan);
    return Judge(scenario, all, fluid).fct_s;
  };
  if (fct_s(in_force) <= fct_s(proposed)) plans->back() = in_force;
}

// The plans that a policy decides on, one a step, and the share of traffic that they move.
std::vector<RoutingPlan> Decide(const EpisodeScenario& scenario, const Spelling& asked,
                                NetworkSimulator* simulator, NetworkSimulator* fluid,
                                double* moved) {
  const auto policy = OrExit(MakePolicy(asked.policy));
  Backlog backlog;
  Observation observation{scenario.episode.topology, scenario.past, {}, scenario.paths, {}};
  Require(simulator->Reset(scenario.episode));
  std::vector<RoutingPlan> plans;
  const int steps = static_cast<int>(scenario.played.size());
  *moved = 0;
  for (int step = 0; step < steps; ++step) {
    Interval interval;
    interval.demands = *scenario.played[step];
    interval.duration = scenario.duration;
    if (step == 0) interval.warm_up = scenario.warm_up;
    for (const StepChange& change : scenario.changes) {
      if (change.step != step) continue;
      if (change.at == absl::ZeroDuration()) {
        interval.changes_at_start = change.change;
        observation.topology = OrExit(observation.topology.Apply(change.change));
      } else {
        interval.changes.push_back({change.at, change.change});
      }
    }
    if (step == 0 || !asked.held) {
      Observation seen = observation;
      if (asked.known) seen.past_demands.push_back(scenario.played[step]);
      if (asked.backlog > 0) {
        seen.topology =
            backlog.Without(seen.topology, asked.backlog, absl::ToDoubleSeconds(scenario.duration));
      }
      plans.push_back(OrExit(policy->Decide(seen)).plan);
      if (step > 0) {
        if (asked.hindsight) TakeTheBetter(scenario, fluid, &plans);
        *moved += MovedShare(plans[step - 1], plans[step], *scenario.played[step]) /
                  std::max(1, steps - 1);
      }
    } else {
      plans.push_back(plans.back());
    }
    observation.past_measurements.push_back(
        std::make_shared<const Measurements>(OrExit(simulator->Play(plans.back(), interval))));
    if (asked.backlog > 0) backlog.Add(plans.back(), *observation.past_measurements.back());
    observation.past_demands.push_back(scenario.played[step]);
    observation.plan_in_force = plans.back();
    for (const TimedChange& change : interval.changes) {
      observation.topology =
          OrExit(observation.topology.Apply(std::get<TopologyDelta>(change.change)));
    }
  }
  return plans;
}

std::string Change(const std::vector<Outcome>& a, const std::vector<Outcome>& b,
                   double Outcome::*value) {
  std::vector<double> logs;
  for (size_t i = 0; i < a.size(); ++i) logs.push_back(std::log(a[i].*value / (b[i].*value)));
  const training::Estimate e = training::MeanWithInterval(logs);
  char text[64];
  std::snprintf(text, sizeof(text), "%+6.1f %% [%+.1f, %+.1f]", 100 * std::expm1(e.mean),
                100 * std::expm1(e.low), 100 * std::expm1(e.high));
  return text;
}

double MeanOf(const std::vector<Outcome>& outcomes, double Outcome::*value) {
  double sum = 0;
  for (const Outcome& outcome : outcomes) sum += outcome.*value;
  return sum / static_cast<double>(outcomes.size());
}

int Run(const Settings& settings) {
  const std::string toml = OrExit(neural::ReadWholeFile(settings.config));
  const training::PacketConfig config = OrExit(training::ParsePacketConfig(toml, settings.config));
  FluidSimulatorOptions options;
  options.segment_bytes = config.simulator.segment_bytes;
  const auto fluid = OrExit(MakeFluidSimulator(options));
  const auto packets = settings.ns3 ? OrExit(MakePacketSimulator(config.simulator)) : nullptr;
  NetworkSimulator* const judge = settings.ns3 ? packets.get() : fluid.get();
  NetworkSimulator* const decided_in = settings.decide_in_fluid ? fluid.get() : judge;
  training::Random random(settings.seed);
  std::map<std::string, std::vector<Outcome>> outcomes;
  for (int s = 0; s < settings.sequences; ++s) {
    const auto scenario = OrExit(training::DrawScenario(config.episodes, random.Bits()));
    for (const std::string& policy : settings.policies) {
      double moved = 0;
      const std::vector<RoutingPlan> plans =
          Decide(*scenario, Parse(policy), decided_in, fluid.get(), &moved);
      Outcome outcome = Judge(*scenario, plans, judge);
      outcome.moved = moved;
      std::fprintf(stderr, "sequence %d: %s FCT %.4f s, p99 %.3f s, moved %.4f\n", s + 1,
                   policy.c_str(), outcome.fct_s, outcome.p99_s, moved);
      outcomes[policy].push_back(outcome);
    }
  }
  const std::string& against =
      settings.against.empty() ? settings.policies.back() : settings.against;
  std::printf("%d sequences of %d steps of %s, %s, seed %d\n", settings.sequences,
              config.episodes.steps, absl::FormatDuration(config.episodes.duration).c_str(),
              settings.ns3 ? "ns-3" : "fluid", static_cast<int>(settings.seed));
  std::printf("%-24s %8s %8s %9s %9s %8s %8s   FCT of %s against it, p99\n", "policy", "FCT, s",
              "p99, s", "completed", "on time", "moved", "rerouted", against.c_str());
  for (const std::string& policy : settings.policies) {
    const std::vector<Outcome>& own = outcomes[policy];
    std::printf("%-24s %8.4f %8.3f %8.2f%% %8.2f%% %7.2f%% %7.2f%%   %s, %s\n", policy.c_str(),
                MeanOf(own, &Outcome::fct_s), MeanOf(own, &Outcome::p99_s),
                100 * MeanOf(own, &Outcome::completed), 100 * MeanOf(own, &Outcome::on_time),
                100 * MeanOf(own, &Outcome::moved), 100 * MeanOf(own, &Outcome::rerouted),
                Change(outcomes[against], own, &Outcome::fct_s).c_str(),
                Change(outcomes[against], own, &Outcome::p99_s).c_str());
  }
  return 0;
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) {
  rhumb::Settings settings;
  bool chosen = false;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--ns3" || name == "--decide-in-fluid") {
      (name == "--ns3" ? settings.ns3 : settings.decide_in_fluid) = true;
      continue;
    }
    const char* value = i + 1 < argc ? argv[++i] : "";
    if (name == "--config") {
      settings.config = value;
    } else if (name == "--sequences") {
      settings.sequences = std::max(2, std::atoi(value));
    } else if (name == "--seed") {
      settings.seed = std::strtoull(value, nullptr, 10);
    } else if (name == "--policy") {
      if (!chosen) settings.policies.clear();
      chosen = true;
      settings.policies.push_back(value);
    } else if (name == "--against") {
      settings.against = value;
    } else {
      std::fprintf(stderr, "unknown option %s; the head of closed_loop.cc tells them\n",
                   name.c_str());
      return 2;
    }
  }
  if (settings.config.empty()) {
    std::fprintf(stderr, "say --config, agents/training/configs/packet-loop.toml for one\n");
    return 2;
  }
  return rhumb::Run(settings);
}
