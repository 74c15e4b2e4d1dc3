#include "simulator/flow/finite_queue.h"

#include <algorithm>
#include <cmath>

namespace rhumb {
namespace {

// Below this |ln rho| (K + 1) the closed form loses digits and its series is used; the term left
// out is of third order.
constexpr double kSeriesLimit = 1e-3;

struct Occupancy {
  double full;    // probability of K packets
  double idle;    // probability of none
  double number;  // mean number of packets
};

// For x = ln rho <= 0. The distribution is proportional to exp(n x), n = 0..K.
Occupancy Below(double x, double slots) {
  if (x == 0) return {1 / (slots + 1), 1 / (slots + 1), slots / 2};
  const double idle_gap = -std::expm1(x);                 // 1 - rho
  const double total_gap = -std::expm1((slots + 1) * x);  // 1 - rho^(K+1)
  const double number =
      -x * (slots + 1) < kSeriesLimit
          ? slots / 2 + x * slots * (slots + 2) / 12
          : std::exp(x) / idle_gap - (slots + 1) * std::exp((slots + 1) * x) / total_gap;
  return {idle_gap * std::exp(slots * x) / total_gap, idle_gap / total_gap, number};
}

}  // namespace

QueueBehaviour FiniteQueue(double load, double slots) {
  if (!(load > 0)) return {};
  const double x = std::log(load);
  // Swapping packets and free slots maps rho to 1 / rho; this keeps every power below 1.
  Occupancy occupancy = Below(-std::abs(x), slots);
  if (x > 0) occupancy = {occupancy.idle, occupancy.full, slots - occupancy.number};
  const double carried = load * (1 - occupancy.full);
  return {occupancy.full, std::max(0.0, occupancy.number / carried - 1)};
}

}  // namespace rhumb
