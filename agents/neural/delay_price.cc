#include "agents/neural/delay_price.h"

#include <algorithm>
#include <limits>

#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {
namespace {

// RESULTS.md has others beside these.
constexpr double kFreeExcess = 0.06;
constexpr double kWholeWeightAt = 0.12;
constexpr double kWholeWeightTimesChange = 0.1;

}  // namespace

double ExcessDelay(const PathGraph& graph, absl::Span<const float> demands,
                   absl::Span<const float> shares) {
  double taken = 0, fastest = 0;
  for (int d = 0; d < graph.num_pairs(); ++d) {
    double delay = 0, share = 0, least = std::numeric_limits<double>::infinity();
    for (int p = graph.path_begin[d]; p < graph.path_begin[d + 1]; ++p) {
      delay += static_cast<double>(shares[p]) * graph.delay[p];
      share += shares[p];
      least = std::min<double>(least, graph.delay[p]);
    }
    if (share <= 0) continue;
    const double demand = demands[static_cast<size_t>(d) * kPathDemandRow + kMeanDemand];
    taken += demand * delay / share;
    fastest += demand * least;
  }
  return fastest > 0 ? taken / fastest - 1 : 0;
}

double DelayWeightAfter(double excess_delay, double change) {
  return kWholeWeightTimesChange * change *
         std::clamp((excess_delay - kFreeExcess) / (kWholeWeightAt - kFreeExcess), 0.0, 1.0);
}

}  // namespace rhumb::neural
