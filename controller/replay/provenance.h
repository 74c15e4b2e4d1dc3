// Where numbers come from, so that they can be made again.
#ifndef RHUMB_CONTROLLER_REPLAY_PROVENANCE_H_
#define RHUMB_CONTROLLER_REPLAY_PROVENANCE_H_

#include <string>
#include <vector>

namespace rhumb {

struct Provenance {
  std::string command;  // as a shell takes it
  std::string version;  // of the program
  std::string commit;  // that it was built from, "unknown" outside of a checkout; "+": with changes
  std::string machine;  // processors, memory, system
  // Of every policy with a checkpoint, "SPEC: sha256 ..." of its file, or that it was shipped.
  std::vector<std::string> checkpoints;
};

// Of this process. Reads the checkpoints' files; one that cannot be read is said to be so.
Provenance ProvenanceOf(const std::vector<std::string>& policies);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_PROVENANCE_H_
