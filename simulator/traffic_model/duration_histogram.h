// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// How often which duration was measured, in buckets that are the same everywhere, so that what
// episodes, seeds and processes counted can be added up. Without Abseil, because the ns-3 worker
// uses it too.
#ifndef RHUMB_SIMULATOR_TRAFFIC_MODEL_DURATION_HISTOGRAM_H_
#define RHUMB_SIMULATOR_TRAFFIC_MODEL_DURATION_HISTOGRAM_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace rhumb {

// Buckets begin at a nanosecond; every doubling is divided into 128 of equal width, which are the
// upper bits of the number itself. Memory goes with the span of what was added: 1 KB a doubling.
// Counts are whole numbers, so the order of additions and merges does not matter.
class DurationHistogram {
 public:
  static constexpr int kBucketsPerDoubling = 128;
  static constexpr int kMostBuckets = 50 * kBucketsPerDoubling;  // up to 13 days
  // Of a quantile, relative: half a bucket of the widest.
  static constexpr double kRelativeError = 0.5 / kBucketsPerDoubling;

  // Nothing when the buckets are not all below kMostBuckets. Zeros at the ends are dropped.
  static std::optional<DurationHistogram> FromBuckets(uint64_t first,
                                                      std::vector<uint64_t> counts) {
    if (first > kMostBuckets || counts.size() > kMostBuckets - first) return std::nullopt;
    DurationHistogram made;
    while (!counts.empty() && counts.back() == 0) counts.pop_back();
    const auto begin = std::find_if(counts.begin(), counts.end(), [](uint64_t c) { return c > 0; });
    if (begin != counts.end()) made.first_ = first + static_cast<size_t>(begin - counts.begin());
    counts.erase(counts.begin(), begin);
    for (const uint64_t count : counts) made.count_ += count;
    made.counts_ = std::move(counts);
    return made;
  }

  // Shorter durations, and what is no number, count as a nanosecond; longer ones as the longest.
  void Add(double duration_s, uint64_t count = 1) {
    if (count == 0) return;
    At(Bucket(duration_s * kNs)) += count;
    count_ += count;
  }
  void Merge(const DurationHistogram& other) {
    if (other.count_ == 0) return;
    // Both ends first, so that the rest is already there.
    At(other.first_);
    At(other.first_ + other.counts_.size() - 1);
    for (size_t i = 0; i < other.counts_.size(); ++i) {
      counts_[other.first_ + i - first_] += other.counts_[i];
    }
    count_ += other.count_;
  }
  void Clear() {
    counts_.clear();
    first_ = 0;
    count_ = 0;
  }

  uint64_t count() const { return count_; }
  // The first and the last of counts() are not 0.
  size_t first_bucket() const { return first_; }
  const std::vector<uint64_t>& counts() const { return counts_; }
  static double LowerEdgeS(size_t bucket) { return Edge(bucket) / kNs; }

  // The duration that `rank` of those added do not exceed, as the middle of its bucket; of a
  // larger rank than count() that of the longest, 0 when nothing was added.
  double AtRank(double rank) const {
    if (count_ == 0) return 0;
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + 1 < counts_.size(); ++i) {
      seen += counts_[i];
      if (static_cast<double>(seen) >= rank && seen > 0) break;
    }
    return (Edge(first_ + i) + Edge(first_ + i + 1)) / 2 / kNs;
  }
  double Quantile(double q) const { return AtRank(q * static_cast<double>(count_)); }

 private:
  static constexpr double kNs = 1e9;
  static constexpr int kShift = 52 - 7;  // of the 52 bits after the point, 7 choose the bucket
  static constexpr uint64_t kOne = uint64_t{1023} << 7;  // bucket of 1.0

  static size_t Bucket(double ns) {
    if (!(ns > 1)) return 0;
    uint64_t bits;
    std::memcpy(&bits, &ns, sizeof bits);
    return std::min<uint64_t>((bits >> kShift) - kOne, kMostBuckets - 1);
  }
  static double Edge(size_t bucket) {
    const uint64_t bits = (bucket + kOne) << kShift;
    double x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  }
  uint64_t& At(size_t bucket) {
    if (counts_.empty()) first_ = bucket;
    if (bucket < first_) {
      counts_.insert(counts_.begin(), first_ - bucket, 0);
      first_ = bucket;
    } else if (bucket - first_ >= counts_.size()) {
      counts_.resize(bucket - first_ + 1, 0);
    }
    return counts_[bucket - first_];
  }

  size_t first_ = 0;
  std::vector<uint64_t> counts_;
  uint64_t count_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_TRAFFIC_MODEL_DURATION_HISTOGRAM_H_
