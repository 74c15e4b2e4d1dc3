#include "agents/training/completion_objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "agents/neural/network_shape.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

// One demand over the two sides of a diamond: 2 ms each way, or 2 and 22 ms.
Topology UnevenDiamond() {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9, absl::Milliseconds(1));
  testing::AddCable(&links, 1, 3, 1e9, absl::Milliseconds(1));
  testing::AddCable(&links, 0, 2, 2e9, absl::Milliseconds(11));
  testing::AddCable(&links, 2, 3, 2e9, absl::Milliseconds(11));
  return Topology::Create("uneven", testing::NamedNodes(4), std::move(links)).value();
}

neural::NetworkInput OneDemand(double load) {
  const Topology topology = UnevenDiamond();
  CandidatePathOptions options;
  options.threads = 1;
  const auto paths = CandidatePaths::Compute(topology, {{0, 3}}, options).value().paths();
  neural::NetworkInput input;
  input.graph = std::make_shared<const neural::PathGraph>(neural::BuildPathGraph(topology, *paths));
  input.history = torch::ones({1, neural::kHistory}, torch::kDouble);
  input.next = torch::ones({1, 1}, torch::kDouble);
  return WithCase(input, {{static_cast<float>(load)}, {0.0F}});
}

// What the header's formula says, in units of a flow on the narrow side.
double ByHand(double load, double on_far, double trade_off) {
  const auto waiting = [](double u) { return u < 0.9 ? u / (1 - u) : 9 + 100 * (u - 0.9); };
  const double near_u = 1.05 * load * (1 - on_far), far_u = 1.05 * load * on_far / 2;
  const double near = 0.002 / 0.0064 * std::exp(-trade_off) + 1 + 2 * waiting(near_u);
  const double far = 0.022 / 0.0064 * std::exp(-trade_off) + 0.5 + 2 * 0.5 * waiting(far_u);
  return (1 - on_far) * near + on_far * far;
}

TEST(CompletionObjectiveTest, IsTheFormulaWorkedOutByHand) {
  for (double load : {0.5, 0.95, 1.6}) {
    for (double on_far : {0.1, 0.5}) {
      for (double trade_off : {-0.5, 0.0, 1.0}) {
        neural::NetworkInput input = OneDemand(load);
        input.trade_off = torch::full({1, 1}, trade_off, torch::kDouble);
        // The first candidate is the one of least delay.
        const Tensor logits = torch::tensor({0.0, std::log(on_far / (1 - on_far))}, torch::kDouble);
        EXPECT_NEAR(CompletionCost(input, logits)[0].item<double>(),
                    ByHand(load, on_far, trade_off), 1e-4 * ByHand(load, on_far, trade_off));
      }
    }
  }
}

TEST(CompletionObjectiveTest, ItsGradientIsThatOfDifferences) {
  const neural::NetworkInput input = OneDemand(1.2);
  Tensor logits = torch::tensor({0.3, -0.4}, torch::kDouble).requires_grad_(true);
  CompletionCost(input, logits).sum().backward();
  for (int p = 0; p < 2; ++p) {
    const Tensor step = torch::zeros({2}, torch::kDouble);
    step[p] = 1e-5;
    const Tensor flat = logits.detach();
    const double difference =
        (CompletionCost(input, flat + step) - CompletionCost(input, flat - step)).item<double>() /
        2e-5;
    EXPECT_NEAR(logits.grad()[p].item<double>(), difference, 1e-5 * (1 + std::abs(difference)));
  }
}

TEST(CompletionObjectiveTest, MovesTrafficOnlyWhenItsShortPathIsHot) {
  const auto best_share = [](double load, double trade_off) {
    double best = 0, least = 1e30;
    for (int i = 0; i < 50; ++i) {
      if (ByHand(load, 0.02 * i, trade_off) < least) {
        least = ByHand(load, 0.02 * i, trade_off);
        best = 0.02 * i;
      }
    }
    return best;
  };
  EXPECT_EQ(best_share(0.3, 0), 0);
  EXPECT_GT(best_share(1.2, 0), 0.2);
  EXPECT_GT(best_share(0.8, 1.5), best_share(0.8, -1.5));
}

TEST(CompletionObjectiveTest, TrainingLowersTheCost) {
  Tensor weights = neural::InitialWeights(1);
  const neural::NetworkInput input = OneDemand(1.3);
  neural::NetworkInput single = input;
  for (Tensor* t : {&single.history, &single.next, &single.trade_off}) *t = t->to(torch::kFloat);
  ObjectiveOptions options;
  options.iterations = 4;
  const double before = CompletionObjective(weights, single, options).log_mlu;
  for (int step = 0; step < 30; ++step) {
    Tensor w = weights.clone().requires_grad_(true);
    CompletionObjective(w, single, options).loss.backward();
    weights = weights - 0.02 * w.grad();
  }
  EXPECT_LT(CompletionObjective(weights, single, options).log_mlu, before - 0.01);
}

}  // namespace
}  // namespace rhumb::training
