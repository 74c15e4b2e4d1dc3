// Compiled with -mavx2 -mfma, see CMakeLists.txt; chosen by BestKernel.
#include "agents/neural/balance_kernel.h"
#include "agents/neural/case_kernel.h"
#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {

namespace avx2 {
namespace {
#include "agents/neural/inference_kernel.inc"
// After the vectors that they use.
#include "agents/neural/balance_kernel.inc"
#include "agents/neural/case_kernel.inc"
}  // namespace
}  // namespace avx2

extern const Kernel kAvx2Kernel;
const Kernel kAvx2Kernel = {avx2::Softmax, avx2::PutOnLinks,   avx2::Update, avx2::Soften,
                            avx2::Refine,  avx2::PriceDemands, "avx2"};

extern const BalanceKernel kAvx2BalanceKernel;
const BalanceKernel kAvx2BalanceKernel = {avx2::PutShares, avx2::PriceLinks, avx2::BalancePairs,
                                          avx2::AllDistances};

extern const CaseKernel kAvx2CaseKernel;
const CaseKernel kAvx2CaseKernel = {avx2::PutCases,     avx2::ShiftOnPath,  avx2::ExcessOnPath,
                                    avx2::FitsOnLinks,  avx2::ApplyToLinks, avx2::RoomOnPath,
                                    avx2::FirstFullLink};

}  // namespace rhumb::neural
