// Policies that decide again and again in a running network, with bursts and failures, against
// policies that decide once.
//
//   closed_loop --config TOML [--sequences N] [--seed SEED] [--policy P]... [--against P] [--ns3]
//
// Sequences are drawn from the configuration's episodes. A policy decides before every step from
// what it measured in the steps before; "held:P" decides with P before the first step and never
// again. Then the whole sequence is played again as one interval with these plans, so that every
// flow is followed to its end: the mean completion time is that of all flows of the sequence.
// Differences are paired by sequence, of logarithms, with 95 % intervals. stderr says what every
// sequence came to.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "agents/neural/checkpoint.h"
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

// The plans that a policy decides on, one a step, and the share of traffic that they move.
std::vector<RoutingPlan> Decide(const EpisodeScenario& scenario, const std::string& spelling,
                                NetworkSimulator* simulator, double* moved) {
  const bool held = absl::StartsWith(spelling, "held:");
  const auto policy = OrExit(MakePolicy(held ? spelling.substr(5) : spelling));
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
    if (step == 0 || !held) {
      plans.push_back(OrExit(policy->Decide(observation)).plan);
      if (step > 0) {
        *moved += MovedShare(plans[step - 1], plans[step], *scenario.played[step]) /
                  std::max(1, steps - 1);
      }
    } else {
      plans.push_back(plans.back());
    }
    observation.past_measurements.push_back(
        std::make_shared<const Measurements>(OrExit(simulator->Play(plans.back(), interval))));
    observation.past_demands.push_back(scenario.played[step]);
    observation.plan_in_force = plans.back();
    for (const TimedChange& change : interval.changes) {
      observation.topology =
          OrExit(observation.topology.Apply(std::get<TopologyDelta>(change.change)));
    }
  }
  return plans;
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
  std::unique_ptr<NetworkSimulator> simulator;
  if (settings.ns3) {
    simulator = OrExit(MakePacketSimulator(config.simulator));
  } else {
    FluidSimulatorOptions options;
    options.segment_bytes = config.simulator.segment_bytes;
    simulator = OrExit(MakeFluidSimulator(options));
  }
  training::Random random(settings.seed);
  std::map<std::string, std::vector<Outcome>> outcomes;
  for (int s = 0; s < settings.sequences; ++s) {
    const auto scenario = OrExit(training::DrawScenario(config.episodes, random.Bits()));
    for (const std::string& policy : settings.policies) {
      double moved = 0;
      const std::vector<RoutingPlan> plans = Decide(*scenario, policy, simulator.get(), &moved);
      Outcome outcome = Judge(*scenario, plans, simulator.get());
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
    if (name == "--ns3") {
      settings.ns3 = true;
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
