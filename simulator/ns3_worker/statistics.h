// SPDX-License-Identifier: GPL-2.0-only
// What a measured window saw of packets as a whole.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_STATISTICS_H_
#define RHUMB_SIMULATOR_NS3_WORKER_STATISTICS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace rhumb_ns3 {

// A histogram of durations with buckets 1/128 wide relative to their value, from the bits of the
// number itself; a quantile is exact to 0.4 %.
class DelayHistogram {
 public:
  void Add(int64_t delay_ns) {
    const size_t bucket = Bucket(static_cast<double>(std::max<int64_t>(delay_ns, 1)));
    if (bucket >= counts_.size()) counts_.resize(bucket + 1, 0);
    ++counts_[bucket];
    ++total_;
  }
  void Clear() {
    counts_.clear();
    total_ = 0;
  }
  // 0 when nothing was added.
  double QuantileS(double q) const {
    if (total_ == 0) return 0;
    const double wanted = q * static_cast<double>(total_);
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (static_cast<double>(seen) >= wanted) return 1e-9 * Middle(i);
    }
    return 1e-9 * Middle(counts_.size() - 1);
  }

 private:
  static constexpr int kShift = 52 - 7;
  static constexpr uint64_t kOne = uint64_t{1023} << 7;  // bucket of 1.0

  static size_t Bucket(double x) {
    uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return (bits >> kShift) - kOne;
  }
  static double Edge(size_t bucket) {
    const uint64_t bits = (bucket + kOne) << kShift;
    double x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  }
  static double Middle(size_t bucket) { return (Edge(bucket) + Edge(bucket + 1)) / 2; }

  std::vector<uint64_t> counts_;
  uint64_t total_ = 0;
};

// All packets; those towards the source (acknowledgements) are not in `delay`.
struct PacketStatistics {
  uint64_t sent = 0;
  uint64_t delivered = 0;
  uint64_t lost = 0;
  double delay_sum_ns = 0;  // of all delivered
  DelayHistogram delay;
  void Clear() { *this = PacketStatistics(); }
};

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_STATISTICS_H_
