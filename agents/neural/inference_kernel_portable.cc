#include "agents/neural/balance_kernel.h"
#include "agents/neural/case_kernel.h"
#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {

namespace portable {
namespace {
#include "agents/neural/inference_kernel.inc"
// After the vectors that they use.
#include "agents/neural/balance_kernel.inc"
#include "agents/neural/case_kernel.inc"
}  // namespace
}  // namespace portable

#ifdef RHUMB_NEURAL_X86
extern const Kernel kAvx2Kernel;
extern const Kernel kAvx512Kernel;
extern const BalanceKernel kAvx2BalanceKernel;
extern const BalanceKernel kAvx512BalanceKernel;
extern const CaseKernel kAvx2CaseKernel;
extern const CaseKernel kAvx512CaseKernel;
#endif

const std::vector<const Kernel*>& Kernels() {
  static const Kernel portable_kernel = {
      portable::Softmax, portable::PutOnLinks,   portable::Update, portable::Soften,
      portable::Refine,  portable::PriceDemands, "portable"};
  static const auto* kernels = [] {
    auto* all = new std::vector<const Kernel*>{&portable_kernel};
#ifdef RHUMB_NEURAL_X86
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx2) all->push_back(&kAvx2Kernel);
    if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
      all->push_back(&kAvx512Kernel);
    }
#endif
    return all;
  }();
  return *kernels;
}

const Kernel& BestKernel() { return *Kernels().back(); }

const BalanceKernel& BestBalanceKernel() {
  static const BalanceKernel portable_kernel = {portable::PutShares, portable::PriceLinks,
                                                portable::BalancePairs, portable::AllDistances};
#ifdef RHUMB_NEURAL_X86
  if (&BestKernel() == &kAvx512Kernel) return kAvx512BalanceKernel;
  if (&BestKernel() == &kAvx2Kernel) return kAvx2BalanceKernel;
#endif
  return portable_kernel;
}

const CaseKernel& BestCaseKernel() {
  static const CaseKernel portable_kernel = {
      portable::PutCases,     portable::ShiftOnPath, portable::ExcessOnPath, portable::FitsOnLinks,
      portable::ApplyToLinks, portable::RoomOnPath,  portable::FirstFullLink};
#ifdef RHUMB_NEURAL_X86
  if (&BestKernel() == &kAvx512Kernel) return kAvx512CaseKernel;
  if (&BestKernel() == &kAvx2Kernel) return kAvx2CaseKernel;
#endif
  return portable_kernel;
}

}  // namespace rhumb::neural
