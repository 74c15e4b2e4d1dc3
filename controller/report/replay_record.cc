#include "controller/report/replay_record.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "controller/report/packing.h"

namespace rhumb {
namespace {

constexpr size_t kMostMovedDemands = 10;

}  // namespace

ReplayRecord::ReplayRecord(int policies, int links, int intervals, double most_loads)
    : links_(links), policies_(policies) {
  const double all = static_cast<double>(policies) * links * intervals;
  every_ = std::max(1, static_cast<int>(std::ceil(all / most_loads)));
  moments_ = (intervals + every_ - 1) / every_;
  for (PolicyRecord& policy : policies_) {
    policy.load_sum.resize(static_cast<size_t>(moments_) * links_);
    policy.load_count.resize(moments_);
    policy.moved.resize(intervals);
  }
}

void ReplayRecord::Add(const PlayedInterval& played) {
  PolicyRecord& policy = policies_[played.policy];
  if (played.seed == 0) {
    const Topology& topology = played.interval.scheduled.topology;
    policy.moved[played.index] =
        MostMovedDemands(played.plan, *shortest_.Of(topology), *played.interval.measured,
                         kMostMovedDemands, &paths_);
  }
  if (played.cell.lost || played.index % every_ != 0) return;
  const int moment = played.index / every_;
  const std::lock_guard<std::mutex> lock(mutex_);
  double* sums = &policy.load_sum[static_cast<size_t>(moment) * links_];
  for (const LinkMeasurement& link : played.cell.measured.links) *sums++ += link.utilization;
  ++policy.load_count[moment];
}

std::vector<uint16_t> ReplayRecord::Loads(int policy) const {
  const PolicyRecord& record = policies_[policy];
  std::vector<uint16_t> loads(record.load_sum.size(), kUnknownLoad);
  for (int moment = 0; moment < moments_; ++moment) {
    if (record.load_count[moment] == 0) continue;
    for (int link = 0; link < links_; ++link) {
      const double sum = record.load_sum[static_cast<size_t>(moment) * links_ + link];
      loads[static_cast<size_t>(link) * moments_ + moment] =
          PerMille(sum / record.load_count[moment]);
    }
  }
  return loads;
}

}  // namespace rhumb
