// Node names out of the labels that other formats use.
#ifndef RHUMB_TOPOLOGIES_FORMATS_NAMES_H_
#define RHUMB_TOPOLOGIES_FORMATS_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb {

// The same text with every byte that is not part of valid UTF-8 read as ISO-8859-1, where such
// bytes mostly come from. Protobuf refuses anything else.
std::string ToUtf8(absl::string_view text);

// A label as it may stand in a node's name: without commas and control characters, with '_' for the
// other reserved characters ('>', '#', '@', '*'), without white space around it, runs of white
// space as one space. Topologies and traffic go through the same function, so that their names
// still meet.
std::string CleanName(absl::string_view label);

// Makes every name differ from all others by appending "_2", "_3", ... to repetitions, in order.
// Returns how many were changed.
int MakeUnique(std::vector<std::string>* names);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_NAMES_H_
