// Prints a topology's file as plain lines for checks in other languages:
//
//     print_topology FILE            "node NAME LATITUDE LONGITUDE", "link SOURCE DESTINATION BPS
//     DELAY_US METRIC" print_topology FILE rfc8345    RFC 8345 JSON
//
// separated by tabs. Links without a capacity have 7 bit/s; parts that no link joins stay.
#include <iostream>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/loader.h"
#include "topologies/formats/rfc8345_json.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: print_topology FILE [rfc8345]\n";
    return 2;
  }
  rhumb::Findings findings;
  rhumb::LoadOptions options;
  options.default_capacity_bps = 7;
  options.findings = &findings;
  const auto loaded = rhumb::LoadTopology(argv[1], options);
  if (!loaded.ok()) {
    std::cerr << loaded.status() << "\n";
    return 1;
  }
  const rhumb::Topology& topology = loaded->value;
  if (argc > 2) {
    const auto written = rhumb::WriteRfc8345Json(topology);
    if (!written.ok()) {
      std::cerr << written.status() << "\n";
      return 1;
    }
    std::cout << written->text;
    return 0;
  }
  for (const rhumb::Node& node : topology.nodes()) {
    std::cout << "node\t" << node.name;
    if (node.coordinates) {
      std::cout << absl::StrFormat("\t%.17g\t%.17g", node.coordinates->latitude_deg,
                                   node.coordinates->longitude_deg);
    }
    std::cout << "\n";
  }
  for (const rhumb::Link& link : topology.links()) {
    std::cout << absl::StrFormat(
        "link\t%s\t%s\t%.17g\t%.17g\t%.17g\n", topology.node(link.source).name,
        topology.node(link.destination).name, link.capacity_bps,
        absl::ToDoubleMicroseconds(link.propagation_delay), link.igp_metric);
  }
}
