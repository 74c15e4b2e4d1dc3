// The inner loops of case_loads.h, as arrays and pointers only: compiled for several kinds of
// processor like inference_kernel.h.
#ifndef RHUMB_AGENTS_NEURAL_CASE_KERNEL_H_
#define RHUMB_AGENTS_NEURAL_CASE_KERNEL_H_

namespace rhumb::neural {

constexpr int kCaseRow = 16;  // cases, a whole vector

// Rows begin where a cache line does.
struct CaseArrays {
  int num_links = 0, num_paths = 0;
  const int* link_begin = nullptr;
  const int* links = nullptr;
  const int* pair_of_path = nullptr;
  const int* by_hops = nullptr;  // see PathBlocks
  const float* capacity = nullptr;
  const float* per_capacity = nullptr;
  const float* demands = nullptr;  // [pairs][kCaseRow]
  float* utilization = nullptr;    // [links][kCaseRow]
  const float* limit = nullptr;    // [links][kCaseRow]
  const float* mlu = nullptr;      // [kCaseRow]
  float* link_change = nullptr;    // [links] share of a pair that comes or goes
};

// `demand` is a pair's row; `touched` are the links that have a change.
struct CaseKernel {
  // Puts ratios [paths] on links that carry nothing.
  void (*put)(const CaseArrays&, const float* ratios);
  // Puts `share` of the demand on the path's links, or takes it off where that is below 0.
  void (*shift)(const CaseArrays&, const float* demand, int path, float share);
  // How far `share` would lift one of the path's links that have no change above its limit, over
  // the case's MLU; 0 when none would be.
  float (*excess)(const CaseArrays&, const float* demand, int path, float share);
  bool (*fits)(const CaseArrays&, const float* demand, const int* touched, int count);
  // Forgets the changes.
  void (*apply)(const CaseArrays&, const float* demand, const int* touched, int count);
  // What of `share` fits on the path's links that have no change.
  float (*room)(const CaseArrays&, const float* demand, int path, float share);
  // The first link of the path that has no room for `share`, or -1.
  int (*first_full)(const CaseArrays&, const float* demand, int path, float share);
};

// For the processor that this runs on.
const CaseKernel& BestCaseKernel();

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_CASE_KERNEL_H_
