// A traffic series as text for people and as JSON for programs.
#ifndef RHUMB_CONTROLLER_CLI_TRAFFIC_REPORT_H_
#define RHUMB_CONTROLLER_CLI_TRAFFIC_REPORT_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "topologies/analysis/traffic_summary.h"
#include "topologies/formats/loader.h"

namespace rhumb {

// `suspect` are increasing indices of matrices whose totals look wrong (SuspectMatrices).
// `sparkline_width` 0: no sparkline.
std::string DescribeTraffic(const Loaded<TrafficStream>& loaded, const TrafficSummary& summary,
                            const std::vector<int>& suspect, int sparkline_width);
nlohmann::ordered_json TrafficJson(const Loaded<TrafficStream>& loaded,
                                   const TrafficSummary& summary, const std::vector<int>& suspect);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_TRAFFIC_REPORT_H_
