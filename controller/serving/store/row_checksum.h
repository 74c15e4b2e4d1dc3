// What tells a row that was written from one that has changed on the disk.
#ifndef RHUMB_CONTROLLER_SERVING_STORE_ROW_CHECKSUM_H_
#define RHUMB_CONTROLLER_SERVING_STORE_ROW_CHECKSUM_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace rhumb {

// FNV-1a of both, with a mark between them. Every step can be undone, so that texts of one length
// that differ in one byte never have the same. O(bytes).
inline uint64_t RowChecksum(absl::string_view key, absl::string_view value) {
  uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](absl::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    hash = (hash ^ 0x100) * 0x100000001b3u;
  };
  add(key);
  add(value);
  return hash;
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_STORE_ROW_CHECKSUM_H_
