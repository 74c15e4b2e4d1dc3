// A vector of floats that begins where a cache line does, so that rows of 16 floats lie in one
// line.
#ifndef RHUMB_AGENTS_NEURAL_ALIGNED_FLOATS_H_
#define RHUMB_AGENTS_NEURAL_ALIGNED_FLOATS_H_

#include <cstddef>
#include <new>
#include <vector>

namespace rhumb::neural {

template <typename T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};

  LineAllocator() = default;
  template <typename U>
  LineAllocator(const LineAllocator<U>&) {}  // NOLINT: a container's copy for another type

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), kLine));
  }
  void deallocate(T* from, std::size_t) { ::operator delete(from, kLine); }

  template <typename U>
  bool operator==(const LineAllocator<U>&) const {
    return true;
  }
  template <typename U>
  bool operator!=(const LineAllocator<U>&) const {
    return false;
  }
};

using AlignedFloats = std::vector<float, LineAllocator<float>>;

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_ALIGNED_FLOATS_H_
