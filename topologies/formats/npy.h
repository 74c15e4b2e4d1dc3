// NumPy's .npy arrays and .npz archives of them (numpy.lib.format, versions 1 to 3), as traffic
// matrices. Arrays of Python objects are refused: nothing is ever unpickled.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NPY_H_
#define RHUMB_TOPOLOGIES_FORMATS_NPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/input.h"
#include "topologies/formats/load_options.h"
#include "topologies/formats/sniff.h"
#include "topologies/traffic_series.h"

namespace rhumb {

// An array's head, and its data where they are.
class NpyArray {
 public:
  // InvalidArgument, without the file's name, for a head that is not NumPy's, a kind of element
  // that is no number, text or time, and data of another size than the shape says.
  static absl::StatusOr<NpyArray> Parse(absl::string_view bytes);

  const std::vector<int64_t>& shape() const { return shape_; }
  int64_t size() const { return size_; }  // elements
  // 'f', 'i', 'u', 'b': numbers; 'U', 'S': text; 'M': times.
  char kind() const { return kind_; }
  bool is_number() const { return kind_ == 'f' || kind_ == 'i' || kind_ == 'u' || kind_ == 'b'; }
  // Of element `index` in row-major order; O(dimensions).
  double Number(int64_t index) const;
  std::string Text(int64_t index) const;
  // Of 'M', and of 'i' as the number it is; "" for not-a-time.
  std::string Time(int64_t index) const;

 private:
  const char* At(int64_t index) const;
  uint64_t Integer(int64_t index) const;

  std::vector<int64_t> shape_;
  int64_t size_ = 0;
  char kind_ = 0;
  int item_bytes_ = 0;
  bool swapped_ = false;  // big-endian data
  bool column_major_ = false;
  double time_unit_s_ = 0;  // of 'M'
  absl::string_view data_;
};

bool IsNpy(const Sniff& sniff);
bool IsNpz(const Sniff& sniff);

// An array of shape (N, N), (T, N, N) or (T, N * N) of numbers; names as in matrix_stack.h. An
// archive may hold beside it names of the nodes (N texts) and times (T times, or T numbers under a
// name such as "time"). A value of 1 counts options.unitless_rate_bps.
absl::StatusOr<Loaded<TrafficSeries>> ReadNpy(const Input& input, const LoadOptions& options);
absl::StatusOr<Loaded<TrafficSeries>> ReadNpz(const Input& input, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NPY_H_
