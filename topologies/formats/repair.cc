#include "topologies/formats/repair.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "topologies/formats/loader.h"

namespace rhumb {
namespace {

// What a finding's option text sets.
constexpr double kSuggestedCapacityBps = 10e9;

bool Apply(absl::string_view option, LoadOptions* options) {
  if (option == "--default-capacity 10G") {
    options->default_capacity_bps = kSuggestedCapacityBps;
  } else if (option == "--largest-part") {
    options->largest_part = true;
  } else {
    return false;
  }
  return true;
}

// "10G", "155.52M", "1": short, and read as the same rate again.
std::string ShortRate(double rate_bps) {
  for (const auto& [factor, prefix] : {std::pair(1e9, "G"), {1e6, "M"}, {1e3, "k"}}) {
    if (rate_bps >= factor) return absl::StrFormat("%.15g%s", rate_bps / factor, prefix);
  }
  return absl::StrFormat("%.15g", rate_bps);
}

std::string ShellQuoted(absl::string_view text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("-_./:+=,@", absl::string_view(&c, 1));
  });
  if (plain) return std::string(text);
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

}  // namespace

Repair FindRepair(absl::string_view bytes, absl::string_view file, const LoadOptions& options) {
  Repair repair;
  LoadOptions collecting = options;
  collecting.findings = &repair.faults;
  const auto loaded = ReadTopology(bytes, file, collecting);
  if (!loaded.ok()) {
    repair.faults.Add(Severity::kRefused, loaded.status().message());
    return repair;
  }
  LoadOptions repaired = options;
  for (const Finding& fault : repair.faults.list()) {
    if (!Apply(fault.option, &repaired)) return repair;
  }
  if (ReadTopology(bytes, file, repaired).ok()) repair.options = repaired;
  return repair;
}

std::string LoadCommand(absl::string_view verb, absl::string_view file,
                        const LoadOptions& options) {
  std::string command = absl::StrCat("rhumb topo ", verb, " ", ShellQuoted(file));
  if (options.default_capacity_bps) {
    absl::StrAppend(&command, " --default-capacity ", ShortRate(*options.default_capacity_bps));
  }
  if (options.unitless_rate_given) {
    absl::StrAppend(&command, " --capacity-unit ", ShortRate(options.unitless_rate_bps));
  }
  if (options.default_delay) {
    absl::StrAppend(&command, " --default-delay ", absl::FormatDuration(*options.default_delay));
  }
  if (options.unitless_delay != absl::Milliseconds(1)) {
    absl::StrAppend(&command, " --delay-unit ", absl::FormatDuration(options.unitless_delay));
  }
  if (options.unitless_length_km) {
    absl::StrAppend(&command, " --length-unit ", *options.unitless_length_km == 1 ? "km" : "m");
  }
  if (options.geographic_positions) {
    absl::StrAppend(&command, " --positions ",
                    *options.geographic_positions ? "geographic" : "planar");
  }
  if (options.largest_part) absl::StrAppend(&command, " --largest-part");
  return command;
}

}  // namespace rhumb
