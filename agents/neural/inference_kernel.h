// The inner loops of inference, as arrays and pointers only: this is compiled twice, for any x86-64
// or other processor and for AVX2 with fused multiply-add, and the better one is chosen when the
// program runs.
#ifndef RHUMB_AGENTS_NEURAL_INFERENCE_KERNEL_H_
#define RHUMB_AGENTS_NEURAL_INFERENCE_KERNEL_H_

#include "agents/neural/network_shape.h"

namespace rhumb::neural {

// A layer with its weights transposed: [columns][padded rows], so that one input meets all outputs
// in a vector.
struct PackedLayer {
  const float* weights = nullptr;
  const float* bias = nullptr;  // [padded rows]
};

// Floats in a row of the arrays below that hold several features.
constexpr int kCrossingRow =
    16;  // scenario loads (4), latest load, mean load, 2 unused, path state sum (8)
constexpr int kMessageRow = 16;  // mean part (8), sum part (4), relative utilization, 3 unused
constexpr int kPaddedPathInput = 40;
// Paths are updated in blocks of whole pairs with about so many paths, so that their inputs stay in
// the first-level cache. A block has at most this many and those of one more pair.
constexpr int kBlockPaths = 48;
constexpr int kPathDemandRow = 8;  // scenario demands (4), latest demand, mean demand, 2 unused
constexpr int kMeanDemand = 5;     // where in the row it is

static_assert(kScenarios == 4 && kPathState == 8 && kMeanMessage == 8 && kSumMessage == 4 &&
                  kBottleneckMessage == 8 && kLinkState % 8 == 0 && kLinkHidden % 8 == 0 &&
                  kPathHidden % 8 == 0 && kPathInput <= kPaddedPathInput,
              "the kernel's vectors are laid out for these sizes");

struct KernelProblem {
  int num_links = 0, num_paths = 0, num_pairs = 0;
  const int* path_begin = nullptr;
  const int* link_begin = nullptr;
  const int* links = nullptr;
  const float* capacity = nullptr;
  const float* log_capacity = nullptr;
  const float* bottleneck = nullptr;
  const float* extra_hops = nullptr;
  const float* delay = nullptr;
  const float* extra_delay = nullptr;
  const float* widest = nullptr;  // [pairs], largest bottleneck capacity of the pair's paths
  const float* scenario_weights = nullptr;  // [kScenarios], sum 1
  PackedLayer link_hidden, link_update, link_gate, message, path_hidden, path_out;
};

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
  const char* name;
};

// For the processor that this runs on.
const Kernel& BestKernel();
const Kernel& PortableKernel();

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_INFERENCE_KERNEL_H_
