// Compiled with -mavx512f and its kin, see CMakeLists.txt; chosen by BestKernel.
#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {

namespace avx512 {
namespace {
#include "agents/neural/inference_kernel.inc"
}  // namespace
}  // namespace avx512

extern const Kernel kAvx512Kernel;
const Kernel kAvx512Kernel = {avx512::Softmax, avx512::PutOnLinks,   avx512::Update, avx512::Soften,
                              avx512::Refine,  avx512::PriceDemands, "avx512"};

}  // namespace rhumb::neural
