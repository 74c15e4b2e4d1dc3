// Ctrl-C as a flag that long work looks at.
#ifndef RHUMB_CONTROLLER_TERMINAL_INTERRUPT_H_
#define RHUMB_CONTROLLER_TERMINAL_INTERRUPT_H_

#include <atomic>

namespace rhumb {

// While it lives, the first SIGINT or SIGTERM sets the flag; a second one ends the process as
// usual. One at a time.
class InterruptFlag {
 public:
  InterruptFlag();
  ~InterruptFlag();
  InterruptFlag(const InterruptFlag&) = delete;
  InterruptFlag& operator=(const InterruptFlag&) = delete;

  const std::atomic<bool>* flag() const;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_TERMINAL_INTERRUPT_H_
