// Compiled with -mavx512f and its kin, see CMakeLists.txt; chosen by BestKernel.
#include "agents/neural/balance_kernel.h"
#include "agents/neural/case_kernel.h"
#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {

namespace avx512 {
namespace {
#include "agents/neural/inference_kernel.inc"
// After the vectors that they use.
#include "agents/neural/balance_kernel.inc"
#include "agents/neural/case_kernel.inc"
}  // namespace
}  // namespace avx512

extern const Kernel kAvx512Kernel;
const Kernel kAvx512Kernel = {avx512::Softmax, avx512::PutOnLinks,   avx512::Update, avx512::Soften,
                              avx512::Refine,  avx512::PriceDemands, "avx512"};

extern const BalanceKernel kAvx512BalanceKernel;
const BalanceKernel kAvx512BalanceKernel = {avx512::PutShares, avx512::PriceLinks,
                                            avx512::BalancePairs, avx512::AllDistances};

extern const CaseKernel kAvx512CaseKernel;
const CaseKernel kAvx512CaseKernel = {
    avx512::PutCases,     avx512::ShiftOnPath, avx512::ExcessOnPath, avx512::FitsOnLinks,
    avx512::ApplyToLinks, avx512::RoomOnPath,  avx512::FirstFullLink};

}  // namespace rhumb::neural
