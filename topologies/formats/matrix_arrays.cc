#include "topologies/formats/matrix_arrays.h"

#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "topologies/formats/element_fields.h"
#include "topologies/formats/matrix_stack.h"
#include "topologies/formats/time_stamps.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

// Matrices and nodes of an array of numbers; {0, 0} for another shape.
std::pair<int64_t, int> StackShape(const NpyHead& array) {
  const std::vector<int64_t>& shape = array.shape();
  constexpr int64_t kMostNodes = 1 << 20;
  if (!array.is_number() || array.size() == 0) return {0, 0};
  if (shape.size() == 2 && shape[0] == shape[1] && shape[0] >= 2 && shape[0] < kMostNodes) {
    return {1, static_cast<int>(shape[0])};
  }
  if (shape.size() == 3 && shape[1] == shape[2] && shape[1] >= 2 && shape[1] < kMostNodes) {
    return {shape[0], static_cast<int>(shape[1])};
  }
  if (shape.size() == 2 && SideOfSquare(shape[1]) > 0) return {shape[0], SideOfSquare(shape[1])};
  return {0, 0};
}

bool IsText(const NpyHead& array) { return array.kind() == 'U' || array.kind() == 'S'; }

}  // namespace

absl::StatusOr<MatrixStack> FindMatrixStack(const Input& input,
                                            const std::vector<NamedArray>& arrays) {
  MatrixStack stack;
  for (const NamedArray& named : arrays) {
    const auto [count, nodes] = StackShape(named.array);
    if (nodes == 0) continue;
    if (stack.array != nullptr) {
      return input.Fault(absl::StrFormat(
          "both \"%s\" and \"%s\" may be the traffic matrices; save one of them by itself",
          stack.array->name, named.name));
    }
    if (count > std::numeric_limits<int>::max()) {
      return input.Fault(absl::StrFormat("has %d matrices; cut them into several files", count));
    }
    stack = {&named, static_cast<int>(count), nodes};
  }
  if (stack.array != nullptr) return stack;
  std::vector<std::string> shapes;
  for (const NamedArray& named : arrays) {
    shapes.push_back(
        absl::StrCat(named.name, named.name.empty() ? "" : " ", named.array.ShapeText()));
  }
  return input.Fault(
      absl::StrFormat("has no numbers of shape (N, N), (T, N, N) or (T, N * N), but %s",
                      shapes.empty() ? "no arrays" : absl::StrJoin(shapes, ", ").substr(0, 200)));
}

absl::StatusOr<const NpyArray*> AddNodes(const Input& input, const std::vector<NamedArray>& arrays,
                                         const MatrixStack& stack, const LoadOptions& options,
                                         TrafficDraft* draft) {
  const NpyArray* times = nullptr;
  std::vector<std::string> names;
  for (const NamedArray& named : arrays) {
    if (&named == stack.array) continue;
    const NpyArray& array = named.array;
    const bool says_time = absl::StrContains(absl::AsciiStrToLower(named.name), "time") ||
                           RoleOfField(named.name) == FieldRole::kTime;
    if (times == nullptr && array.size() == stack.count &&
        (array.kind() == 'M' || (says_time && array.kind() != 'b'))) {
      times = &array;
    } else if (names.empty() && IsText(array) && array.size() == stack.nodes) {
      for (int i = 0; i < stack.nodes; ++i) names.push_back(array.Text(i));
    } else {
      draft->notes.Unused("archive", named.name);
    }
  }
  if (names.empty()) {
    auto found = MatrixNodeNames(input, stack.nodes, options, &draft->notes);
    if (!found.ok()) return found.status();
    names = *std::move(found);
  }
  for (const std::string& name : names) {
    if (absl::Status status = draft->AddNode(name, 1); !status.ok()) return status;
  }
  draft->notes.Say(absl::StrFormat("the file names no unit: a value of 1 was taken as %s",
                                   FormatRate(options.unitless_rate_bps)));
  return times;
}

absl::Status AddMatrix(const NpyArray& values, int64_t begin, int64_t cells,
                       const LoadOptions& options, TrafficDraft* draft) {
  const int line = draft->num_matrices() + 1;
  if (absl::Status status = draft->StartMatrix(std::nullopt, line); !status.ok()) return status;
  const int64_t n = draft->num_nodes();
  for (int64_t i = 0; i < cells; ++i) {
    const double rate_bps = values.Number(begin + i) * options.unitless_rate_bps;
    if (rate_bps == 0) continue;
    absl::Status status =
        draft->AddDemand(static_cast<int>(i / n), static_cast<int>(i % n), rate_bps, line);
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat(status.message(), " (the number is that of the matrix)"));
    }
  }
  return absl::OkStatus();
}

absl::Status AddTimes(const Input& input, const NpyArray* times, TrafficDraft* draft) {
  if (times == nullptr) return absl::OkStatus();
  std::vector<TimeStamp> stamps;
  for (int64_t i = 0; i < times->size(); ++i) {
    auto stamp = ParseTimeStamp(IsText(*times) ? times->Text(i) : times->Time(i));
    if (!stamp.ok()) {
      return input.Fault(absl::StrFormat("time %d: %s", i, stamp.status().message()));
    }
    stamp->line = static_cast<int>(i + 1);
    stamps.push_back(*stamp);
  }
  const auto resolved = ResolveTimes(input, stamps, std::nullopt);
  if (!resolved.ok()) return resolved.status();
  if (!resolved->note.empty()) draft->notes.Say(resolved->note);
  for (int i = 0; i < draft->num_matrices(); ++i) {
    if (!resolved->times[i]) continue;
    if (absl::Status status = draft->SetTime(i, *resolved->times[i]); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace rhumb
