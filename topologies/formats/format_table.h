// The formats that are read: one row each, tried in order. A new format is a reader in its own file
// and a row here.
#ifndef RHUMB_TOPOLOGIES_FORMATS_FORMAT_TABLE_H_
#define RHUMB_TOPOLOGIES_FORMATS_FORMAT_TABLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"

namespace rhumb {

template <typename T>
struct Format {
  const char* name;
  bool (*recognises)(const Sniff& sniff);
  // Fills report.notes; the caller fills report.format.
  absl::StatusOr<Loaded<T>> (*read)(const Input& input, const LoadOptions& options);
};

absl::Span<const Format<Topology>> TopologyFormats();
absl::Span<const Format<TrafficSeries>> TrafficFormats();

// The row that recognises the content, null when none does.
template <typename T>
const Format<T>* FindFormat(absl::Span<const Format<T>> formats, const Sniff& sniff) {
  for (const Format<T>& format : formats) {
    if (format.recognises(sniff)) return &format;
  }
  return nullptr;
}

// "native JSON, Topology Zoo GraphML, ...", for messages and help.
template <typename T>
std::string FormatNames(absl::Span<const Format<T>> formats) {
  std::string names;
  for (const Format<T>& format : formats)
    absl::StrAppend(&names, names.empty() ? "" : ", ", format.name);
  return names;
}

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_FORMAT_TABLE_H_
