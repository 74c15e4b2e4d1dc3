// A network and its paths, as text for people and as JSON for programs.
#ifndef RHUMB_CONTROLLER_CLI_TOPO_REPORT_H_
#define RHUMB_CONTROLLER_CLI_TOPO_REPORT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "topologies/analysis/inspection.h"
#include "topologies/analysis/topology_summary.h"
#include "topologies/formats/loader.h"
#include "topologies/path_set.h"

namespace rhumb {

std::string DescribeTopology(const Loaded<Topology>& loaded, const TopologySummary& summary);
nlohmann::ordered_json TopologyJson(const Loaded<Topology>& loaded, const TopologySummary& summary);

// What is odd about a file, worst first.
std::string DescribeInspection(const std::string& file, const Inspection& inspection);
nlohmann::ordered_json InspectionJson(const std::string& file, const Inspection& inspection);

// Candidate paths of one pair, in their order.
std::string DescribePaths(const Topology& topology, const PathSet& paths);
nlohmann::ordered_json PathsJson(const Topology& topology, const PathSet& paths);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_TOPO_REPORT_H_
