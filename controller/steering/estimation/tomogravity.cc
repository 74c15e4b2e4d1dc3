#include "controller/steering/estimation/tomogravity.h"

#include <algorithm>
#include <cmath>

namespace rhumb {
namespace {

// One demand's share on one link.
struct Coefficient {
  int unknown = 0;
  double share = 0;
};

class Fit {
 public:
  Fit(const Topology& topology, const RoutingPlan& plan,
      const std::vector<std::optional<double>>& link_bps,
      const std::vector<std::optional<double>>& measured)
      : topology_(topology), rows_(topology.num_links()), load_(topology.num_links()) {
    for (LinkId l = 0; l < topology.num_links(); ++l) load_[l] = link_bps[l];
    AddUnknowns(plan, measured);
    for (auto& load : load_) {
      if (load) *load = std::max(*load, 0.0);
    }
  }

  // Node totals to begin with: what the links around a node carry. Transit counts at every node it
  // passes, which the later rounds take out.
  void GravityFromLinks() {
    std::vector<double> out(topology_.num_nodes(), 0.0), in(topology_.num_nodes(), 0.0);
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      const Link& link = topology_.link(l);
      out[link.source] += load_[l].value_or(0);
      in[link.destination] += load_[l].value_or(0);
    }
    SetGravity(out, in);
  }

  void GravityFromEstimate() {
    std::vector<double> out(topology_.num_nodes(), 0.0), in(topology_.num_nodes(), 0.0);
    for (size_t j = 0; j < pairs_.size(); ++j) {
      out[pairs_[j].source] += x_[j];
      in[pairs_[j].destination] += x_[j];
    }
    SetGravity(out, in);
  }

  void Sweep(const TomogravityOptions& options) {
    for (int sweep = 0; sweep < options.max_sweeps; ++sweep) {
      double worst = 0;
      for (LinkId l = 0; l < topology_.num_links(); ++l) {
        if (load_[l]) worst = std::max(worst, FitLink(rows_[l], *load_[l]));
      }
      if (worst < options.tolerance) return;
    }
  }

  void Write(TrafficMatrix* demands) const {
    for (size_t j = 0; j < pairs_.size(); ++j) {
      demands->set_rate_bps(pairs_[j].source, pairs_[j].destination, x_[j]);
    }
  }

 private:
  void AddUnknowns(const RoutingPlan& plan, const std::vector<std::optional<double>>& measured) {
    const PathSet& paths = plan.paths();
    for (int i = 0; i < paths.num_pairs(); ++i) {
      const NodePair pair = paths.pair(i);
      const auto& known = measured[pair.source * topology_.num_nodes() + pair.destination];
      const PathSet::Range range = paths.paths_of(i);
      if (!known && range.size() > 0) pairs_.push_back(pair);
      const int unknown = static_cast<int>(pairs_.size()) - 1;
      for (int p = range.begin; p < range.end; ++p) {
        const double ratio = plan.ratios()[p];
        if (ratio <= 0) continue;
        for (LinkId l : paths.links(p)) {
          if (known) {
            if (load_[l]) *load_[l] -= *known * ratio;
          } else if (auto& row = rows_[l]; !row.empty() && row.back().unknown == unknown) {
            row.back().share += ratio;
          } else {
            row.push_back({unknown, ratio});
          }
        }
      }
    }
    x_.assign(pairs_.size(), 0.0);
  }

  // x = out * in / total, scaled so that the links together carry what was measured.
  void SetGravity(const std::vector<double>& out, const std::vector<double>& in) {
    for (size_t j = 0; j < pairs_.size(); ++j) {
      x_[j] = out[pairs_[j].source] * in[pairs_[j].destination];
    }
    double explained = 0, seen = 0;
    for (LinkId l = 0; l < topology_.num_links(); ++l) {
      if (!load_[l]) continue;
      seen += *load_[l];
      for (const Coefficient& c : rows_[l]) explained += c.share * x_[c.unknown];
    }
    const double scale = explained > 0 ? seen / explained : 0;
    for (double& x : x_) x *= scale;
  }

  // Returns the relative error before the link was fitted.
  double FitLink(const std::vector<Coefficient>& row, double load) {
    double explained = 0;
    for (const Coefficient& c : row) explained += c.share * x_[c.unknown];
    if (explained <= 0) return 0;
    const double factor = load / explained;
    for (const Coefficient& c : row) {
      x_[c.unknown] *= c.share > 1 - 1e-9 ? factor : std::pow(factor, c.share);
    }
    return std::abs(factor - 1);
  }

  const Topology& topology_;
  std::vector<std::vector<Coefficient>> rows_;  // [links]
  std::vector<std::optional<double>> load_;     // [links], without measured demands
  std::vector<NodePair> pairs_;                 // [unknowns]
  std::vector<double> x_;                       // [unknowns]
};

}  // namespace

TrafficMatrix EstimateDemands(const Topology& topology, const RoutingPlan& plan,
                              const std::vector<std::optional<double>>& link_bps,
                              const std::vector<std::optional<double>>& measured,
                              const TomogravityOptions& options) {
  TrafficMatrix demands(topology.num_nodes());
  Fit fit(topology, plan, link_bps, measured);
  fit.GravityFromLinks();
  for (int round = 0; round < options.gravity_rounds; ++round) {
    if (round > 0) fit.GravityFromEstimate();
    fit.Sweep(options);
  }
  fit.Write(&demands);
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      const auto& known = measured[s * topology.num_nodes() + d];
      if (known && s != d) demands.set_rate_bps(s, d, *known);
    }
  }
  return demands;
}

}  // namespace rhumb
