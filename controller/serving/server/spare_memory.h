// Gives memory back to the system after a burst.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_SPARE_MEMORY_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_SPARE_MEMORY_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "controller/clock/steady_time.h"

namespace rhumb {

// What thousands of connections took is free again when they are gone, but lies in holes between
// what stays, which the C library keeps. Looked at now and then by one thread: once the process has
// grown by 8 MB it asks the library for the holes, and twice a second for ten seconds more, in
// which what made it grow may end. A process whose size stands still is left alone: asking takes
// a millisecond, in which a thread that allocates may wait.
class SpareMemory {
 public:
  // Of this process, by the C library.
  SpareMemory();
  // `resident_bytes`: the size now; 0 where it is not known.
  SpareMemory(std::function<int64_t()> resident_bytes, std::function<void()> give_back)
      : resident_bytes_(std::move(resident_bytes)), give_back_(std::move(give_back)) {}

  void Look(SteadyTime now);

 private:
  const std::function<int64_t()> resident_bytes_;
  const std::function<void()> give_back_;
  int64_t least_ = 0;  // since memory was given back last
  SteadyTime next_, until_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_SPARE_MEMORY_H_
