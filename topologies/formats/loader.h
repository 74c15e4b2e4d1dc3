// Reads topologies and traffic from files, whatever their format, and writes the native one.
//
// The format is told from the content, never from the name; format_table.h lists what is known.
// Everything here answers with a Status that names the file, the line or element, the fault and the
// next move; nothing aborts on any input, and whatever was merged, skipped or assumed stands in
// LoadReport::notes with its count.
#ifndef RHUMB_TOPOLOGIES_FORMATS_LOADER_H_
#define RHUMB_TOPOLOGIES_FORMATS_LOADER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/shipped_data.h"
#include "topologies/topology.h"
#include "topologies/traffic_series.h"
#include "topologies/traffic_stream.h"

namespace rhumb {

// A shipped name ("esnet6-backbone") or a file, gzip transparently. A file of that name wins over a
// shipped name only when the text holds a '/' or a '.'. NotFound, listing the shipped names, when
// there is neither. InvalidArgument for content that cannot be a network, ResourceExhausted for
// content beyond the limits of `options`.
absl::StatusOr<Loaded<Topology>> LoadTopology(absl::string_view name_or_path,
                                              const LoadOptions& options = {});

// Likewise; also a directory, whose files hold one SNDlib matrix each and are read in order of
// their time stamps.
absl::StatusOr<Loaded<TrafficSeries>> LoadTraffic(absl::string_view name_or_path,
                                                  const LoadOptions& options = {});

// The same, but what is large and can be read in parts (npy_stream.h) stays in the file: its
// matrices are read when they are asked for, and limits of size do not count.
absl::StatusOr<Loaded<TrafficStream>> OpenTraffic(absl::string_view name_or_path,
                                                  const LoadOptions& options = {});

// The same for bytes in memory (compressed or not). `file_name` is for messages, and names the
// result when the content does not.
absl::StatusOr<Loaded<Topology>> ReadTopology(absl::string_view bytes, absl::string_view file_name,
                                              const LoadOptions& options = {});
absl::StatusOr<Loaded<TrafficSeries>> ReadTraffic(absl::string_view bytes,
                                                  absl::string_view file_name,
                                                  const LoadOptions& options = {});

// Native proto3 JSON, compressed when `path` ends in ".gz". The file appears under its name only
// when it is complete (written beside, flushed, renamed). Delays are rounded to nanoseconds.
// Unavailable or another code by errno, naming the path, when it cannot be written.
absl::Status SaveTopology(const Topology& topology, const std::string& path);
absl::Status SaveTraffic(const TrafficSeries& series, const std::string& path);
// Matrix by matrix; returns the bytes of JSON, before compression. Errors of the source too.
absl::StatusOr<int64_t> SaveTraffic(const TrafficStream& stream, const std::string& path,
                                    const std::function<void(int done, int total)>& on_progress);

// Likewise as RFC 8345 JSON (rfc8345_json.h). Says what the format has no room for; InvalidArgument
// when it has none for something that matters.
absl::StatusOr<std::vector<std::string>> SaveTopologyAsRfc8345(const Topology& topology,
                                                               const std::string& path);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_LOADER_H_
