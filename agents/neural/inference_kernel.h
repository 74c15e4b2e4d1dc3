// The inner loops of inference, as arrays and pointers only: this is compiled three times, for any
// x86-64 or other processor, for AVX2 with fused multiply-add, and for AVX-512, and the best one is
// chosen when the program runs. Each gives the same bits for the same input on every run. Between
// them the last digits differ, because a fused multiply-add rounds once and sums are taken in
// another order; refinement, which follows them, may then end at another split that is as good.
#ifndef RHUMB_AGENTS_NEURAL_INFERENCE_KERNEL_H_
#define RHUMB_AGENTS_NEURAL_INFERENCE_KERNEL_H_

#include <vector>

#include "agents/neural/network_shape.h"

namespace rhumb::neural {

// A layer with its weights transposed: [columns][padded rows], so that one input meets all outputs
// in a vector. Rows are whole vectors of 16.
struct PackedLayer {
  const float* weights = nullptr;
  const float* bias = nullptr;  // [padded rows]
};

// Floats in a row of the arrays below that hold several features.
constexpr int kCrossingRow =
    16;  // scenario loads (4), latest load, mean load, 2 unused, path state sum (8)
constexpr int kMessageRow = 16;  // mean part (8), sum part (4), relative utilization, 3 unused
constexpr int kPaddedPathInput = 40;
constexpr int kPathDemandRow = 8;  // scenario demands (4), latest demand, mean demand, 2 unused
constexpr int kMeanDemand = 5;     // where in the row it is
constexpr int kPriceRow = 16;      // four sets of prices, each for every scenario

static_assert(kScenarios == 4 && kPathState == 8 && kMeanMessage == 8 && kSumMessage == 4 &&
                  kBottleneckMessage == 8 && kLinkState % 8 == 0 && kLinkHidden % 8 == 0 &&
                  kPathHidden % 8 == 0 && kPathInput <= kPaddedPathInput,
              "the kernel's vectors are laid out for these sizes");

struct KernelProblem {
  int num_links = 0, num_paths = 0, num_pairs = 0, num_blocks = 0;
  const int* path_begin = nullptr;
  const int* link_begin = nullptr;
  const int* links = nullptr;
  const int* pair_of_path = nullptr;
  const int* block_begin = nullptr;  // see PathBlocks
  const int* by_hops = nullptr;
  const float* capacity = nullptr;
  const float* log_capacity = nullptr;
  const float* bottleneck = nullptr;
  const float* extra_hops = nullptr;
  const float* per_hop = nullptr;  // [paths] 1 / links
  const float* delay = nullptr;
  const float* extra_delay = nullptr;
  const float* widest = nullptr;  // [pairs], largest bottleneck capacity of the pair's paths
  const float* scenario_weights = nullptr;  // [kScenarios], sum 1
  PackedLayer link_hidden, link_update, link_gate, message, path_hidden, path_out;
};

// Arrays of whole rows begin where a cache line does, see aligned_floats.h.
struct KernelState {
  float* pair_demands = nullptr;        // [pairs][kPathDemandRow]
  float* logits = nullptr;              // [paths]
  float* ratios = nullptr;              // [paths]
  float* path_state = nullptr;          // [paths][kPathState]
  float* path_in = nullptr;             // [rows of a block][kPaddedPathInput]
  float* crossing = nullptr;            // [links][kCrossingRow]; utilizations after PutOnLinks
  float* link_state = nullptr;          // [links][kLinkState]
  float* message = nullptr;             // [links][kMessageRow]
  float* bottleneck_message = nullptr;  // [links][kBottleneckMessage]
  float* max_load = nullptr;            // [paths]
  float* price = nullptr;               // [links]
};

// Largest utilizations over links: of every scenario, and under the latest matrix. And the sum over
// paths of mean flow times delay.
struct Peaks {
  float scenario[4];
  float latest;
  float delay;
};

// Sums over links of exp(sharpness * (utilization / peak - 1)), a number from 1 to num_links for
// every scenario.
struct SoftPeaks {
  float scenario[4];
};

struct Kernel {
  // ratios = softmax of logits.
  void (*softmax)(const KernelProblem&, const KernelState&);
  // crossing = what the ratios put on every link, over its capacity. Path states are summed only
  // when the next update needs them. Returns the peaks.
  Peaks (*put_on_links)(const KernelProblem&, const KernelState&, bool with_state);
  // One update of link states, messages, path states and logits.
  void (*update)(const KernelProblem&, const KernelState&, const Peaks&);
  // The sums; leaves the terms in `message`, which is scratch between updates.
  SoftPeaks (*soften)(const KernelProblem&, const KernelState&, const Peaks&, float sharpness);
  // One refinement step after `soften`: moves the logits of every pair by at most `step` against
  // the price of its paths, the gradient of the score relative to the pair's widest path. A unit of
  // delay costs `delay_price`.
  void (*refine)(const KernelProblem&, const KernelState&, const SoftPeaks&, float delay_price,
                 float step);
  // For every set of prices [links][kPriceRow]: the sum over pairs of demand times the least price
  // of one of its paths, [kPriceRow]. Demands are [pairs][kPathDemandRow]; `scratch` is [paths of a
  // block][kPriceRow].
  void (*price_demands)(const KernelProblem&, const float* demands, const float* prices,
                        float* scratch, double* bound);
  const char* name;
};

// Those for the processor that this runs on, the portable one first, the best one last.
const std::vector<const Kernel*>& Kernels();
const Kernel& BestKernel();

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_INFERENCE_KERNEL_H_
