#include "agents/neural/inference_kernel.h"

namespace rhumb::neural {

namespace portable {
namespace {
#include "agents/neural/inference_kernel.inc"
}  // namespace
}  // namespace portable

#ifdef RHUMB_NEURAL_AVX2
extern const Kernel kAvx2Kernel;
#endif

const Kernel& PortableKernel() {
  static const Kernel kernel = {portable::Softmax, portable::PutOnLinks, portable::Update,
                                portable::Soften,  portable::Refine,     "portable"};
  return kernel;
}

const Kernel& BestKernel() {
#ifdef RHUMB_NEURAL_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return kAvx2Kernel;
#endif
  return PortableKernel();
}

}  // namespace rhumb::neural
