// A first look at a file's content, from which the format table tells the format. Linear in the
// bytes, without parsing.
#ifndef RHUMB_TOPOLOGIES_FORMATS_SNIFF_H_
#define RHUMB_TOPOLOGIES_FORMATS_SNIFF_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace rhumb {

struct Sniff {
  enum class Kind { kEmpty, kBinary, kXml, kJsonObject, kText };
  Kind kind = Kind::kEmpty;
  bool utf16 = false;  // kBinary that begins with UTF-16's byte-order mark
  // XML: name of the root element; empty when none is found near the start.
  std::string xml_root;
  // JSON: keys of the outermost object, and of the first object in its "nodes" list.
  absl::flat_hash_set<std::string> json_keys, json_node_keys;
  // Text: the first line that is neither empty nor a comment ('#'), and whether there is an
  // "?SNDlib" header.
  absl::string_view first_line;
  bool sndlib_header = false;
  // The first bytes, without white space before them.
  absl::string_view head;
};

// `bytes` must outlive the result.
Sniff SniffContent(absl::string_view bytes);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_SNIFF_H_
