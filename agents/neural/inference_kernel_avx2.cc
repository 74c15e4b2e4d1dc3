// Compiled with -mavx2 -mfma, see CMakeLists.txt; chosen by BestKernel.
#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {

namespace avx2 {
namespace {
#include "agents/neural/inference_kernel.inc"
}  // namespace
}  // namespace avx2

extern const Kernel kAvx2Kernel;
const Kernel kAvx2Kernel = {avx2::Softmax, avx2::PutOnLinks,   avx2::Update, avx2::Soften,
                            avx2::Refine,  avx2::PriceDemands, "avx2"};

}  // namespace rhumb::neural
