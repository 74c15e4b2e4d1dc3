#include "agents/training/traffic_process.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/neural/network_shape.h"
#include "topologies/generators/traffic_generator.h"

namespace rhumb::training {
namespace {

using neural::kHistory;

std::vector<double> NodeMasses(const Topology& topology, bool by_capacity, double sigma,
                               Random& random) {
  std::vector<double> mass(topology.num_nodes());
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    double base = 1;
    if (by_capacity) {
      base = 0;
      for (LinkId link : topology.out_links(v)) base += topology.link(link).capacity_bps;
    }
    mass[v] = base * random.LogNormal(sigma);
  }
  return mass;
}

// Means of the demands, in the order of `pairs`, scaled to a mean of 1.
std::vector<double> DrawMeans(const Topology& topology, const std::vector<NodePair>& pairs,
                              Random& random) {
  const bool by_capacity = random.Chance(0.4);
  const double sigma = random.Uniform(0.1, 1.5);
  const std::vector<double> out = NodeMasses(topology, by_capacity, sigma, random);
  const std::vector<double> in = NodeMasses(topology, by_capacity, sigma, random);
  const double pair_sigma = random.Uniform(0.1, 1.0);
  const bool uniform = random.Chance(0.1);
  const double present = random.Chance(0.6) ? 1.0 : random.Uniform(0.15, 0.9);
  const int elephants = random.Chance(0.2) ? 1 + random.Below(4) : 0;
  std::vector<double> mean(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    mean[i] = uniform
                  ? random.Uniform()
                  : out[pairs[i].source] * in[pairs[i].destination] * random.LogNormal(pair_sigma);
    if (!random.Chance(present)) mean[i] = 0;
  }
  double sum = std::accumulate(mean.begin(), mean.end(), 0.0);
  for (int i = 0; i < elephants; ++i) {
    mean[random.Below(static_cast<int>(pairs.size()))] += sum * random.Uniform(0.02, 0.15);
  }
  sum = std::accumulate(mean.begin(), mean.end(), 0.0);
  if (sum <= 0) return std::vector<double>(pairs.size(), 1.0);
  for (double& m : mean) m *= static_cast<double>(pairs.size()) / sum;
  return mean;
}

double LogUniform(double low, double high, Random& random) {
  return std::exp(random.Uniform(std::log(low), std::log(high)));
}

// Factors around a demand's mean over kHistory + 1 intervals, the next interval first. The ranges
// are wide around what backbone recordings show from one interval of 5 to 15 minutes to the next:
// logarithms change by 0.05 to 0.3, more for small demands, with tails heavier than a Gaussian's,
// and over 8 intervals by only about twice as much as over one.
class DemandMotion {
 public:
  explicit DemandMotion(Random& random)
      : slow_sigma_(random.Uniform(0.05, 0.6)),
        slow_memory_(1 - LogUniform(0.004, 0.15, random)),
        fast_sigma_(LogUniform(0.01, 0.25, random)),
        fast_memory_(random.Uniform(0.2, 0.8)),
        white_sigma_(random.Chance(0.2) ? 0.0 : LogUniform(0.01, 0.25, random)),
        tail_(random.Uniform(0.0, 0.6)),
        spread_(random.Uniform(0.2, 0.9)),
        small_is_noisy_(random.Uniform(0.0, 0.35)),
        burst_rate_(random.Chance(0.5) ? LogUniform(1e-4, 0.01, random) : 0),
        burst_end_(random.Uniform(0.1, 0.8)) {}

  // `mean` is the demand's, over the mean of all demands.
  void Draw(double mean, Random& random, double* factor) const {
    const double noisy =
        random.LogNormal(spread_) * std::pow(std::max(mean, 1e-3), -small_is_noisy_);
    const double white = std::min(1.0, white_sigma_ * noisy);
    Wander slow(std::min(1.2, slow_sigma_ * noisy), slow_memory_, random);
    Wander fast(std::min(1.0, fast_sigma_ * noisy), fast_memory_, random);
    double burst = 1;
    for (int h = kHistory; h >= 0; --h) {
      if (burst > 1 && random.Chance(burst_end_)) burst = 1;
      if (burst == 1 && random.Chance(burst_rate_)) burst = 1 + std::exp(random.Uniform(-0.5, 2.5));
      factor[h] = burst * std::exp(slow.Next(HeavyTailed(random)) + fast.Next(HeavyTailed(random)) +
                                   white * HeavyTailed(random));
    }
  }

 private:
  // A stationary first-order autoregression.
  class Wander {
   public:
    Wander(double sigma, double memory, Random& random)
        : memory_(memory),
          step_(sigma * std::sqrt(1 - memory * memory)),
          state_(sigma * random.Normal()) {}
    double Next(double innovation) { return state_ = memory_ * state_ + step_ * innovation; }

   private:
    double memory_, step_, state_;
  };

  // A Gaussian of random width, with variance 1.
  double HeavyTailed(Random& random) const {
    return random.Normal() * random.LogNormal(tail_) * std::exp(-tail_ * tail_);
  }

  double slow_sigma_, slow_memory_, fast_sigma_, fast_memory_, white_sigma_, tail_, spread_,
      small_is_noisy_, burst_rate_, burst_end_;
};

TrafficGeneratorSpec DrawGenerator(Random& random) {
  TrafficGeneratorSpec spec;
  spec.seed = random.Bits();
  spec.count = kHistory + 1;
  spec.mass = random.Chance(0.5) ? TrafficGeneratorSpec::Mass::kEqual
                                 : TrafficGeneratorSpec::Mass::kCapacity;
  spec.sigma = random.Uniform(0.1, 1.3);
  spec.pair_sigma = random.Uniform(0, 1);
  if (random.Chance(0.3)) spec.sparsity = random.Uniform(0.1, 0.8);
  if (random.Chance(0.3)) spec.elephants = random.Uniform(0.02, 0.2);
  spec.noise = random.Uniform(0.03, 0.3);
  spec.rho = random.Uniform(0.5, 0.99);
  spec.diurnal = random.Uniform(0, 0.6);
  if (random.Chance(0.3)) spec.burst_rate = random.Uniform(0, 0.01);
  if (random.Chance(0.2)) spec.hotspot_rate = random.Uniform(0, 0.01);
  return spec;
}

// False when the generator has nothing to give for this network.
bool DrawFromGenerator(const Topology& topology, const std::vector<NodePair>& pairs, bool constant,
                       int known, Random& random, DemandSample* sample) {
  const absl::StatusOr<TrafficSeries> series = GenerateTraffic(topology, DrawGenerator(random));
  if (!series.ok()) return false;
  double sum = 0;
  for (NodePair pair : pairs) sum += series->demands(0).rate_bps(pair.source, pair.destination);
  if (sum <= 0) return false;
  const double scale = static_cast<double>(pairs.size()) / sum;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto rate = [&](int t) {
      return static_cast<float>(
          scale *
          series->demands(constant ? 0 : t).rate_bps(pairs[i].source, pairs[i].destination));
    };
    sample->next[i] = rate(kHistory);
    for (int h = 0; h < kHistory; ++h) {
      sample->history[i * kHistory + h] = rate(kHistory - 1 - std::min(h, known - 1));
    }
  }
  return true;
}

}  // namespace

DemandSample DrawDemands(const Topology& topology, const std::vector<NodePair>& pairs,
                         const TrafficDraw& draw, Random& random) {
  DemandSample sample;
  sample.next.resize(pairs.size());
  sample.history.resize(pairs.size() * kHistory);
  const bool constant = random.Chance(draw.constant_share);
  if (random.Chance(draw.generator_share) &&
      DrawFromGenerator(topology, pairs, constant, draw.history, random, &sample)) {
    return sample;
  }
  const std::vector<double> mean = DrawMeans(topology, pairs, random);
  const DemandMotion motion(random);
  // Early in a run the past is short; the oldest known matrix stands in for what is missing.
  const int known = random.Chance(0.8) ? draw.history : 1 + random.Below(draw.history);
  const double swing = random.Chance(0.5) ? 0.03 * random.Normal() : 0.0;
  double factor[kHistory + 1];
  for (size_t i = 0; i < pairs.size(); ++i) {
    std::fill_n(factor, kHistory + 1, 1.0);
    if (!constant) motion.Draw(mean[i], random, factor);
    sample.next[i] = static_cast<float>(mean[i] * factor[0]);
    for (int h = 0; h < kHistory; ++h) {
      const int lag = std::min(h, known - 1) + 1;
      const double common = constant ? 1.0 : std::exp(swing * lag);
      sample.history[i * kHistory + h] = static_cast<float>(mean[i] * factor[lag] * common);
    }
  }
  return sample;
}

}  // namespace rhumb::training
