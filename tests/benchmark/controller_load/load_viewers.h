// Viewers of the live page: many connections that read the feed, and some that never do.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_VIEWERS_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_VIEWERS_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rhumb::benchmark {

// Opened by its constructor, read by one thread until it is destroyed.
class LoadViewers {
 public:
  // Of `viewers`, `slow` ask for the feed and never read it.
  LoadViewers(int port, int viewers, int slow);
  ~LoadViewers();
  LoadViewers(const LoadViewers&) = delete;
  LoadViewers& operator=(const LoadViewers&) = delete;

  // Readers whose stream has begun, and those whose stream has ended.
  int open() const { return open_; }
  int ended() const { return ended_; }
  int64_t bytes() const { return bytes_; }
  // From the moment that the server stamped an event with to its arrival, of all readers since the
  // last call. The stamp has a resolution of a millisecond.
  std::vector<double> TakeLatencies();

 private:
  struct Viewer {
    int file = -1;
    bool open = false;
    std::string rest;  // of an event that has not come whole
  };
  void Run();
  void Read(Viewer* viewer);

  const int epoll_;
  std::vector<Viewer> viewers_;
  std::atomic<int> open_{0}, ended_{0};
  std::atomic<int64_t> bytes_{0};
  std::atomic<bool> stop_{false};
  absl::Mutex mutex_;
  std::vector<double> latencies_s_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_VIEWERS_H_
