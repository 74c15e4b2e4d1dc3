// Loops over destinations on several threads.
#ifndef RHUMB_AGENTS_TREES_PARALLEL_H_
#define RHUMB_AGENTS_TREES_PARALLEL_H_

#include <atomic>
#include <thread>
#include <vector>

namespace rhumb::trees {

// Calls `work(worker, i)` for every i in [0, count), on `workers` threads, each with its number.
// The order is not defined: results must not depend on it.
template <typename Work>
void ForEach(int count, int workers, const Work& work) {
  std::atomic<int> next{0};
  const auto run = [&](int worker) {
    for (int i = next++; i < count; i = next++) work(worker, i);
  };
  std::vector<std::thread> threads;
  for (int w = 1; w < workers; ++w) threads.emplace_back(run, w);
  run(0);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_PARALLEL_H_
