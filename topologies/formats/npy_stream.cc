#include "topologies/formats/npy_stream.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "topologies/formats/bounds.h"
#include "topologies/formats/input.h"
#include "topologies/formats/matrix_arrays.h"
#include "topologies/formats/npy_array.h"
#include "topologies/formats/seekable_file.h"
#include "topologies/formats/traffic_draft.h"
#include "topologies/formats/zip_directory.h"

namespace rhumb {
namespace {

// Names and times are small; all that stands beside the matrices may be this large together.
constexpr int64_t kMostBytesBeside = 64 << 20;

// Of one matrix, which is all or what stands under one index of the first axis.
NpyHead HeadOfMatrix(const NpyHead& head, int nodes) {
  std::vector<int64_t> shape = head.shape();
  if (shape.size() > 2 || shape[1] != nodes) shape.erase(shape.begin());
  return head.Part(std::move(shape));
}

// The matrices of a stack one behind the other in a file.
class MatricesInFile : public MatrixSource {
 public:
  MatricesInFile(std::shared_ptr<const SeekableFile> file, int64_t offset, const MatrixStack& stack,
                 double unit_bps)
      : file_(std::move(file)),
        offset_(offset),
        matrix_(HeadOfMatrix(stack.array->array, stack.nodes)),
        nodes_(stack.nodes),
        unit_bps_(unit_bps) {}

  // The elements as they are.
  absl::StatusOr<std::string> Bytes(int number) const {
    return file_->Read(offset_ + number * matrix_.data_bytes(), matrix_.data_bytes());
  }
  NpyArray Values(absl::string_view bytes) const { return NpyArray(matrix_, bytes); }

  absl::StatusOr<std::shared_ptr<const TrafficMatrix>> Read(int number) const override {
    const auto bytes = Bytes(number);
    if (!bytes.ok()) return bytes.status();
    const NpyArray values = Values(*bytes);
    auto matrix = std::make_shared<TrafficMatrix>(nodes_);
    int64_t cell = 0;
    for (int s = 0; s < nodes_; ++s) {
      for (int d = 0; d < nodes_; ++d, ++cell) {
        const double rate_bps = values.Number(cell) * unit_bps_;
        if (!IsDemand(rate_bps)) {
          return absl::DataLossError(absl::StrFormat(
              "%s: matrix %d has changed since it was first read; let nothing write "
              "to the file",
              file_->path(), number));
        }
        if (s != d) matrix->set_rate_bps(s, d, rate_bps);
      }
    }
    return matrix;
  }

 private:
  const std::shared_ptr<const SeekableFile> file_;
  const int64_t offset_;
  const NpyHead matrix_;
  const int nodes_;
  const double unit_bps_;
};

// The checksum of an array in an archive; a file by itself has none.
class Checksum {
 public:
  Checksum() = default;
  // Of the array's head, which comes first.
  Checksum(uint32_t expected, absl::string_view head) : expected_(expected) { Add(head); }

  void Add(absl::string_view bytes) {
    if (!expected_) return;
    sum_ = crc32_z(sum_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  }
  absl::Status Check() const {
    if (!expected_ || sum_ == *expected_) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "the archive's data are damaged (their checksum differs); fetch the file again");
  }

 private:
  std::optional<uint32_t> expected_;
  uLong sum_ = crc32_z(0, nullptr, 0);
};

// The arrays of a file: heads of all, elements of none yet.
struct Layout {
  std::vector<NamedArray> arrays;
  std::vector<int64_t> offsets;     // of the elements in the file
  std::vector<Checksum> checksums;  // of what was read so far
  std::vector<std::string> other_members;
  bool compressed = false;  // some array is; it is not among them
};

absl::Status AddArray(const SeekableFile& file, const std::string& name, int64_t offset,
                      int64_t bytes, std::optional<uint32_t> crc32, Layout* layout) {
  const auto first = file.Read(offset, std::min(bytes, kMaxNpyHeadBytes));
  if (!first.ok()) return first.status();
  auto head = NpyHead::Parse(*first);
  absl::Status status = head.status();
  if (head.ok()) status = head->CheckDataBytes(bytes - head->bytes());
  if (!status.ok()) {
    return absl::Status(status.code(), name.empty() ? std::string(status.message())
                                                    : absl::StrCat("member \"", name.substr(0, 60),
                                                                   "\": ", status.message()));
  }
  layout->offsets.push_back(offset + head->bytes());
  layout->checksums.push_back(
      crc32 ? Checksum(*crc32, absl::string_view(*first).substr(0, head->bytes())) : Checksum());
  layout->arrays.push_back({name, NpyArray(*std::move(head), {})});
  return absl::OkStatus();
}

absl::StatusOr<Layout> LayoutOf(const SeekableFile& file, bool archive) {
  Layout layout;
  if (!archive) {
    if (absl::Status status = AddArray(file, "", 0, file.size(), std::nullopt, &layout);
        !status.ok()) {
      return status;
    }
    return layout;
  }
  const auto members = ReadZipDirectory(file);
  if (!members.ok()) return members.status();
  for (const ZipMember& member : *members) {
    if (!absl::EndsWith(member.name, ".npy")) {
      layout.other_members.push_back(member.name);
    } else if (!member.stored) {
      layout.compressed = true;
    } else if (absl::Status status =
                   AddArray(file, std::string(absl::StripSuffix(member.name, ".npy")),
                            member.offset, member.bytes, member.crc32, &layout);
               !status.ok()) {
      return status;
    }
  }
  return layout;
}

// The elements of all arrays but the stack. `storage` keeps them.
absl::Status ReadBeside(const SeekableFile& file, const MatrixStack& stack, Layout* layout,
                        std::vector<std::unique_ptr<std::string>>* storage) {
  int64_t left = kMostBytesBeside;
  for (size_t i = 0; i < layout->arrays.size(); ++i) {
    NamedArray& named = layout->arrays[i];
    if (&named == stack.array) continue;
    left -= named.array.data_bytes();
    if (left < 0) {
      return absl::ResourceExhaustedError(absl::StrFormat(
          "the arrays beside the matrices take more than %d bytes; save the matrices, names and "
          "times by themselves",
          kMostBytesBeside));
    }
    auto bytes = file.Read(layout->offsets[i], named.array.data_bytes());
    if (!bytes.ok()) return bytes.status();
    layout->checksums[i].Add(*bytes);
    if (absl::Status status = layout->checksums[i].Check(); !status.ok()) return status;
    storage->push_back(std::make_unique<std::string>(*std::move(bytes)));
    named.array = NpyArray(named.array, *storage->back());
  }
  return absl::OkStatus();
}

absl::StatusOr<Loaded<TrafficStream>> Open(std::shared_ptr<const SeekableFile> file,
                                           const Input& input, const LoadOptions& options,
                                           const MatrixStack& stack, Layout* layout) {
  std::vector<std::unique_ptr<std::string>> storage;
  if (absl::Status status = ReadBeside(*file, stack, layout, &storage); !status.ok()) {
    return input.Prefixed(status);
  }
  TrafficDraft draft(input, options);
  const auto times = AddNodes(input, layout->arrays, stack, options, &draft);
  if (!times.ok()) return times.status();
  const size_t at = stack.array - layout->arrays.data();
  const int64_t offset = layout->offsets[at];
  auto source =
      std::make_shared<const MatricesInFile>(file, offset, stack, options.unitless_rate_bps);
  for (int t = 0; t < stack.count; ++t) {
    const auto bytes = source->Bytes(t);
    if (!bytes.ok()) return bytes.status();
    layout->checksums[at].Add(*bytes);
    absl::Status status = AddMatrix(source->Values(*bytes), 0, stack.cells(), options, &draft);
    if (!status.ok()) return status;
    draft.DropRates();
    if (options.on_progress) options.on_progress(t + 1, stack.count);
  }
  if (absl::Status status = layout->checksums[at].Check(); !status.ok()) {
    return input.Prefixed(status);
  }
  if (absl::Status status = AddTimes(input, *times, &draft); !status.ok()) return status;
  auto loaded = draft.FinishStream(source);
  if (loaded.ok() && !layout->other_members.empty()) {
    loaded->report.notes.push_back(
        absl::StrFormat("members of the archive that are no arrays: %d (first: %s)",
                        layout->other_members.size(), layout->other_members.front().substr(0, 60)));
  }
  return loaded;
}

}  // namespace

absl::StatusOr<std::optional<Loaded<TrafficStream>>> OpenNpyStream(const std::string& path,
                                                                   const LoadOptions& options) {
  const auto file = SeekableFile::Open(path);
  // What has no places is read from its beginning to its end.
  if (absl::IsInvalidArgument(file.status())) return std::nullopt;
  if (!file.ok()) return file.status();
  const auto magic =
      (*file)->Read(0, std::min((*file)->size(), static_cast<int64_t>(kNpyMagic.size())));
  if (!magic.ok()) return magic.status();
  const bool archive = absl::StartsWith(*magic, "PK\x03\x04");
  if (*magic != kNpyMagic && !archive) return std::nullopt;
  const Input input{{}, path};
  const bool whole_fits = (*file)->size() <= options.max_file_bytes;
  auto layout = LayoutOf(**file, archive);
  if (!layout.ok()) {
    // The reader of whole files tells its faults, and knows archives that have no matrices.
    if (whole_fits) return std::nullopt;
    return input.Prefixed(layout.status());
  }
  if (layout->compressed) {
    if (whole_fits) return std::nullopt;
    return input.Fault(absl::StrFormat(
        "its arrays are compressed, so that they can only be read whole, and the file is larger "
        "than the limit of %d bytes; unpack it (unzip %s) and name the .npy file",
        options.max_file_bytes, path));
  }
  const auto stack = FindMatrixStack(input, layout->arrays);
  if (!stack.ok()) {
    if (whole_fits) return std::nullopt;
    return stack.status();
  }
  const double needed = SeriesBytes(stack->nodes, stack->count);
  if (whole_fits && needed <= static_cast<double>(options.streamed_from_bytes)) return std::nullopt;
  if (stack->array->array.column_major() && stack->count > 1) {
    if (whole_fits && needed <= static_cast<double>(options.max_series_bytes)) return std::nullopt;
    return input.Fault(
        "its matrices are interleaved (Fortran's order), so that they cannot be read one by one; "
        "rewrite it: python3 -c 'import numpy as n; from sys import argv as v; a = n.load(v[1], "
        "mmap_mode=\"r\"); n.lib.format.open_memmap(v[2], \"w+\", a.dtype, a.shape)[:] = a' "
        "IN.npy OUT.npy");
  }
  auto loaded = Open(*file, input, options, *stack, &*layout);
  if (!loaded.ok()) return loaded.status();
  loaded->report.format = archive ? "NumPy .npz" : "NumPy .npy";
  return std::optional<Loaded<TrafficStream>>(*std::move(loaded));
}

}  // namespace rhumb
