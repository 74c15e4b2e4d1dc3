// What a network researcher asks first about a network, in numbers.
#ifndef RHUMB_TOPOLOGIES_ANALYSIS_TOPOLOGY_SUMMARY_H_
#define RHUMB_TOPOLOGIES_ANALYSIS_TOPOLOGY_SUMMARY_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "topologies/analysis/cuts.h"
#include "topologies/topology.h"

namespace rhumb {

struct Spread {
  double min = 0;
  double median = 0;
  double mean = 0;
  double max = 0;
};

// Of an empty list: all 0. Between two middle values the median is their mean.
Spread SpreadOf(std::vector<double> values);

// "Usable" links are neither drained nor down; distances, degrees and cuts are over usable links.
struct TopologySummary {
  int nodes = 0;
  int nodes_with_coordinates = 0;
  int links = 0;
  int adjacencies = 0;     // pairs of nodes joined by at least one link, usable or not
  int parallel_links = 0;  // links beyond the first from one node to another
  int one_way_links = 0;   // links without any link in the other direction
  std::vector<LinkId> drained;
  std::vector<LinkId> down;

  std::map<double, int> links_by_capacity_bps;  // usable links
  double usable_capacity_bps = 0;
  Spread delay_s;
  Spread igp_metric;

  Spread degree;                        // neighbours a node
  std::vector<NodeId> most_neighbours;  // nodes with degree.max
  // Nodes from which distances were measured; all of them in networks of up to some thousands, else
  // a sample spread over the ids. The four lines below are then of pairs that begin there.
  int distance_sources = 0;
  int unreachable_pairs = 0;  // ordered pairs without a path
  int diameter_hops = 0;      // of the pairs with a path
  double mean_hops = 0;
  double diameter_delay_s = 0;
  double mean_delay_s = 0;
  Cuts cuts;
  int cable_connectivity = 0;
  bool cable_connectivity_exact = true;  // false: an upper bound
  std::map<std::string, int> links_by_risk_group;
};

// O(sources * links log nodes), where all nodes are sources up to `effort` visits of a link or
// node, and fewer beyond: 10,000 nodes and 50,000 links take some seconds.
// `on_progress` counts steps of about the same time; may be empty.
inline constexpr double kDescribeEffort = 8e6;
TopologySummary Summarize(const Topology& topology, double effort = kDescribeEffort,
                          const std::function<void(int done, int total)>& on_progress = {});

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_ANALYSIS_TOPOLOGY_SUMMARY_H_
