// NumPy's files as they are on the disk.
#ifndef RHUMB_TESTS_TOPOLOGIES_FORMATS_NUMPY_FILES_H_
#define RHUMB_TESTS_TOPOLOGIES_FORMATS_NUMPY_FILES_H_

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rhumb::testing {

// An array as numpy.save writes it.
inline std::string Npy(absl::string_view type, absl::string_view shape, absl::string_view data,
                       absl::string_view fortran = "False") {
  std::string head = absl::StrCat("{'descr': '", type, "', 'fortran_order': ", fortran,
                                  ", 'shape': ", shape, ", }");
  while ((10 + head.size() + 1) % 64 != 0) head += ' ';
  head += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(head.size() & 255);
  file += static_cast<char>(head.size() >> 8);
  return absl::StrCat(file, head, data);
}

// Numbers as they lie in memory.
template <typename T>
std::string Bytes(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(&bytes[0], values.begin(), bytes.size());
  return bytes;
}

// Archive of stored members, as numpy.savez writes it.
inline std::string StoredZip(const std::vector<std::pair<std::string, std::string>>& members) {
  const auto number = [](uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(i < 8 ? value >> (8 * i) & 255 : 0);
    return text;
  };
  const auto crc = [](absl::string_view data) {
    uint32_t value = 0xffffffff;
    for (const unsigned char c : data) {
      value ^= c;
      for (int i = 0; i < 8; ++i) value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
    }
    return ~value;
  };
  std::string zip, directory;
  for (const auto& [name, data] : members) {
    const std::string sizes = absl::StrCat(number(crc(data), 4), number(data.size(), 4),
                                           number(data.size(), 4), number(name.size(), 2));
    const std::string common = absl::StrCat(number(20, 2), number(0, 8), sizes);
    absl::StrAppend(&directory, "PK\x01\x02", number(20, 2), common, number(0, 12),
                    number(static_cast<uint32_t>(zip.size()), 4), name);
    absl::StrAppend(&zip, std::string("PK\x03\x04", 4), common, number(0, 2), name, data);
  }
  const uint32_t at = static_cast<uint32_t>(zip.size());
  return absl::StrCat(zip, directory, "PK\x05\x06", number(0, 4), number(members.size(), 2),
                      number(members.size(), 2), number(directory.size(), 4), number(at, 4),
                      number(0, 2));
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_TOPOLOGIES_FORMATS_NUMPY_FILES_H_
