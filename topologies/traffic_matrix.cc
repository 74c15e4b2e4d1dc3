#include "topologies/traffic_matrix.h"

#include <algorithm>
#include <numeric>

namespace rhumb {

double TrafficMatrix::total_bps() const {
  return std::accumulate(rate_bps_.begin(), rate_bps_.end(), 0.0);
}

double TrafficMatrix::max_bps() const {
  return rate_bps_.empty() ? 0 : *std::max_element(rate_bps_.begin(), rate_bps_.end());
}

int TrafficMatrix::num_demands() const {
  return static_cast<int>(
      std::count_if(rate_bps_.begin(), rate_bps_.end(), [](double rate) { return rate > 0; }));
}

TrafficMatrix TrafficMatrix::Scaled(double factor) const {
  TrafficMatrix scaled = *this;
  for (double& rate : scaled.rate_bps_) rate *= factor;
  return scaled;
}

bool operator==(const TrafficMatrix& a, const TrafficMatrix& b) {
  return a.num_nodes() == b.num_nodes() && a.rates_bps() == b.rates_bps();
}

}  // namespace rhumb
