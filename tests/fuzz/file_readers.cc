#include "tests/fuzz/file_readers.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/fuzz/promise.h"
#include "topologies/formats/archive.h"
#include "topologies/formats/brite.h"
#include "topologies/formats/csv_table.h"
#include "topologies/formats/dot.h"
#include "topologies/formats/edge_list_csv.h"
#include "topologies/formats/frr_ted_json.h"
#include "topologies/formats/gml.h"
#include "topologies/formats/link_label.h"
#include "topologies/formats/loader.h"
#include "topologies/formats/matrix_text.h"
#include "topologies/formats/native_json.h"
#include "topologies/formats/node_link_json.h"
#include "topologies/formats/npy.h"
#include "topologies/formats/npy_stream.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/repetita.h"
#include "topologies/formats/rfc8345_json.h"
#include "topologies/formats/sndlib_native.h"
#include "topologies/formats/sndlib_xml.h"
#include "topologies/formats/time_stamps.h"
#include "topologies/formats/topology_zoo.h"
#include "topologies/formats/totem_xml.h"
#include "topologies/formats/units.h"
#include "topologies/formats/wide_csv.h"

namespace rhumb::testing {
namespace {

LoadOptions Plain() {
  LoadOptions options;
  options.max_file_bytes = 16 << 20;
  options.max_series_bytes = 1 << 20;
  return options;
}

// Every gap is filled, so that inputs get past the checks that refuse them otherwise.
LoadOptions Lenient() {
  LoadOptions options = Plain();
  options.default_capacity_bps = 1e9;
  options.default_delay = absl::Milliseconds(2);
  options.largest_part = true;
  options.drop_suspect = true;
  return options;
}

void Check(const absl::StatusOr<Loaded<Topology>>& loaded) {
  if (!loaded.ok()) return CheckFileRefusal(loaded.status());
  const auto written = WriteNativeTopology(loaded->value);
  Require(written.ok(), written.status().ToString());
  const auto again = ReadNativeTopology({*written, kFile}, Plain());
  Require(again.ok(), again.status().ToString());
  Require(ToProto(again->value).SerializeAsString() == ToProto(loaded->value).SerializeAsString(),
          "a topology differs after it was written and read");
}

void Check(const absl::StatusOr<Loaded<TrafficSeries>>& loaded) {
  if (!loaded.ok()) return CheckFileRefusal(loaded.status());
  const auto written = WriteNativeTraffic(loaded->value);
  Require(written.ok(), written.status().ToString());
  const auto again = ReadNativeTraffic({*written, kFile}, Plain());
  Require(again.ok(), again.status().ToString());
  Require(ToProto(again->value).SerializeAsString() == ToProto(loaded->value).SerializeAsString(),
          "a traffic series differs after it was written and read");
}

template <absl::StatusOr<Loaded<Topology>> (*read)(const Input&, const LoadOptions&)>
void RunTopology(absl::string_view bytes) {
  const auto plain = read({bytes, kFile}, Plain());
  Check(plain);
  if (plain.ok()) return;
  Check(read({bytes, kFile}, Lenient()));
  // Reading on past faults finds at least the one that refused the file.
  Findings findings;
  LoadOptions collecting = Plain();
  collecting.findings = &findings;
  const auto read_on = read({bytes, kFile}, collecting);
  Require(!read_on.ok() || !findings.list().empty(), "a refusal was not found again");
}

template <absl::StatusOr<Loaded<TrafficSeries>> (*read)(const Input&, const LoadOptions&)>
void RunTraffic(absl::string_view bytes) {
  Check(read({bytes, kFile}, Plain()));
}

// What is read from a file matrix by matrix is what is read whole.
template <absl::StatusOr<Loaded<TrafficSeries>> (*read)(const Input&, const LoadOptions&)>
void RunNumpy(absl::string_view bytes) {
  RunTraffic<read>(bytes);
  static const std::string& path = *new std::string(
      absl::StrCat(std::filesystem::temp_directory_path().string(), "/fuzzed-stack-", getpid()));
  std::ofstream(path, std::ios::binary) << bytes;
  LoadOptions options = Plain();
  options.streamed_from_bytes = 0;
  const auto streamed = OpenNpyStream(path, options);
  Require(unlink(path.c_str()) == 0, "the file is gone");
  if (!streamed.ok() || !streamed->has_value()) return;
  const auto whole = read({bytes, path}, Plain());
  if (!whole.ok()) {
    // What is read in parts is checked by its checksum; the library that reads whole archives also
    // compares what carries no value.
    return Require(absl::StrContains(whole.status().message(), "damaged or cut short"),
                   whole.status().ToString());
  }
  const TrafficStream& stream = (*streamed)->value;
  Require((*streamed)->report.notes == whole->report.notes, "notes differ");
  Require(stream.node_names() == whole->value.node_names() &&
              stream.interval() == whole->value.interval() && stream.size() == whole->value.size(),
          "the series differ");
  for (int i = 0; i < stream.size(); ++i) {
    const auto matrix = stream.Read(i);
    Require(matrix.ok(), matrix.status().ToString());
    Require(**matrix == whole->value.demands(i) && stream.time(i) == whole->value[i].time,
            "matrices differ");
  }
}

void RunSndlibXml(absl::string_view bytes) {
  RunTopology<ReadSndlibXmlTopology>(bytes);
  RunTraffic<ReadSndlibXmlTraffic>(bytes);
}

void RunSndlibNative(absl::string_view bytes) {
  RunTopology<ReadSndlibNativeTopology>(bytes);
  RunTraffic<ReadSndlibNativeTraffic>(bytes);
}

Topology Triangle() {
  std::vector<Node> nodes(3);
  std::vector<Link> links;
  for (int i = 0; i < 3; ++i) {
    nodes[i].name = std::string(1, static_cast<char>('A' + i));
    for (int j : {(i + 1) % 3, (i + 2) % 3}) {
      Link link;
      link.source = i;
      link.destination = j;
      link.capacity_bps = 1e9;
      links.push_back(link);
    }
  }
  return Topology::Create("triangle", nodes, links).value();
}

void RunNativePlan(absl::string_view bytes) {
  static const Topology& topology = *new Topology(Triangle());
  const auto plan = ReadNativePlan({bytes, kFile}, topology);
  if (!plan.ok()) return CheckFileRefusal(plan.status());
  // Whether it is sound or not, the check itself must survive.
  if (plan->Validate(topology).ok()) {
    Require(WriteNativePlan(*plan, topology).ok(), "a valid plan cannot be written");
  }
}

void RunMatrixText(absl::string_view bytes) {
  static const Topology& topology = *new Topology(Triangle());
  RunTraffic<ReadMatrixText>(bytes);
  LoadOptions options = Plain();
  options.topology = &topology;
  Check(ReadMatrixText({bytes, kFile}, options));
}

void RunRfc8345(absl::string_view bytes) {
  RunTopology<ReadRfc8345Json>(bytes);
  const auto loaded = ReadRfc8345Json({bytes, kFile}, Lenient());
  if (!loaded.ok()) return;
  // What is written is read again, as far as the format has room.
  const auto written = WriteRfc8345Json(loaded->value);
  if (!written.ok()) return;
  const auto again = ReadRfc8345Json({written->text, kFile}, Plain());
  Require(again.ok(), again.status().ToString());
  Require(again->value.num_links() == loaded->value.num_links(), "links differ after writing");
}

void RunArchive(absl::string_view bytes) {
  constexpr int64_t kLimit = 1 << 20;
  const Packing packing = PackingOf(bytes);
  Require(UnpackCommand(packing, kFile).empty() == (packing == Packing::kNone),
          "a packing has no command");
  if (packing == Packing::kZip) {
    const auto members = UnpackZip(bytes, kLimit);
    if (!members.ok()) return;
    size_t total = 0;
    for (const ArchiveMember& member : *members) total += member.bytes.size();
    Require(total <= kLimit, "an archive unpacks beyond the limit");
  } else if (CanUnpack(packing)) {
    const auto plain = Unpack(bytes, kLimit);
    Require(!plain.ok() || plain->size() <= kLimit, "a file unpacks beyond the limit");
  }
}

void RunRepetitaDemands(absl::string_view bytes) {
  static const Topology& topology = *new Topology(Triangle());
  RunTraffic<ReadRepetitaDemands>(bytes);
  LoadOptions options = Plain();
  options.topology = &topology;
  Check(ReadRepetitaDemands({bytes, kFile}, options));
}

// The whole way: compression, detection, reader, connectivity, screening.
void RunLoader(absl::string_view bytes) {
  const auto topology = ReadTopology(bytes, kFile, Plain());
  Check(topology);
  if (!topology.ok()) Check(ReadTopology(bytes, kFile, Lenient()));
  Check(ReadTraffic(bytes, kFile, Lenient()));
}

void RunTexts(absl::string_view bytes) {
  if (const auto rate = ParseRate(bytes); rate.ok()) {
    Require(*rate >= 0, "a rate is negative");
    Require(ParseRate(FormatRate(*rate)).ok(), "a written rate cannot be read");
  }
  if (const auto duration = ParseDuration(bytes); duration.ok()) {
    Require(*duration >= absl::ZeroDuration(), "a time is negative");
  }
  ParseNumber(bytes).IgnoreError();
  ParseTimeStamp(bytes).IgnoreError();
  if (const auto rate = RateOfExpression(bytes); rate.ok()) {
    Require(*rate > 0, "an expression's rate is not positive");
    const auto label = RateOfLinkLabel(bytes);
    Require(!label || *label == *rate, "a label and an expression are read differently");
  }
  for (const char delimiter : {',', ';', '\t', ' '}) {
    const auto cells = SplitCells(bytes, delimiter);
    if (!cells.ok()) continue;
    DecimalSigns signs(delimiter);
    for (const std::string& cell : *cells) signs.Parse(cell).IgnoreError();
  }
  if (const auto rate = RateOfLinkLabel(bytes))
    Require(*rate > 0, "a label's rate is not positive");
}

}  // namespace

absl::Span<const FuzzedReader> FileReaders() {
  static constexpr FuzzedReader kReaders[] = {
      {"archive", RunArchive},
      {"brite", RunTopology<ReadBrite>},
      {"dot", RunTopology<ReadDot>},
      {"edge_list_csv", RunTopology<ReadEdgeListCsv>},
      {"frr_ted_json", RunTopology<ReadFrrTedJson>},
      {"gml", RunTopology<ReadGml>},
      {"loader", RunLoader},
      {"matrix_text", RunMatrixText},
      {"native_plan", RunNativePlan},
      {"native_topology", RunTopology<ReadNativeTopology>},
      {"native_traffic", RunTraffic<ReadNativeTraffic>},
      {"node_link_json", RunTopology<ReadNodeLinkJson>},
      {"npy", RunNumpy<ReadNpy>},
      {"npz", RunNumpy<ReadNpz>},
      {"repetita_demands", RunRepetitaDemands},
      {"repetita_graph", RunTopology<ReadRepetitaGraph>},
      {"rfc8345_json", RunRfc8345},
      {"sndlib_native", RunSndlibNative},
      {"sndlib_xml", RunSndlibXml},
      {"texts", RunTexts},
      {"topology_zoo", RunTopology<ReadTopologyZoo>},
      {"totem_xml", RunTopology<ReadTotemXml>},
      {"wide_csv", RunTraffic<ReadWideCsv>},
  };
  return kReaders;
}

}  // namespace rhumb::testing
