#include "controller/terminal/interrupt.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <utility>

namespace rhumb {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};
constexpr char kSignalled = 's', kFinished = 'f';

// What the handler touches.
std::atomic<bool> interrupted{false};
std::atomic<int> signal_number{0};
std::atomic<int> wake_fd{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler sets them");

std::mutex mutex;
std::condition_variable changed;
bool finished = false;               // under mutex
StopGuard* current_guard = nullptr;  // under mutex

extern "C" void OnSignal(int signal) {
  const int error = errno;
  interrupted = true;
  signal_number = signal;
  for (const int again : kSignals) std::signal(again, SIG_DFL);
  if (write(wake_fd, &kSignalled, 1) < 0) _exit(128 + signal);
  errno = error;
}

// Handlers of other signals and other threads may print too: one write, one line. A progress bar
// may stand on the line.
void Say(const std::string& line) {
  const std::string text = (isatty(STDERR_FILENO) != 0 ? "\r\033[K" : std::string()) + line + "\n";
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

InterruptWatch::InterruptWatch(std::string command) : command_(std::move(command)) {
  interrupted = false;
  signal_number = 0;
  finished = false;
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) return;  // signals end the process as by default
  read_fd_ = pipe_fds[0];
  wake_fd = pipe_fds[1];
  // The thread leaves all signals to the others.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] {
    char what = kFinished;
    while (read(read_fd_, &what, 1) < 0 && errno == EINTR) continue;
    if (what == kSignalled) Watch();
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  for (const int signal : kSignals) {
    struct sigaction old = {};
    sigaction(signal, nullptr, &old);
    if (old.sa_handler != SIG_IGN) std::signal(signal, OnSignal);
  }
}

InterruptWatch::~InterruptWatch() { Finish(); }

int InterruptWatch::Finish() {
  if (!thread_.joinable()) return signal_number;
  for (const int signal : kSignals) {
    struct sigaction old = {};
    sigaction(signal, nullptr, &old);
    if (old.sa_handler == OnSignal) std::signal(signal, SIG_DFL);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex);
    finished = true;
    changed.notify_all();
  }
  while (write(wake_fd, &kFinished, 1) < 0 && errno == EINTR) continue;
  thread_.join();
  close(wake_fd.exchange(-1));
  close(read_fd_);
  return signal_number;
}

void InterruptWatch::Watch() {
  std::unique_lock<std::mutex> lock(mutex);
  const auto grace = current_guard == nullptr ? kStopGrace.zero() : current_guard->grace_;
  const auto deadline = std::chrono::steady_clock::now() + grace;
  if (changed.wait_until(lock, deadline, [] { return finished; })) return;
  // The lock is kept: nothing that last_words uses goes away any more.
  const std::string words =
      current_guard == nullptr ? "stopped; nothing was kept" : current_guard->last_words_();
  if (!words.empty()) Say(command_ + ": " + words);
  _exit(128 + signal_number);
}

StopGuard::StopGuard(std::function<std::string()> last_words, std::chrono::milliseconds grace)
    : last_words_(std::move(last_words)), grace_(grace), outer_([this] {
        const std::lock_guard<std::mutex> lock(mutex);
        return std::exchange(current_guard, this);
      }()) {}

StopGuard::~StopGuard() {
  const std::lock_guard<std::mutex> lock(mutex);
  current_guard = outer_;
}

const std::atomic<bool>* StopGuard::flag() const { return &interrupted; }

}  // namespace rhumb
