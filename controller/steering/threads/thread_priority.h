// Which threads may wait when there are fewer processors than work.
#ifndef RHUMB_CONTROLLER_STEERING_THREADS_THREAD_PRIORITY_H_
#define RHUMB_CONTROLLER_STEERING_THREADS_THREAD_PRIORITY_H_

#include <unistd.h>

namespace rhumb {

// Lowers the priority of the calling thread: on Linux `nice` concerns one thread only. The threads
// that hand plans to the network keep theirs, so that a failure is answered before a policy goes on
// thinking, a question is answered or the store is written.
inline void LowerThreadPriority(int by) {
  // Fails for no reason that would matter here.
  static_cast<void>(nice(by) + 1);
}

inline constexpr int kDecidingPriority = 5;
inline constexpr int kQuestionPriority = 10;
inline constexpr int kStorePriority = 10;

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_THREADS_THREAD_PRIORITY_H_
