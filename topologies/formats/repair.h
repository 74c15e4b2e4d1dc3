// All that is wrong with a topology's file in one reading, and the options with which it loads.
#ifndef RHUMB_TOPOLOGIES_FORMATS_REPAIR_H_
#define RHUMB_TOPOLOGIES_FORMATS_REPAIR_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "topologies/formats/findings.h"
#include "topologies/formats/load_options.h"

namespace rhumb {

struct Repair {
  // Every fault that refuses the file. Of a file that cannot be read on, such as broken XML, the
  // one that stopped the reading is the last.
  Findings faults;
  // The given options and those that the faults ask for, when the file loads with them.
  std::optional<LoadOptions> options;
};

// Reads the bytes of a refused file once more, collecting faults.
Repair FindRepair(absl::string_view bytes, absl::string_view file, const LoadOptions& options);

// "rhumb topo VERB FILE --default-capacity 10G --largest-part": the command with these options, to
// be typed into a shell.
std::string LoadCommand(absl::string_view verb, absl::string_view file, const LoadOptions& options);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_REPAIR_H_
