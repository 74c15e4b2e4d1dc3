// Moves of a combinatorial search for plans: what prices and gradients near a balanced plan do not
// try, such as whole demands on one path and overload gathered on few links.
#ifndef RHUMB_TESTS_BENCHMARK_PLAN_MOVES_H_
#define RHUMB_TESTS_BENCHMARK_PLAN_MOVES_H_

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "agents/training/random.h"
#include "topologies/path_set.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

class PlanMoves {
 public:
  struct Moved {
    RoutingPlan plan;
    const char* kind;
  };

  PlanMoves(const Topology& topology, std::shared_ptr<const PathSet> paths,
            const TrafficMatrix& demands, uint64_t seed)
      : topology_(topology), paths_(std::move(paths)), random_(seed) {
    for (int pair = 0; pair < paths_->num_pairs(); ++pair) {
      const NodePair ends = paths_->pair(pair);
      demand_bps_.push_back(demands.rate_bps(ends.source, ends.destination));
      total_bps_ += demand_bps_.back();
    }
  }

  Moved Draw(const RoutingPlan& plan) {
    ratios_.assign(plan.ratios().begin(), plan.ratios().end());
    Load();
    const double kind = random_.Uniform();
    const char* name = "whole";
    if (kind < 0.3) {
      Whole(LargePair());
    } else if (kind < 0.45) {
      name = "split";
      Split(LargePair());
    } else if (kind < 0.55) {
      name = "half";
      Half(LargePair());
    } else if (kind < 0.7) {
      name = "relieve";
      Relieve(LoadedLink(), 1 + random_.Below(3));
    } else if (kind < 0.85) {
      name = "dump";
      Dump(LoadedLink(), 1 + random_.Below(4));
    } else if (kind < 0.95) {
      name = "fastest";
      const int count = 1 + random_.Below(4);
      for (int i = 0; i < count; ++i) Fastest(random_.Below(paths_->num_pairs()));
    } else {
      name = "swap";
      Whole(LargePair());
      Whole(LargePair());
    }
    return {RoutingPlan(paths_, ratios_, topology_.version()), name};
  }

 private:
  void Load() {
    load_.assign(topology_.num_links(), 0.0);
    for (int p = 0; p < paths_->num_paths(); ++p) {
      if (ratios_[p] <= 0) continue;
      for (const LinkId link : paths_->links(p)) {
        load_[link] += ratios_[p] * demand_bps_[paths_->pair_of_path(p)];
      }
    }
  }

  // By demand.
  int LargePair() {
    double left = random_.Uniform() * total_bps_;
    for (int pair = 0; pair < paths_->num_pairs(); ++pair) {
      left -= demand_bps_[pair];
      if (left <= 0) return pair;
    }
    return paths_->num_pairs() - 1;
  }

  // One of the six of the highest utilization.
  int LoadedLink() {
    std::vector<std::pair<double, int>> by;
    for (LinkId link = 0; link < topology_.num_links(); ++link) {
      by.emplace_back(-load_[link] / topology_.link(link).capacity_bps, link);
    }
    std::sort(by.begin(), by.end());
    return by[random_.Below(std::min(6, static_cast<int>(by.size())))].second;
  }

  bool Crosses(int path, LinkId link) const {
    const auto links = paths_->links(path);
    return std::find(links.begin(), links.end(), link) != links.end();
  }

  void Put(int path) {
    const PathSet::Range range = paths_->paths_of(paths_->pair_of_path(path));
    for (int p = range.begin; p < range.end; ++p) ratios_[p] = p == path ? 1 : 0;
  }

  void Whole(int pair) {
    const PathSet::Range range = paths_->paths_of(pair);
    Put(range.begin + random_.Below(range.size()));
  }

  void Fastest(int pair) {
    const PathSet::Range range = paths_->paths_of(pair);
    int fastest = range.begin;
    for (int p = range.begin; p < range.end; ++p) {
      if (PropagationDelay(topology_, paths_->links(p)) <
          PropagationDelay(topology_, paths_->links(fastest))) {
        fastest = p;
      }
    }
    Put(fastest);
  }

  void Split(int pair) {
    const PathSet::Range range = paths_->paths_of(pair);
    const int a = range.begin + random_.Below(range.size());
    const int b = range.begin + random_.Below(range.size());
    const double share = random_.Uniform(0.2, 0.8);
    for (int p = range.begin; p < range.end; ++p) ratios_[p] = 0;
    ratios_[a] += share;
    ratios_[b] += 1 - share;
  }

  // Moves a part of what a pair has to one path.
  void Half(int pair) {
    const PathSet::Range range = paths_->paths_of(pair);
    const int path = range.begin + random_.Below(range.size());
    const double part = random_.Uniform(0.1, 0.6);
    for (int p = range.begin; p < range.end; ++p) {
      ratios_[p] = (1 - part) * ratios_[p] + (p == path ? part : 0);
    }
  }

  // Demands that cross `link` leave it.
  void Relieve(LinkId link, int count) {
    std::vector<int> crossing, others;
    for (int pair = 0; pair < paths_->num_pairs(); ++pair) {
      const PathSet::Range range = paths_->paths_of(pair);
      for (int p = range.begin; p < range.end; ++p) {
        if (ratios_[p] > 0.05 && Crosses(p, link)) {
          crossing.push_back(pair);
          break;
        }
      }
    }
    for (int i = 0; i < count && !crossing.empty(); ++i) {
      const PathSet::Range range =
          paths_->paths_of(crossing[random_.Below(static_cast<int>(crossing.size()))]);
      others.clear();
      for (int p = range.begin; p < range.end; ++p) {
        if (!Crosses(p, link)) others.push_back(p);
      }
      if (!others.empty()) Put(others[random_.Below(static_cast<int>(others.size()))]);
    }
  }

  // Demands that can cross `link` do, wholly: it is lost anyway, others become free.
  void Dump(LinkId link, int count) {
    std::vector<int> through;
    for (int p = 0; p < paths_->num_paths(); ++p) {
      if (ratios_[p] < 0.95 && Crosses(p, link)) through.push_back(p);
    }
    for (int i = 0; i < count && !through.empty(); ++i) {
      Put(through[random_.Below(static_cast<int>(through.size()))]);
    }
  }

  const Topology& topology_;
  std::shared_ptr<const PathSet> paths_;
  std::vector<double> demand_bps_;
  double total_bps_ = 0;
  training::Random random_;
  std::vector<double> ratios_;
  std::vector<double> load_;
};

}  // namespace rhumb

#endif  // RHUMB_TESTS_BENCHMARK_PLAN_MOVES_H_
