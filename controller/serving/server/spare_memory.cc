#include "controller/serving/server/spare_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace rhumb {
namespace {

constexpr int64_t kGrowth = 8 << 20;
constexpr absl::Duration kEvery = absl::Milliseconds(500);
constexpr absl::Duration kAfterwards = absl::Seconds(10);

int64_t ResidentBytes() {
  int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace

SpareMemory::SpareMemory() : SpareMemory(ResidentBytes, [] { malloc_trim(0); }) {}

void SpareMemory::Look(SteadyTime now) {
  if (now < next_) return;
  const int64_t resident = resident_bytes_();
  least_ = least_ == 0 ? resident : std::min(least_, resident);
  if (resident > least_ + kGrowth) until_ = now + kAfterwards;
  if (now >= until_) return;
  give_back_();
  least_ = resident_bytes_();
  next_ = now + kEvery;
}

}  // namespace rhumb
