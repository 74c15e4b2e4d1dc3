#include "topologies/formats/npy_array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace rhumb {
namespace {

constexpr size_t kMaxHeadBytes = 1 << 16;
constexpr int64_t kMaxElements = int64_t{1} << 40;

absl::Status Refused(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("the NumPy array ", why));
}

// The text behind "'key':" in the head's Python dictionary, up to the next comma outside brackets
// and quotes.
std::string DictionaryValue(absl::string_view head, absl::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = absl::StrCat(std::string(1, quote), key, std::string(1, quote));
    size_t at = head.find(quoted);
    if (at == absl::string_view::npos) continue;
    at = head.find(':', at + quoted.size());
    if (at == absl::string_view::npos) return "";
    std::string value;
    int depth = 0;
    char open = 0;
    for (++at; at < head.size(); ++at) {
      const char c = head[at];
      if (open != 0) {
        if (c == open) open = 0;
      } else if (c == '\'' || c == '"') {
        open = c;
      } else if (c == '(' || c == '[') {
        ++depth;
      } else if (c == ')' || c == ']') {
        --depth;
      } else if ((c == ',' || c == '}') && depth == 0) {
        break;
      }
      value += c;
    }
    return std::string(absl::StripAsciiWhitespace(value));
  }
  return "";
}

double HalfToDouble(uint16_t half) {
  const int exponent = (half >> 10) & 0x1f;
  const int fraction = half & 0x3ff;
  double value = 0;
  if (exponent == 0x1f) {
    value = fraction == 0 ? HUGE_VAL : std::nan("");
  } else if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else {
    value = std::ldexp(fraction + 1024, exponent - 25);
  }
  return (half & 0x8000) != 0 ? -value : value;
}

// "M8[300s]" is not written by anybody; "M8[s]", "M8[ms]", "M8[D]" are.
double TimeUnitSeconds(absl::string_view unit) {
  constexpr std::pair<absl::string_view, double> kUnits[] = {
      {"D", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
  for (const auto& [name, seconds] : kUnits) {
    if (unit == name) return seconds;
  }
  return 0;
}

}  // namespace

absl::StatusOr<NpyHead> NpyHead::Parse(absl::string_view bytes) {
  if (bytes.size() < 10 || !absl::StartsWith(bytes, kNpyMagic)) return Refused("has no NumPy head");
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3) {
    return Refused(absl::StrFormat("has version %d of the format; 1 to 3 are read", version));
  }
  const auto byte = [&](size_t i) {
    return static_cast<size_t>(static_cast<unsigned char>(bytes[i]));
  };
  size_t begin = 10, length = byte(8) | byte(9) << 8;
  if (version >= 2) {
    if (bytes.size() < 12) return Refused("is cut short in its head");
    begin = 12;
    length |= byte(10) << 16 | byte(11) << 24;
  }
  if (length > kMaxHeadBytes || bytes.size() - begin < length) {
    return Refused("is cut short in its head");
  }
  const absl::string_view head = bytes.substr(begin, length);
  NpyHead array;
  array.bytes_ = static_cast<int64_t>(begin + length);

  std::string type = DictionaryValue(head, "descr");
  if (absl::StartsWith(type, "[")) return Refused("has records instead of numbers");
  type = std::string(absl::StripSuffix(absl::StripPrefix(type, "'"), "'"));
  if (type.size() < 2) return Refused("does not say what its elements are");
  char order = '|';
  if (absl::StrContains("<>|=", type.substr(0, 1))) {
    order = type[0];
    type.erase(0, 1);
  }
  array.kind_ = type[0];
  array.swapped_ = order == '>';
  if (array.kind_ == 'O') {
    return Refused(
        "holds Python objects, which are not unpickled here for safety; save it as "
        "numbers (array.astype(float))");
  }
  const size_t bracket = type.find('[');
  if (!absl::SimpleAtoi(absl::string_view(type).substr(
                            1, bracket == std::string::npos ? std::string::npos : bracket - 1),
                        &array.item_bytes_) ||
      array.item_bytes_ < 0 || array.item_bytes_ > 4096) {
    return Refused(absl::StrFormat("has elements of the kind \"%s\"", type.substr(0, 20)));
  }
  if (array.kind_ == 'U') array.item_bytes_ *= 4;
  const int item = array.item_bytes_;
  const bool whole = item == 1 || item == 2 || item == 4 || item == 8;
  bool known = false;
  switch (array.kind_) {
    case 'f':
      known = item == 2 || item == 4 || item == 8;
      break;
    case 'i':
    case 'u':
      known = whole;
      break;
    case 'b':
      known = item == 1;
      break;
    case 'U':
    case 'S':
      known = item > 0;
      break;
    case 'M':
      if (bracket != std::string::npos) {
        array.time_unit_s_ =
            TimeUnitSeconds(absl::StripSuffix(absl::string_view(type).substr(bracket + 1), "]"));
      }
      known = item == 8 && array.time_unit_s_ > 0;
      break;
    default:
      break;
  }
  if (!known) {
    return Refused(
        absl::StrFormat("has elements of the kind \"%s\"; save it as float64", type.substr(0, 20)));
  }
  const std::string fortran = DictionaryValue(head, "fortran_order");
  if (fortran != "True" && fortran != "False") return Refused("does not say its order");
  array.column_major_ = fortran == "True";

  std::string shape = DictionaryValue(head, "shape");
  if (shape.size() < 2 || shape.front() != '(' || shape.back() != ')') {
    return Refused("does not say its shape");
  }
  shape = shape.substr(1, shape.size() - 2);
  array.size_ = 1;
  for (absl::string_view part : absl::StrSplit(shape, ',')) {
    part = absl::StripSuffix(absl::StripAsciiWhitespace(part), "L");
    if (part.empty()) continue;
    int64_t extent = 0;
    if (!absl::SimpleAtoi(part, &extent) || extent < 0 || array.shape_.size() == 8) {
      return Refused(absl::StrFormat("has the shape (%s)", shape.substr(0, 60)));
    }
    if (extent > 0 && array.size_ > kMaxElements / extent) return Refused("is too large");
    array.size_ *= extent;
    array.shape_.push_back(extent);
  }
  return array;
}

absl::Status NpyHead::CheckDataBytes(int64_t data_bytes) const {
  if (data_bytes == this->data_bytes()) return absl::OkStatus();
  return Refused(absl::StrFormat("of shape %s needs %d bytes but has %d; is the file cut short?",
                                 ShapeText(), this->data_bytes(), data_bytes));
}

std::string NpyHead::ShapeText() const {
  return absl::StrCat("(", absl::StrJoin(shape_, ", "), ")");
}

NpyHead NpyHead::Part(std::vector<int64_t> shape) const {
  NpyHead part = *this;
  part.bytes_ = 0;
  part.size_ = 1;
  for (const int64_t extent : shape) part.size_ *= extent;
  part.shape_ = std::move(shape);
  return part;
}

absl::StatusOr<NpyArray> NpyArray::Parse(absl::string_view bytes) {
  auto head = NpyHead::Parse(bytes);
  if (!head.ok()) return head.status();
  const absl::string_view data = bytes.substr(head->bytes());
  if (absl::Status status = head->CheckDataBytes(static_cast<int64_t>(data.size())); !status.ok()) {
    return status;
  }
  return NpyArray(*std::move(head), data);
}

const char* NpyArray::At(int64_t index) const {
  if (column_major_) {
    // Row-major position to column-major: take the coordinates off from the last.
    int64_t rest = index, place = 0;
    std::vector<int64_t> at(shape_.size());
    for (size_t d = shape_.size(); d-- > 0;) {
      at[d] = rest % shape_[d];
      rest /= shape_[d];
    }
    for (size_t d = shape_.size(); d-- > 0;) place = place * shape_[d] + at[d];
    index = place;
  }
  return data_.data() + index * item_bytes_;
}

uint64_t NpyArray::Integer(int64_t index) const {
  unsigned char bytes[8] = {};
  std::memcpy(bytes, At(index), item_bytes_);
  if (swapped_) std::reverse(bytes, bytes + item_bytes_);
  uint64_t value = 0;
  for (int i = item_bytes_; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

double NpyArray::Number(int64_t index) const {
  const uint64_t bits = Integer(index);
  if (kind_ == 'f') {
    if (item_bytes_ == 2) return HalfToDouble(static_cast<uint16_t>(bits));
    if (item_bytes_ == 4) {
      const uint32_t narrow = static_cast<uint32_t>(bits);
      float value;
      std::memcpy(&value, &narrow, sizeof value);
      return value;
    }
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  if (kind_ != 'i') return static_cast<double>(bits);
  const int shift = 64 - 8 * item_bytes_;
  return static_cast<double>(static_cast<int64_t>(bits << shift) >> shift);
}

std::string NpyArray::Text(int64_t index) const {
  if (kind_ == 'S') {
    const char* begin = At(index);
    return std::string(begin, strnlen(begin, item_bytes_));
  }
  std::string text;
  const char* at = At(index);
  for (int i = 0; i < item_bytes_; i += 4) {
    unsigned char bytes[4];
    std::memcpy(bytes, at + i, 4);
    if (swapped_) std::reverse(bytes, bytes + 4);
    const uint32_t c =
        bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<uint32_t>(bytes[3]) << 24;
    if (c == 0) break;
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c < 0x800) {
      text += static_cast<char>(0xc0 | c >> 6);
      text += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      text += static_cast<char>(0xe0 | c >> 12);
      text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (c & 0x3f));
    } else {
      text += static_cast<char>(0xf0 | (c >> 18 & 7));
      text += static_cast<char>(0x80 | (c >> 12 & 0x3f));
      text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return text;
}

std::string NpyArray::Time(int64_t index) const {
  if (kind_ != 'M') return absl::StrFormat("%.17g", Number(index));
  const int64_t count = static_cast<int64_t>(Integer(index));
  constexpr int64_t kNotATime = INT64_MIN;
  if (count == kNotATime) return "";
  const absl::Time time = absl::UnixEpoch() + absl::Seconds(time_unit_s_) * count;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

}  // namespace rhumb
