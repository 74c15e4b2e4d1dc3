#include <thread>

#include "controller/replay/replay_engine.h"

namespace rhumb {

absl::Status RunTasks(int count, int jobs, const std::atomic<bool>* stop,
                      const std::function<absl::Status(int)>& task) {
  std::vector<absl::Status> statuses(count);
  std::atomic<int> next{0};
  std::atomic<bool> failed{false};
  auto work = [&] {
    for (int i = next++; i < count; i = next++) {
      if (failed || (stop != nullptr && *stop)) {
        statuses[i] = absl::CancelledError("stopped");
        continue;
      }
      statuses[i] = task(i);
      if (!statuses[i].ok()) failed = true;
    }
  };
  std::vector<std::thread> threads;
  for (int j = 1; j < std::min(jobs, count); ++j) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();

  // What was cancelled because of another task's error is not the news.
  absl::Status result;
  for (const absl::Status& status : statuses) {
    if (status.ok()) continue;
    if (!absl::IsCancelled(status)) return status;
    result = status;
  }
  return result;
}

}  // namespace rhumb
