// One file in memory, and how its faults are told.
#ifndef RHUMB_TOPOLOGIES_FORMATS_INPUT_H_
#define RHUMB_TOPOLOGIES_FORMATS_INPUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rhumb {

// Where in a file something stands: a line, counted from 1, or an entry of a JSON list.
struct Place {
  Place(int line) : line(line) {}  // NOLINT: a line number is a place
  Place(const char* list, size_t index) : list(list), index(index) {}

  // "line 12" or "links[3]".
  std::string ToString() const {
    return list != nullptr ? absl::StrCat(list, "[", index, "]") : absl::StrCat("line ", line);
  }

  int line = 0;
  const char* list = nullptr;
  size_t index = 0;
};

// The bytes of one file, decompressed and without a byte-order mark. Views, valid during the read.
struct Input {
  absl::string_view bytes;
  absl::string_view file;  // as the user named it, for messages

  // The file's name without directories and endings: "b4" of "/data/b4.topology.json.gz".
  std::string Stem() const;

  // InvalidArgument "FILE: what".
  absl::Status Fault(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file, ": ", what));
  }
  // InvalidArgument "FILE:LINE: what" or "FILE: LIST[INDEX]: what".
  absl::Status FaultAt(const Place& place, absl::string_view what) const {
    return absl::InvalidArgumentError(place.list != nullptr
                                          ? absl::StrCat(file, ": ", place.ToString(), ": ", what)
                                          : absl::StrCat(file, ":", place.line, ": ", what));
  }
  // The same status with the file's name in front.
  absl::Status Prefixed(const absl::Status& status) const {
    if (status.ok()) return status;
    return absl::Status(status.code(), absl::StrCat(file, ": ", status.message()));
  }
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_INPUT_H_
