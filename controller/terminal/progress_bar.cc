#include "controller/terminal/progress_bar.h"

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <utility>

#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

constexpr int kWidth = 30;
constexpr auto kRedrawAfter = std::chrono::milliseconds(100);

}  // namespace

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), visible_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (visible_) std::cerr << "\r\033[K" << std::flush;
}

void ProgressBar::Update(int done, int total) {
  if (!visible_ || total <= 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (first_done_ < 0) {
    first_done_ = done - 1;
    start_ = now;
  } else if (now - last_drawn_ < kRedrawAfter || done < last_done_) {
    return;
  }
  last_drawn_ = now;
  last_done_ = done;
  const int filled = static_cast<int>(static_cast<int64_t>(kWidth) * done / total);
  std::string line = absl::StrFormat("\r\033[K%s [%s%s] %3d %%  %d of %d", label_,
                                     std::string(filled, '#'), std::string(kWidth - filled, '-'),
                                     static_cast<int>(100.0 * done / total), done, total);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const int since_start = done - first_done_ - 1;
  if (since_start > 0 && elapsed > 1) {
    line += ", " + DescribeSeconds(elapsed / since_start * (total - done)) + " left";
  }
  std::cerr << line << std::flush;
}

void ProgressBar::Show(const std::string& what) {
  if (!visible_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Clock::now() - last_drawn_ < kRedrawAfter) return;
  last_drawn_ = Clock::now();
  std::cerr << "\r\033[K" << label_ << ": " << what << std::flush;
}

std::string DescribeSeconds(double seconds) {
  const int64_t whole = std::llround(seconds);
  if (whole < 60) return absl::StrFormat("%d s", whole);
  if (whole < 3600) return absl::StrFormat("%d min %d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %d min", whole / 3600, whole % 3600 / 60);
}

bool WantsColour(int file_descriptor) {
  const char* term = std::getenv("TERM");
  return isatty(file_descriptor) != 0 && std::getenv("NO_COLOR") == nullptr &&
         (term == nullptr || std::strcmp(term, "dumb") != 0);
}

}  // namespace rhumb
