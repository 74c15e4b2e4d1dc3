// An array as numpy.save writes it (numpy.lib.format, versions 1 to 3): a head that says shape and
// kind of the elements, then the elements. Arrays of Python objects are refused: nothing is ever
// unpickled.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NPY_ARRAY_H_
#define RHUMB_TOPOLOGIES_FORMATS_NPY_ARRAY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

inline constexpr absl::string_view kNpyMagic("\x93NUMPY", 6);
// No head is longer.
inline constexpr int64_t kMaxNpyHeadBytes = (1 << 16) + 12;

class NpyHead {
 public:
  // Of the first bytes of an array: all that kMaxNpyHeadBytes covers. InvalidArgument, without the
  // file's name, for a head that is not NumPy's and a kind of element that is no number, text or
  // time.
  static absl::StatusOr<NpyHead> Parse(absl::string_view bytes);

  int64_t bytes() const { return bytes_; }  // of the head; the elements follow
  const std::vector<int64_t>& shape() const { return shape_; }
  std::string ShapeText() const;          // "(288, 12, 12)"
  int64_t size() const { return size_; }  // elements
  int item_bytes() const { return item_bytes_; }
  int64_t data_bytes() const { return size_ * item_bytes_; }
  bool column_major() const { return column_major_; }
  // 'f', 'i', 'u', 'b': numbers; 'U', 'S': text; 'M': times.
  char kind() const { return kind_; }
  bool is_number() const { return kind_ == 'f' || kind_ == 'i' || kind_ == 'u' || kind_ == 'b'; }

  // InvalidArgument when that many bytes of elements are not what the shape needs.
  absl::Status CheckDataBytes(int64_t data_bytes) const;
  // Of a part of the elements, which lie one behind the other.
  NpyHead Part(std::vector<int64_t> shape) const;

 protected:
  int64_t bytes_ = 0;
  std::vector<int64_t> shape_;
  int64_t size_ = 0;
  char kind_ = 0;
  int item_bytes_ = 0;
  bool swapped_ = false;  // big-endian data
  bool column_major_ = false;
  double time_unit_s_ = 0;  // of 'M'
};

// A head with its elements, which stay where they are.
class NpyArray : public NpyHead {
 public:
  // Errors of the head; InvalidArgument for data of another size than the shape says.
  static absl::StatusOr<NpyArray> Parse(absl::string_view bytes);
  // `data` holds head.data_bytes() bytes, or none: then only the head may be asked.
  NpyArray(NpyHead head, absl::string_view data) : NpyHead(std::move(head)), data_(data) {}

  // Of element `index` in row-major order; O(dimensions).
  double Number(int64_t index) const;
  std::string Text(int64_t index) const;
  // Of 'M', and of 'i' as the number it is; "" for not-a-time.
  std::string Time(int64_t index) const;

 private:
  const char* At(int64_t index) const;
  uint64_t Integer(int64_t index) const;

  absl::string_view data_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NPY_ARRAY_H_
