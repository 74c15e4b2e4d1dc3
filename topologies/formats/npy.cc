#include "topologies/formats/npy.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "topologies/formats/archive.h"
#include "topologies/formats/matrix_arrays.h"
#include "topologies/formats/npy_array.h"
#include "topologies/formats/traffic_draft.h"

namespace rhumb {
namespace {

absl::StatusOr<Loaded<TrafficSeries>> ReadArrays(const Input& input, const LoadOptions& options,
                                                 const std::vector<NamedArray>& arrays) {
  const auto stack = FindMatrixStack(input, arrays);
  if (!stack.ok()) return stack.status();
  // Before any name is made.
  if (SeriesBytes(stack->nodes, stack->count) > static_cast<double>(options.max_series_bytes)) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "%s: %d matrices of %d nodes take more than the limit of %d bytes; cut the series into "
        "shorter ones",
        input.file, stack->count, stack->nodes, options.max_series_bytes));
  }
  TrafficDraft draft(input, options);
  const auto times = AddNodes(input, arrays, *stack, options, &draft);
  if (!times.ok()) return times.status();
  for (int t = 0; t < stack->count; ++t) {
    absl::Status status =
        AddMatrix(stack->array->array, t * stack->cells(), stack->cells(), options, &draft);
    if (!status.ok()) return status;
  }
  if (absl::Status status = AddTimes(input, *times, &draft); !status.ok()) return status;
  return draft.Finish();
}

}  // namespace

bool IsNpy(const Sniff& sniff) { return absl::StartsWith(sniff.head, kNpyMagic); }

bool IsNpz(const Sniff& sniff) { return absl::StartsWith(sniff.head, "PK\x03\x04"); }

absl::StatusOr<Loaded<TrafficSeries>> ReadNpy(const Input& input, const LoadOptions& options) {
  auto array = NpyArray::Parse(input.bytes);
  if (!array.ok()) return input.Prefixed(array.status());
  return ReadArrays(input, options, {{"", *std::move(array)}});
}

absl::StatusOr<Loaded<TrafficSeries>> ReadNpz(const Input& input, const LoadOptions& options) {
  const auto members = UnpackZip(input.bytes, options.max_file_bytes);
  if (!members.ok()) return input.Prefixed(members.status());
  std::vector<NamedArray> arrays;
  std::vector<std::string> others;
  for (const ArchiveMember& member : *members) {
    if (!absl::EndsWith(member.name, ".npy")) {
      others.push_back(member.name);
      continue;
    }
    auto array = NpyArray::Parse(member.bytes);
    const std::string name(absl::StripSuffix(member.name, ".npy"));
    if (!array.ok()) {
      return input.Fault(
          absl::StrCat("member \"", name.substr(0, 60), "\": ", array.status().message()));
    }
    arrays.push_back({name, *std::move(array)});
  }
  auto loaded = ReadArrays(input, options, arrays);
  if (loaded.ok() && !others.empty()) {
    loaded->report.notes.push_back(
        absl::StrFormat("members of the archive that are no arrays: %d "
                        "(first: %s)",
                        others.size(), others.front().substr(0, 60)));
  }
  return loaded;
}

}  // namespace rhumb
