// How far long work is, on stderr.
#ifndef RHUMB_CONTROLLER_TERMINAL_PROGRESS_BAR_H_
#define RHUMB_CONTROLLER_TERMINAL_PROGRESS_BAR_H_

#include <chrono>
#include <mutex>
#include <string>

namespace rhumb {

// "playing [#####-----]  48 %  12 of 25, 1 min 20 s left", redrawn in place; nothing when stderr is
// not a terminal. Wiped when it goes out of scope. Safe to call from several threads.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Work that was done before (when resuming) counts as done from the start: the time left follows
  // from what this run did since the first call.
  void Update(int done, int total);
  // What goes on inside one piece of work that takes long, in the place of the bar.
  void Show(const std::string& what);

 private:
  using Clock = std::chrono::steady_clock;

  const std::string label_;
  const bool visible_;
  std::mutex mutex_;
  Clock::time_point start_, last_drawn_;
  int first_done_ = -1;
  int last_done_ = 0;
};

// "45 s", "1 min 20 s", "2 h 5 min".
std::string DescribeSeconds(double seconds);

// Bold and colour make sense on this file descriptor: a terminal, and neither NO_COLOR nor
// TERM=dumb is set.
bool WantsColour(int file_descriptor);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_TERMINAL_PROGRESS_BAR_H_
