#include "controller/cli/topo_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/cli/frame/load_flags.h"
#include "controller/cli/frame/nested_commands.h"
#include "controller/cli/frame/text_report.h"
#include "controller/cli/svg_to_png.h"
#include "controller/cli/topo_report.h"
#include "controller/terminal/progress_bar.h"
#include "controller/terminal/usage_error.h"
#include "topologies/analysis/inspection.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/units.h"
#include "topologies/installation.h"
#include "topologies/layout/svg_map.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

using nlohmann::ordered_json;

struct TopoOptions {
  std::string topology;
  std::string output;
  LoadFlags load;
  std::string to;
  std::string format = "native";
  std::string fix;
  std::string from_node, to_node;
  std::string method = "diverse";
  int max_paths = 8;
  double stretch = 0;  // 0: no limit
  int width = 1360;    // of a picture, dots
};

std::shared_ptr<TopoOptions> AddTopology(CLI::App& app) {
  auto options = std::make_shared<TopoOptions>();
  app.add_option("topology", options->topology, "Network: shipped name (rhumb topo list) or file")
      ->required()
      ->type_name("T");
  AddTopologyLoadFlags(app, &options->load);
  return options;
}

absl::Status List(const TopoOptions& options) {
  TextTable table({"network", "nodes", "links", "drained", "capacity", "delay"});
  ordered_json networks = ordered_json::array();
  for (const std::string& name : ShippedTopologies()) {
    const absl::StatusOr<Loaded<Topology>> loaded = LoadTopology(name);
    if (!loaded.ok()) return loaded.status();
    const TopologySummary summary = Summarize(loaded->value);
    table.AddRow({name, absl::StrCat(summary.nodes), absl::StrCat(summary.links),
                  absl::StrCat(summary.drained.size()), FormatRate(summary.usable_capacity_bps),
                  absl::StrFormat("%s to %s", FormatMilliseconds(summary.delay_s.min),
                                  FormatMilliseconds(summary.delay_s.max))});
    networks.push_back({{"name", name},
                        {"nodes", summary.nodes},
                        {"links", summary.links},
                        {"drained_links", summary.drained.size()},
                        {"usable_capacity_bps", summary.usable_capacity_bps},
                        {"origin", loaded->value.origin()}});
  }
  TextTable traffic_table({"traffic", "nodes", "matrices", "interval"});
  ordered_json traffic = ordered_json::array();
  for (const std::string& name : ShippedTraffic()) {
    const absl::StatusOr<Loaded<TrafficSeries>> loaded = LoadTraffic(name);
    if (!loaded.ok()) return loaded.status();
    const TrafficSeries& series = loaded->value;
    traffic_table.AddRow({name, absl::StrCat(series.node_names().size()),
                          absl::StrCat(series.size()), absl::FormatDuration(series.interval())});
    traffic.push_back({{"name", name},
                       {"nodes", series.node_names().size()},
                       {"matrices", series.size()},
                       {"interval_s", absl::ToDoubleSeconds(series.interval())},
                       {"origin", series.origin()}});
  }
  if (networks.empty() && traffic.empty()) {
    return absl::NotFoundError(
        absl::StrCat("there are no networks and no traffic ",
                     WhereShippedFilesWereSought(ShippedFiles::kTopologies)));
  }
  if (options.output == "json") {
    std::cout << ordered_json({{"topologies", networks}, {"traffic", traffic}}).dump(2) << "\n";
  } else {
    std::cout << table.Text() << "\n" << traffic_table.Text();
  }
  return absl::OkStatus();
}

absl::Status Describe(const TopoOptions& options) {
  const absl::StatusOr<Loaded<Topology>> loaded = LoadTopologyAloud(options.topology, options.load);
  if (!loaded.ok()) return loaded.status();
  TopologySummary summary;
  {
    ProgressBar bar("describing");
    summary = Summarize(loaded->value, kDescribeEffort,
                        [&bar](int done, int total) { bar.Update(done, total); });
  }
  if (options.output == "json") {
    std::cout << TopologyJson(*loaded, summary).dump(2) << "\n";
  } else {
    std::cout << DescribeTopology(*loaded, summary);
  }
  return absl::OkStatus();
}

absl::Status Validate(const TopoOptions& options) {
  if (!options.fix.empty()) {
    if (absl::Status status = CheckNativePath(options.fix); !status.ok()) return status;
  }
  const absl::StatusOr<LoadOptions> load = ToLoadOptions(options.load);
  if (!load.ok()) return load.status();
  const absl::StatusOr<Inspection> inspection = InspectTopology(options.topology, *load);
  if (!inspection.ok()) return inspection.status();
  if (options.output == "json") {
    std::cout << InspectionJson(options.topology, *inspection).dump(2) << "\n";
  } else {
    std::cout << DescribeInspection(options.topology, *inspection);
  }
  if (!options.fix.empty()) {
    if (!inspection->loaded) {
      return absl::FailedPreconditionError(
          absl::StrFormat("%s: no option repairs its faults; correct the file", options.topology));
    }
    if (absl::Status s = SaveTopology(inspection->loaded->value, options.fix); !s.ok()) return s;
    std::cerr << absl::StrFormat("wrote %s: %d nodes, %d links\n", options.fix,
                                 inspection->loaded->value.num_nodes(),
                                 inspection->loaded->value.num_links());
  }
  if (!inspection->refused) return absl::OkStatus();
  return absl::FailedPreconditionError(
      inspection->command.empty()
          ? absl::StrFormat("%s is refused; correct the file", options.topology)
          : absl::StrFormat("%s is refused as it is; this loads it: %s", options.topology,
                            inspection->command));
}

absl::Status Convert(const TopoOptions& options) {
  if (absl::Status status = CheckNativePath(options.to); !status.ok()) return status;
  const absl::StatusOr<Loaded<Topology>> loaded = LoadTopologyAloud(options.topology, options.load);
  if (!loaded.ok()) return loaded.status();
  if (options.format == "rfc8345") {
    const absl::StatusOr<std::vector<std::string>> notes =
        SaveTopologyAsRfc8345(loaded->value, options.to);
    if (!notes.ok()) return notes.status();
    PrintNotes(options.to, {"", *notes});
  } else if (absl::Status status = SaveTopology(loaded->value, options.to); !status.ok()) {
    return status;
  }
  std::cerr << absl::StrFormat("wrote %s: %d nodes, %d links\n", options.to,
                               loaded->value.num_nodes(), loaded->value.num_links());
  return absl::OkStatus();
}

absl::StatusOr<NodeId> FindNode(const Topology& topology, const std::string& name,
                                absl::string_view option) {
  if (const auto node = topology.FindNode(name)) return *node;
  std::vector<std::string> names;
  for (const Node& node : topology.nodes()) names.push_back(node.name);
  return absl::NotFoundError(absl::StrFormat("%s: topology \"%s\" has no node \"%s\"; it has %s",
                                             option, topology.name(), name, ShortList(names, 40)));
}

absl::Status Paths(const TopoOptions& options) {
  const absl::StatusOr<Loaded<Topology>> loaded = LoadTopologyAloud(options.topology, options.load);
  if (!loaded.ok()) return loaded.status();
  const Topology& topology = loaded->value;
  const absl::StatusOr<NodeId> source = FindNode(topology, options.from_node, "--from");
  if (!source.ok()) return source.status();
  const absl::StatusOr<NodeId> destination = FindNode(topology, options.to_node, "--to");
  if (!destination.ok()) return destination.status();
  if (*source == *destination) return UsageError("--from and --to name the same node");
  CandidatePathOptions path_options;
  path_options.method = options.method == "yen" ? CandidatePathOptions::Method::kYen
                                                : CandidatePathOptions::Method::kDiverse;
  path_options.max_paths = options.max_paths;
  if (options.stretch > 0) path_options.max_stretch = options.stretch;
  path_options.threads = 1;
  const absl::StatusOr<CandidatePaths> paths =
      CandidatePaths::Compute(topology, {NodePair{*source, *destination}}, path_options);
  if (!paths.ok()) return paths.status();
  if (options.output == "json") {
    std::cout << PathsJson(topology, *paths->paths()).dump(2) << "\n";
  } else {
    std::cout << DescribePaths(topology, *paths->paths());
  }
  return absl::OkStatus();
}

absl::Status Draw(const TopoOptions& options) {
  const bool png = absl::EndsWithIgnoreCase(options.to, ".png");
  if (!png && !absl::EndsWithIgnoreCase(options.to, ".svg")) {
    return UsageError(absl::StrCat("--to ", options.to,
                                   ": a drawing is written to a file ending in .svg or .png"));
  }
  const absl::StatusOr<Loaded<Topology>> loaded = LoadTopologyAloud(options.topology, options.load);
  if (!loaded.ok()) return loaded.status();
  const Topology& topology = loaded->value;
  std::string drawing =
      DrawMaps(LayOutMap(topology), {{topology.name(), topology, /*utilization=*/{}}});
  if (png) {
    absl::StatusOr<std::string> picture = SvgToPng(drawing, options.width);
    if (!picture.ok()) return picture.status();
    drawing = *std::move(picture);
  }
  if (absl::Status status = WriteFileAtomically(options.to, drawing); !status.ok()) return status;
  std::cerr << absl::StrFormat("wrote %s: %d nodes, %d links\n", options.to, topology.num_nodes(),
                               topology.num_links());
  return absl::OkStatus();
}

RunCommand DefineList(CLI::App& app) {
  auto options = std::make_shared<TopoOptions>();
  AddOutputOption(app, &options->output);
  return [options] { return List(*options); };
}

RunCommand DefineDescribe(CLI::App& app) {
  auto options = AddTopology(app);
  AddOutputOption(app, &options->output);
  return [options] { return Describe(*options); };
}

RunCommand DefineValidate(CLI::App& app) {
  auto options = AddTopology(app);
  app.add_option(
         "--fix", options->fix,
         "Write the network as the options that repair its faults load it; the exit code still "
         "tells of the given file")
      ->type_name("FILE");
  AddOutputOption(app, &options->output);
  return [options] { return Validate(*options); };
}

RunCommand DefineConvert(CLI::App& app) {
  auto options = AddTopology(app);
  app.add_option("--to", options->to, "File to write; ends in .json or .json.gz")
      ->required()
      ->type_name("FILE");
  app.add_option("--format", options->format,
                 "What to write: Rhumb's own JSON, or that of the IETF's YANG models")
      ->check(CLI::IsMember({"native", "rfc8345"}))
      ->type_name("native|rfc8345")
      ->capture_default_str();
  return [options] { return Convert(*options); };
}

RunCommand DefinePaths(CLI::App& app) {
  auto options = AddTopology(app);
  app.add_option("--from", options->from_node, "Source node")->required()->type_name("NODE");
  app.add_option("--to", options->to_node, "Destination node")->required()->type_name("NODE");
  app.add_option("--method", options->method,
                 "How paths are found: diverse as policies use them, yen the shortest by delay")
      ->check(CLI::IsMember({"diverse", "yen"}))
      ->type_name("diverse|yen")
      ->capture_default_str();
  app.add_option("--max-paths", options->max_paths, "At most this many paths")
      ->check(CLI::Range(1, 1000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option(
         "--stretch", options->stretch,
         "No path longer than this many times the shortest delay, 1 or more (default: no limit)")
      ->check(CLI::Range(1.0, 1e9))
      ->type_name("X");
  AddOutputOption(app, &options->output);
  return [options] { return Paths(*options); };
}

RunCommand DefineDraw(CLI::App& app) {
  auto options = AddTopology(app);
  app.add_option("--to", options->to, "File to write; ends in .svg or .png")
      ->required()
      ->type_name("FILE");
  app.add_option("--width", options->width, "Width of a PNG file in dots")
      ->check(CLI::Range(100, 16384))
      ->type_name("DOTS")
      ->capture_default_str();
  return [options] { return Draw(*options); };
}

}  // namespace

Command TopoCommand() {
  return {"topo", "List, describe, check, convert and draw networks",
          "rhumb topo describe esnet6-backbone", [](CLI::App& app) {
            return DefineNested(
                app, {{"list", "List the networks and traffic that ship with Rhumb",
                       "rhumb topo list", DefineList},
                      {"describe", "Describe a network: sizes, capacities, distances, cuts",
                       "rhumb topo describe esnet6-backbone", DefineDescribe},
                      {"validate", "Check a network's file and print everything odd about it",
                       "rhumb topo validate esnet6 --output json", DefineValidate},
                      {"convert", "Write a network in Rhumb's own format, or as RFC 8345 JSON",
                       "rhumb topo convert geant --to geant.topology.json.gz", DefineConvert},
                      {"paths", "Show the candidate paths between two nodes",
                       "rhumb topo paths esnet6-backbone --from SEAT --to CERN513", DefinePaths},
                      {"draw", "Draw a network as a map, or as springs where it has no places",
                       "rhumb topo draw geant --to geant.svg", DefineDraw}});
          }};
}

}  // namespace rhumb
