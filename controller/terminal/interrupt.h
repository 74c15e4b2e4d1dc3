// SIGINT and SIGTERM end a command within a second, wherever it is, and say what was kept.
//
// Long work that looks at a flag can end by itself; a library in the middle of a solution, or
// whatever nobody thought of, cannot. So a thread waits for the signal and ends the process when
// the work does not.
#ifndef RHUMB_CONTROLLER_TERMINAL_INTERRUPT_H_
#define RHUMB_CONTROLLER_TERMINAL_INTERRUPT_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace rhumb {

// What work that looks at the flag is given to end by itself: the rest of a second is for last
// words and a busy machine.
constexpr std::chrono::milliseconds kStopGrace(700);

// While it lives, the first SIGINT or SIGTERM raises the flag of every StopGuard, and the process
// ends with exit code 128 + signal: at once when there is no StopGuard, else when its grace is
// over. A second signal ends it as if there were no handler. A signal that was ignored before (as
// SIGINT is under nohup) stays so. One at a time, made before the threads of the work; Linux and
// POSIX signals.
class InterruptWatch {
 public:
  // `command` begins the line on stderr: "rhumb replay".
  explicit InterruptWatch(std::string command);
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  // The work is over and its caller says what is to be said: the process is not ended any more.
  // Returns the signal that came, 0 when none did.
  int Finish();

 private:
  void Watch();

  const std::string command_;
  int read_fd_ = -1;
  std::thread thread_;
};

// Held by work that looks at the flag, or that can say what it has kept. The latest one counts.
class StopGuard {
 public:
  // `last_words` keeps what is finished but not kept yet, and returns one line that says what was
  // kept and how to go on. It is called when the work did not end within `grace`, from another
  // thread, and must be quick. The work still runs: what both touch needs a lock.
  explicit StopGuard(std::function<std::string()> last_words,
                     std::chrono::milliseconds grace = kStopGrace);
  ~StopGuard();
  StopGuard(const StopGuard&) = delete;
  StopGuard& operator=(const StopGuard&) = delete;

  // True from the first signal on. Never true without an InterruptWatch.
  const std::atomic<bool>* flag() const;

 private:
  friend class InterruptWatch;

  const std::function<std::string()> last_words_;
  const std::chrono::milliseconds grace_;
  StopGuard* const outer_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_TERMINAL_INTERRUPT_H_
