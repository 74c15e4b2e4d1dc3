#include "controller/cli/topo_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "controller/cli/frame/text_report.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using nlohmann::ordered_json;

constexpr int kNamesShown = 8;
constexpr size_t kCapacitiesShown = 10;

std::string Name(const Topology& topology, NodeId node) { return topology.node(node).name; }

std::vector<std::string> NodeNames(const Topology& topology, const std::vector<NodeId>& nodes) {
  std::vector<std::string> names;
  for (const NodeId node : nodes) names.push_back(Name(topology, node));
  return names;
}

std::vector<std::string> LinkNames(const Topology& topology, const std::vector<LinkId>& links) {
  std::vector<std::string> names;
  for (const LinkId link : links) names.push_back(topology.link(link).name);
  return names;
}

std::vector<std::string> CableNames(const Topology& topology,
                                    const std::vector<std::pair<NodeId, NodeId>>& cables) {
  std::vector<std::string> names;
  for (const auto& [a, b] : cables) {
    names.push_back(absl::StrCat(Name(topology, a), "-", Name(topology, b)));
  }
  return names;
}

std::string OrNone(const std::vector<std::string>& names) {
  if (names.empty()) return "none";
  return absl::StrCat(names.size(), ": ", ShortList(names, kNamesShown));
}

// A line a capacity when they are few, else a line a step of 1, 2, 5, 10.
std::vector<std::pair<std::string, int>> CapacityClasses(const TopologySummary& summary) {
  std::vector<std::pair<std::string, int>> classes;
  if (summary.links_by_capacity_bps.size() <= kCapacitiesShown) {
    for (const auto& [capacity, count] : summary.links_by_capacity_bps) {
      classes.emplace_back(FormatRate(capacity), count);
    }
    return classes;
  }
  double low = std::pow(10.0, std::floor(std::log10(summary.links_by_capacity_bps.begin()->first)));
  int step = 0;
  auto next = summary.links_by_capacity_bps.begin();
  while (next != summary.links_by_capacity_bps.end()) {
    const double high = low * (step % 3 == 1 ? 2.5 : 2);
    int count = 0;
    for (; next != summary.links_by_capacity_bps.end() && next->first < high; ++next) {
      count += next->second;
    }
    if (count > 0) {
      classes.emplace_back(absl::StrCat(FormatRate(low), " to ", FormatRate(high)), count);
    }
    low = high;
    ++step;
  }
  return classes;
}

std::string CapacityHistogram(const TopologySummary& summary) {
  auto classes = CapacityClasses(summary);
  std::reverse(classes.begin(), classes.end());
  int most = 0;
  for (const auto& [label, count] : classes) most = std::max(most, count);
  TextTable table({"per link", "links", ""});
  for (const auto& [label, count] : classes) {
    table.AddRow({label, absl::StrCat(count), Bar(static_cast<double>(count) / most, 40)});
  }
  return table.Text(18);
}

std::string DrainedText(const Topology& topology, const TopologySummary& summary) {
  if (summary.drained.empty()) return "none";
  double capacity_bps = 0;
  for (const LinkId id : summary.drained) capacity_bps += topology.link(id).capacity_bps;
  return absl::StrFormat("%d links, %s: %s", summary.drained.size(), FormatRate(capacity_bps),
                         ShortList(LinkNames(topology, summary.drained), kNamesShown));
}

std::string RiskGroupText(const TopologySummary& summary) {
  std::vector<std::string> groups;
  for (const auto& [name, links] : summary.links_by_risk_group) {
    groups.push_back(absl::StrFormat("%s (%d links)", name, links));
  }
  return OrNone(groups);
}

ordered_json SpreadJson(const Spread& spread, double factor = 1) {
  return {{"min", spread.min * factor},
          {"median", spread.median * factor},
          {"mean", spread.mean * factor},
          {"max", spread.max * factor}};
}

double IgpCost(const Topology& topology, absl::Span<const LinkId> path) {
  double cost = 0;
  for (const LinkId id : path) cost += topology.link(id).igp_metric;
  return cost;
}

}  // namespace

std::string DescribeTopology(const Loaded<Topology>& loaded, const TopologySummary& summary) {
  const Topology& topology = loaded.value;
  std::string text = absl::StrFormat("%s (%s)\n", topology.name(), loaded.report.format);
  auto line = [&](absl::string_view label, absl::string_view value) {
    text += LabelledLine(label, value);
  };
  if (!topology.origin().empty()) line("origin", topology.origin());
  line("nodes",
       absl::StrFormat("%d, %d with coordinates", summary.nodes, summary.nodes_with_coordinates));
  line("links", absl::StrFormat("%d directed, between %d pairs of neighbours; %d parallel, %d "
                                "one-way",
                                summary.links, summary.adjacencies, summary.parallel_links,
                                summary.one_way_links));
  line("drained", DrainedText(topology, summary));
  line("down", OrNone(LinkNames(topology, summary.down)));
  line("risk groups", RiskGroupText(summary));
  line("capacity",
       absl::StrFormat("%s over all usable links", FormatRate(summary.usable_capacity_bps)));
  text += CapacityHistogram(summary);
  line("delay",
       absl::StrFormat("%s to %s a link, median %s", FormatMilliseconds(summary.delay_s.min),
                       FormatMilliseconds(summary.delay_s.max),
                       FormatMilliseconds(summary.delay_s.median)));
  line("IGP metric", absl::StrFormat("%g to %g, median %g", summary.igp_metric.min,
                                     summary.igp_metric.max, summary.igp_metric.median));
  line("degree", absl::StrFormat("mean %.2f, %g to %g neighbours; most: %s", summary.degree.mean,
                                 summary.degree.min, summary.degree.max,
                                 ShortList(NodeNames(topology, summary.most_neighbours), 4)));
  const bool sampled = summary.distance_sources < summary.nodes;
  line("distance",
       absl::StrFormat("diameter %s%d hops, %s; mean %.2f hops, %s%s", sampled ? "at least " : "",
                       summary.diameter_hops, FormatMilliseconds(summary.diameter_delay_s),
                       summary.mean_hops, FormatMilliseconds(summary.mean_delay_s),
                       sampled ? absl::StrFormat("; sampled: from %d of %d nodes",
                                                 summary.distance_sources, summary.nodes)
                               : ""));
  line(
      "connectivity",
      summary.unreachable_pairs > 0
          ? absl::StrFormat("%d ordered pairs have no path%s", summary.unreachable_pairs,
                            sampled ? " (sampled, as above)" : "")
      : summary.cable_connectivity_exact
          ? absl::StrFormat("any two nodes are joined by %d or more paths without a common cable",
                            summary.cable_connectivity)
          : absl::StrFormat("some nodes are joined by no more than %d paths without a common cable "
                            "(sampled)",
                            summary.cable_connectivity));
  line("cut links", OrNone(CableNames(topology, summary.cuts.links)));
  line("cut nodes", OrNone(NodeNames(topology, summary.cuts.nodes)));
  return text;
}

ordered_json TopologyJson(const Loaded<Topology>& loaded, const TopologySummary& summary) {
  const Topology& topology = loaded.value;
  ordered_json capacities = ordered_json::array();
  for (const auto& [capacity, count] : summary.links_by_capacity_bps) {
    capacities.push_back({{"capacity_bps", capacity}, {"links", count}});
  }
  ordered_json groups = ordered_json::object();
  for (const auto& [name, count] : summary.links_by_risk_group) groups[name] = count;
  return {{"topology", topology.name()},
          {"format", loaded.report.format},
          {"origin", topology.origin()},
          {"notes", loaded.report.notes},
          {"nodes", summary.nodes},
          {"nodes_with_coordinates", summary.nodes_with_coordinates},
          {"links", summary.links},
          {"adjacencies", summary.adjacencies},
          {"parallel_links", summary.parallel_links},
          {"one_way_links", summary.one_way_links},
          {"drained_links", LinkNames(topology, summary.drained)},
          {"down_links", LinkNames(topology, summary.down)},
          {"links_by_risk_group", groups},
          {"usable_capacity_bps", summary.usable_capacity_bps},
          {"links_by_capacity", capacities},
          {"delay_ms", SpreadJson(summary.delay_s, 1e3)},
          {"igp_metric", SpreadJson(summary.igp_metric)},
          {"degree", SpreadJson(summary.degree)},
          {"sampled", summary.distance_sources < summary.nodes},
          {"distance_sources", summary.distance_sources},
          {"diameter_hops", summary.diameter_hops},
          {"mean_hops", summary.mean_hops},
          {"diameter_delay_ms", summary.diameter_delay_s * 1e3},
          {"mean_delay_ms", summary.mean_delay_s * 1e3},
          {"unreachable_pairs", summary.unreachable_pairs},
          {"cable_connectivity", summary.cable_connectivity},
          {"cable_connectivity_exact", summary.cable_connectivity_exact},
          {"cut_links", CableNames(topology, summary.cuts.links)},
          {"cut_nodes", NodeNames(topology, summary.cuts.nodes)}};
}

std::string DescribeInspection(const std::string& file, const Inspection& inspection) {
  std::string text;
  if (inspection.refused) {
    text = absl::StrFormat("%s is refused\n", file);
  } else {
    const Topology& topology = inspection.loaded->value;
    text = absl::StrFormat("%s is valid: %s, %d nodes, %d links\n", topology.name(),
                           inspection.loaded->report.format, topology.num_nodes(),
                           topology.num_links());
  }
  if (inspection.findings.empty()) return text;
  TextTable table({"", "repaired by", "what"});
  for (const Finding& finding : inspection.findings) {
    std::string what = finding.what;
    if (finding.count > 1) what = absl::StrFormat("%d %s", finding.count, finding.what);
    if (!finding.example.empty()) absl::StrAppend(&what, " (first: ", finding.example, ")");
    table.AddRow({std::string(SeverityName(finding.severity)), finding.option, what});
  }
  return text + table.Text(2);
}

ordered_json InspectionJson(const std::string& file, const Inspection& inspection) {
  ordered_json findings = ordered_json::array(), notes = ordered_json::array(),
               warnings = ordered_json::array(), faults = ordered_json::array();
  for (const Finding& finding : inspection.findings) {
    findings.push_back({{"severity", SeverityName(finding.severity)},
                        {"what", finding.what},
                        {"count", finding.count},
                        {"first", finding.example},
                        {"option", finding.option}});
    if (finding.severity == Severity::kRefused) {
      faults.push_back(finding.count > 1 ? absl::StrFormat("%d %s", finding.count, finding.what)
                                         : finding.what);
    } else {
      (finding.severity == Severity::kOdd ? warnings : notes).push_back(finding.what);
    }
  }
  ordered_json json = {{"valid", !inspection.refused}, {"file", file}};
  if (inspection.loaded) {
    const Topology& topology = inspection.loaded->value;
    json["topology"] = topology.name();
    json["format"] = inspection.loaded->report.format;
    json["nodes"] = topology.num_nodes();
    json["links"] = topology.num_links();
  }
  json["command"] = inspection.command;
  json["findings"] = findings;
  json["notes"] = notes;
  json["warnings"] = warnings;
  json["faults"] = faults;
  return json;
}

std::string DescribePaths(const Topology& topology, const PathSet& paths) {
  if (paths.num_paths() == 0) return "no path over usable links\n";
  const double shortest_s = absl::ToDoubleSeconds(PropagationDelay(topology, paths.links(0)));
  TextTable table({"", "delay", "stretch", "hops", "IGP cost", "bottleneck", "path"});
  for (int p = 0; p < paths.num_paths(); ++p) {
    const auto links = paths.links(p);
    const double delay_s = absl::ToDoubleSeconds(PropagationDelay(topology, links));
    table.AddRow({absl::StrCat(p + 1), absl::StrFormat("%.2f ms", delay_s * 1e3),
                  shortest_s > 0 ? absl::StrFormat("%.2f", delay_s / shortest_s) : "",
                  absl::StrCat(links.size()), absl::StrFormat("%g", IgpCost(topology, links)),
                  FormatRate(BottleneckCapacityBps(topology, links)),
                  DescribePath(topology, links)});
  }
  return table.Text();
}

ordered_json PathsJson(const Topology& topology, const PathSet& paths) {
  ordered_json list = ordered_json::array();
  for (int p = 0; p < paths.num_paths(); ++p) {
    const auto links = paths.links(p);
    list.push_back({{"links", LinkNames(topology, {links.begin(), links.end()})},
                    {"hops", links.size()},
                    {"delay_ms", absl::ToDoubleMilliseconds(PropagationDelay(topology, links))},
                    {"igp_cost", IgpCost(topology, links)},
                    {"bottleneck_bps", BottleneckCapacityBps(topology, links)}});
  }
  const NodePair pair = paths.pair(0);
  return {{"topology", topology.name()},
          {"source", Name(topology, pair.source)},
          {"destination", Name(topology, pair.destination)},
          {"paths", list}};
}

}  // namespace rhumb
