#include "topologies/analysis/inspection.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "topologies/analysis/topology_checks.h"
#include "topologies/formats/file_io.h"
#include "topologies/formats/loader.h"
#include "topologies/formats/repair.h"

namespace rhumb {
namespace {

// Notes that say more than how the file was read: something in it is missing, doubled or not
// understood.
bool IsOdd(absl::string_view note) {
  for (absl::string_view sign :
       {"names no single rate", "cannot be read", "repeated", "left out", "skipped",
        "taken as unknown", "changed to make names", "faster than light", "not read", "kept as if",
        "has more than one", "listed in both directions, read as parallel",
        "not every node reaches", "unknown, set to"}) {
    if (absl::StrContains(note, sign)) return true;
  }
  return false;
}

void AddNotes(const LoadReport& report, Findings* findings) {
  for (const std::string& note : report.notes) {
    findings->Add(IsOdd(note) ? Severity::kOdd : Severity::kNote, note, "", "", 0);
  }
}

}  // namespace

absl::StatusOr<Inspection> InspectTopology(absl::string_view name_or_path,
                                           const LoadOptions& options) {
  const auto path = FindTopologyFile(name_or_path);
  if (!path.ok()) return path.status();
  const auto bytes = ReadWholeFile(*path, options.max_file_bytes);
  if (!bytes.ok()) return bytes.status();
  Inspection inspection;
  Findings findings;
  auto loaded = ReadTopology(*bytes, *path, options);
  if (!loaded.ok()) {
    inspection.refused = true;
    Repair repair = FindRepair(*bytes, *path, options);
    findings = repair.faults;
    if (repair.options) {
      inspection.command = LoadCommand("describe", name_or_path, *repair.options);
      loaded = ReadTopology(*bytes, *path, *repair.options);
    }
  }
  if (loaded.ok()) {
    AddNotes(loaded->report, &findings);
    for (const std::string& warning : TopologyWarnings(loaded->value)) {
      findings.Add(Severity::kOdd, warning, "", "", 0);
    }
    inspection.loaded = *std::move(loaded);
  } else {
    // What could be read says more than the faults alone.
    Findings ignored;
    LoadOptions collecting = options;
    collecting.findings = &ignored;
    if (const auto partial = ReadTopology(*bytes, *path, collecting); partial.ok()) {
      AddNotes(partial->report, &findings);
    }
  }
  inspection.findings = findings.list();
  std::stable_sort(inspection.findings.begin(), inspection.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
  return inspection;
}

absl::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kRefused:
      return "refused";
    case Severity::kOdd:
      return "odd";
    case Severity::kNote:
      return "note";
  }
  return "";
}

}  // namespace rhumb
