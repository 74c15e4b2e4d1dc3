#include "agents/training/loop_batch.h"

#include <algorithm>

#include "agents/training/estimators.h"
#include "agents/training/ridge.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

constexpr double kMostAdvantage = 3;  // a few episodes without luck do not decide an update
constexpr double kPenalty = 1e-3;     // of the critic's weights
constexpr int kStateFeatures = 2 * neural::kNumLinkFeedback + 1;

// What the critic sees of a moment.
std::vector<double> StateOf(const PlanMoment& moment, double left) {
  std::vector<double> state(kStateFeatures, 0.0);
  const int links = moment.graph->num_links();
  for (int l = 0; l < links; ++l) {
    for (int f = 0; f < neural::kNumLinkFeedback; ++f) {
      const double x = moment.feedback.links[static_cast<size_t>(l) * neural::kNumLinkFeedback + f];
      state[f] += x / links;
      double& worst = state[neural::kNumLinkFeedback + f];
      worst = std::max(worst, x);
    }
  }
  state.back() = left;
  return state;
}

double Value(const std::vector<double>& critic, const std::vector<double>& state) {
  double value = critic.back();
  for (size_t i = 0; i < state.size(); ++i) value += critic[i] * state[i];
  return value;
}

// [groups][repeats][steps][kStateFeatures], of the groups that were not lost.
using States = std::vector<std::vector<std::vector<std::vector<double>>>>;

States StatesOf(const std::vector<const RolloutGroup*>& groups) {
  States states;
  for (const RolloutGroup* group : groups) {
    states.emplace_back();
    for (const Trajectory& trajectory : group->trajectories) {
      states.back().emplace_back();
      const double steps = static_cast<double>(trajectory.size());
      for (size_t t = 0; t < trajectory.size(); ++t) {
        states.back().back().push_back(
            StateOf(*trajectory[t].plan, 1 - static_cast<double>(t) / steps));
      }
    }
  }
  return states;
}

std::vector<double> FitCritic(const std::vector<const RolloutGroup*>& groups, const States& states,
                              double discount, UpdateReport* report) {
  RidgeSums sums(kStateFeatures);
  std::vector<double> returns;
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t r = 0; r < states[g].size(); ++r) {
      const auto some = ReturnsToGo(RewardsOf(groups[g]->trajectories[r]), discount);
      for (size_t t = 0; t < some.size(); ++t) sums.Add(states[g][r][t].data(), some[t], 1);
      returns.insert(returns.end(), some.begin(), some.end());
    }
  }
  const std::vector<double> critic = sums.Fit(kPenalty);
  std::vector<double> values;
  for (const auto& group : states) {
    for (const auto& trajectory : group) {
      for (const auto& state : trajectory) values.push_back(Value(critic, state));
    }
  }
  // Of the returns' variance, what it leaves.
  report->value_error = 1 - ExplainedVariance(values, returns);
  return critic;
}

void CountRewards(const std::vector<const RolloutGroup*>& groups, UpdateReport* report) {
  double steps = 0;
  for (const RolloutGroup* group : groups) {
    for (const Trajectory& trajectory : group->trajectories) {
      for (const Transition& transition : trajectory) {
        report->reward += transition.reward;
        report->terms += transition.terms;
        ++steps;
      }
    }
  }
  report->reward /= steps;
  report->terms *= 1 / steps;
}

template <typename Of>
Tensor Columns(const std::vector<const LoopMoment*>& moments, size_t repeats, const Of& of,
               int64_t width) {
  std::vector<Tensor> columns;
  for (size_t r = 0; r < repeats; ++r) {
    std::vector<float> all;
    for (const LoopMoment* moment : moments) {
      const std::vector<float> some = of(*moment->repeats[r]);
      all.insert(all.end(), some.begin(), some.end());
    }
    columns.push_back(torch::tensor(all, torch::kFloat).view({-1, width}));
  }
  return torch::stack(columns, 1);
}

}  // namespace

std::vector<LoopMoment> MakeLoopMoments(const std::vector<RolloutGroup>& groups,
                                        const PacketConfig& config, UpdateReport* report) {
  std::vector<const RolloutGroup*> played;
  for (const RolloutGroup& group : groups) {
    if (group.trajectories.size() < 2) {
      ++report->lost_scenarios;
    } else {
      played.push_back(&group);
    }
  }
  std::vector<LoopMoment> moments;
  if (played.empty()) return moments;
  CountRewards(played, report);
  const States states = StatesOf(played);
  const std::vector<double> critic = FitCritic(played, states, config.discount, report);
  std::vector<double> all;
  for (size_t g = 0; g < played.size(); ++g) {
    std::vector<std::vector<double>> advantages;
    for (size_t r = 0; r < states[g].size(); ++r) {
      std::vector<double> values;
      for (const auto& state : states[g][r]) values.push_back(Value(critic, state));
      advantages.push_back(GeneralizedAdvantages(RewardsOf(played[g]->trajectories[r]), values,
                                                 config.discount, config.decay));
    }
    for (size_t t = 0; t < advantages[0].size(); ++t) {
      LoopMoment moment;
      double mean = 0;
      for (const auto& of_repeat : advantages) {
        mean += of_repeat[t] / static_cast<double>(advantages.size());
      }
      for (size_t r = 0; r < advantages.size(); ++r) {
        moment.repeats.push_back(played[g]->trajectories[r][t].plan.get());
        moment.advantages.push_back(advantages[r][t] - mean);
        all.push_back(moment.advantages.back());
      }
      moments.push_back(std::move(moment));
    }
  }
  report->reward_spread = MomentsOf(all).deviation;
  const double divisor = std::max(report->reward_spread, 1e-9);
  for (LoopMoment& moment : moments) {
    for (double& advantage : moment.advantages) {
      advantage = std::clamp(advantage / divisor, -kMostAdvantage, kMostAdvantage);
    }
  }
  return moments;
}

neural::NetworkInput LoopBatch::InputOf(int64_t repeat) const {
  neural::NetworkInput input;
  input.graph = graph;
  input.history = history;
  input.next = next;
  input.scale = neural::LoadScale::kOverCapacity;
  input.link_feedback = running.links.select(1, repeat).contiguous();
  input.path_feedback = path_feedback.select(1, repeat).contiguous();
  return input;
}

RunningNetwork LoopBatch::RunningOf(int64_t repeat) const {
  return {running.links.narrow(1, repeat, 1).contiguous(),
          running.in_force.narrow(1, repeat, 1).contiguous()};
}

LoopBatch MakeLoopBatch(const std::vector<const LoopMoment*>& moments) {
  LoopBatch batch;
  std::vector<const neural::PathGraph*> graphs;
  std::vector<float> history, next;
  std::vector<double> advantages;
  for (const LoopMoment* moment : moments) {
    const PlanMoment& any = *moment->repeats[0];
    graphs.push_back(any.graph.get());
    history.insert(history.end(), any.history.begin(), any.history.end());
    next.insert(next.end(), any.next.begin(), any.next.end());
    advantages.insert(advantages.end(), moment->advantages.begin(), moment->advantages.end());
  }
  batch.graph = std::make_shared<const neural::PathGraph>(neural::Concatenate(graphs));
  const size_t repeats = moments[0]->repeats.size();
  batch.history = torch::tensor(history, torch::kFloat).view({-1, neural::kHistory});
  batch.next = torch::tensor(next, torch::kFloat).view({-1, 1});
  batch.advantages =
      torch::tensor(advantages, torch::kFloat).view({-1, static_cast<int64_t>(repeats)});
  batch.running.links = Columns(
      moments, repeats, [](const PlanMoment& moment) { return moment.feedback.links; },
      neural::kNumLinkFeedback);
  batch.path_feedback = Columns(
      moments, repeats, [](const PlanMoment& moment) { return moment.feedback.paths; },
      neural::kNumPathFeedback);
  batch.running.in_force = batch.path_feedback.select(2, neural::kInForce).contiguous();
  const Tensor logits = Columns(
      moments, repeats,
      [](const PlanMoment& moment) {
        std::vector<float> sum = moment.logits;
        for (size_t p = 0; p < sum.size(); ++p) sum[p] += moment.noise[p];
        return sum;
      },
      1);
  std::vector<Tensor> ratios;
  for (size_t r = 0; r < repeats; ++r) {
    const Tensor of_repeat = logits.select(1, static_cast<int64_t>(r)).view({-1}).contiguous();
    ratios.push_back(neural::SoftmaxOfPairs(batch.graph, of_repeat));
  }
  batch.ratios = torch::stack(ratios, 1);
  return batch;
}

}  // namespace rhumb::training
