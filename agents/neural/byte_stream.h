// Little-endian numbers and counted texts in a byte string, for checkpoints and training states.
#ifndef RHUMB_AGENTS_NEURAL_BYTE_STREAM_H_
#define RHUMB_AGENTS_NEURAL_BYTE_STREAM_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb::neural {

class ByteWriter {
 public:
  template <typename T>
  void Number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    const size_t at = bytes_.size();
    bytes_.resize(at + sizeof(T));
    std::memcpy(&bytes_[at], &value, sizeof(T));
  }
  void Text(absl::string_view text) {
    Number(static_cast<uint32_t>(text.size()));
    bytes_.append(text.data(), text.size());
  }
  void Floats(const std::vector<float>& values) {
    Number(static_cast<uint32_t>(values.size()));
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

// Reading past the end gives zeros and clears ok().
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Number() {
    T value{};
    if (!Has(sizeof(T))) return value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  std::string Text() {
    const uint32_t size = Number<uint32_t>();
    if (!Has(size)) return "";
    std::string text(bytes_.data(), size);
    bytes_.remove_prefix(size);
    return text;
  }
  std::vector<float> Floats() {
    const uint64_t count = Number<uint32_t>();
    if (!Has(count * sizeof(float))) return {};
    std::vector<float> values(count);
    if (count > 0) std::memcpy(values.data(), bytes_.data(), count * sizeof(float));
    bytes_.remove_prefix(count * sizeof(float));
    return values;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

 private:
  bool Has(uint64_t size) {
    ok_ = ok_ && size <= bytes_.size();
    return ok_;
  }

  absl::string_view bytes_;
  bool ok_ = true;
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_BYTE_STREAM_H_
