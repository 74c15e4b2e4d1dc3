#include "topologies/generators/temporal.h"

#include <cmath>

namespace rhumb {

std::vector<double> AutoregressiveNoise(RandomStream random, double sigma, double rho, int count) {
  std::vector<double> factor(count);
  const double innovation = std::sqrt(1 - rho * rho);
  double x = 0;
  for (int t = 0; t < count; ++t) {
    x = t == 0 ? sigma * random.Normal() : rho * x + innovation * sigma * random.Normal();
    factor[t] = std::exp(x - sigma * sigma / 2);
  }
  return factor;
}

std::vector<double> OnOffFactor(RandomStream random, double rate, double mean_length, double factor,
                                int count) {
  std::vector<double> factors(count, 1.0);
  const double stop = 1 / mean_length;
  bool on = random.Uniform() < rate / (rate + stop);
  for (int t = 0; t < count; ++t) {
    if (on) factors[t] = factor;
    const double draw = random.Uniform();
    on = on ? draw >= stop : draw < rate;
  }
  return factors;
}

std::vector<double> DiurnalFactor(const TrafficGeneratorSpec& spec, const Node& node) {
  constexpr double kTwoPi = 6.283185307179586476925286766559;
  const double period_s = absl::ToDoubleSeconds(spec.period);
  const double longitude_shift_s =
      spec.local_time && node.coordinates ? node.coordinates->longitude_deg / 15 * 3600 : 0;
  double first_s = 0;
  if (spec.start) {
    // Time since the Unix epoch, which started at midnight UTC on a Thursday: weekly periods peak
    // after that day.
    first_s = std::fmod(absl::ToDoubleSeconds(*spec.start - absl::UnixEpoch()), period_s);
  }
  const double shift_s = first_s + longitude_shift_s - absl::ToDoubleSeconds(spec.peak);
  std::vector<double> factor(spec.count);
  for (int t = 0; t < spec.count; ++t) {
    const double time_s = t * absl::ToDoubleSeconds(spec.interval) + shift_s;
    factor[t] = 1 + spec.diurnal * std::cos(kTwoPi * time_s / period_s);
  }
  return factor;
}

}  // namespace rhumb
