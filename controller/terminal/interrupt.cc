#include "controller/terminal/interrupt.h"

#include <unistd.h>

#include <csignal>

namespace rhumb {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void OnSignal(int signal) {
  constexpr char kMessage[] = "\nstopping; once more to leave at once\n";
  interrupted = true;
  std::signal(signal, SIG_DFL);
  if (write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1) < 0) return;
}

}  // namespace

InterruptFlag::InterruptFlag() {
  interrupted = false;
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
}

InterruptFlag::~InterruptFlag() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

const std::atomic<bool>* InterruptFlag::flag() const { return &interrupted; }

}  // namespace rhumb
