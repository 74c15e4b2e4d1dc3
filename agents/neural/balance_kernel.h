// The inner loops of pair_balance.h and routing_bound.h, as arrays and pointers only: compiled for
// several kinds of processor like inference_kernel.h.
#ifndef RHUMB_AGENTS_NEURAL_BALANCE_KERNEL_H_
#define RHUMB_AGENTS_NEURAL_BALANCE_KERNEL_H_

namespace rhumb::neural {

constexpr int kBalanceRow = 8;  // scenarios (4), latest, mean, 2 unused: a row of demands

// Rows begin where a cache line does or in its middle.
struct BalanceArrays {
  int num_links = 0, num_pairs = 0;
  const int* path_begin = nullptr;
  const int* link_begin = nullptr;
  const int* links = nullptr;
  const float* per_capacity = nullptr;  // [links]
  const float* delay = nullptr;         // [paths]
  const float* demands = nullptr;       // [pairs][kBalanceRow]
  float* ratios = nullptr;              // [paths]
  float* utilization = nullptr;         // [links][kBalanceRow]
  // What a unit of each scenario's traffic over the link adds to the score: scale * exp(slope *
  // utilization - sharpness) over capacity; 0 beyond the scenarios. [links][kBalanceRow]
  float* price = nullptr;
  float scale[kBalanceRow] = {}, slope[kBalanceRow] = {};
  float sharpness = 0;
  bool in_use_only = false;     // no path that has no share gets one
  float delay_price = 0;        // of a unit of mean demand and of delay
  float* path_price = nullptr;  // [paths of a pair] scratch
  signed char* side = nullptr;  // [links] scratch, all 0
  int* touched = nullptr;       // [links of two paths] scratch
};

struct BalanceKernel {
  // Puts the ratios on the links.
  void (*put)(const BalanceArrays&);
  // Prices every link anew.
  void (*price)(const BalanceArrays&);
  // Visits every pair once and moves traffic from its dearest path in use to its cheapest until
  // both cost the same. Pairs that could gain less than `skip` of the score are passed over.
  // Returns what the pairs together could gain at the prices that each met: at least what the score
  // is above its least.
  double (*round)(const BalanceArrays&, float skip);
  // Least sums of 16 sets of prices between all pairs of nodes (Floyd and Warshall), in place:
  // [nodes][nodes][16], the price of a link where there is one, 0 from a node to itself.
  void (*all_distances)(float* distances, int nodes);
};

// For the processor that this runs on.
const BalanceKernel& BestBalanceKernel();

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_BALANCE_KERNEL_H_
