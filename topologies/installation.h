// Where the files that come with the program are: the one place that knows how an installation is
// laid out.
//
// Everything is found relative to the running program, so that an installed prefix can be moved as
// a whole, and a build tree is laid out as a prefix is:
//
//   <prefix>/bin/rhumb
//   <prefix>/lib/rhumb/librhumb_neural.so    modules
//   <prefix>/libexec/rhumb/rhumb-ns3         the ns-3 worker
//   <prefix>/share/rhumb/topologies, /configs
#ifndef RHUMB_TOPOLOGIES_INSTALLATION_H_
#define RHUMB_TOPOLOGIES_INSTALLATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rhumb {

enum class ShippedFiles {
  kTopologies,       // networks and traffic; $RHUMB_DATA
  kTrainingConfigs,  // TOML files of `rhumb train`; $RHUMB_CONFIGS
  kModules,          // shared objects that are loaded on demand; $RHUMB_MODULE_DIR
  kWorkers,          // programs that are run as workers; $RHUMB_WORKER_DIR
};

// Where files of a kind are looked for, in this order: only the directory that the environment
// variable names, when it is set; else the prefix of the running program, then the build tree that
// the program lies in, if it lies in one. Directories that do not exist are listed too, each once.
std::vector<std::string> ShippedDirectories(ShippedFiles kind);

// The path of the file `name` in the first of these directories that has it. NotFound, with the
// directories, the variable and the Debian package that brings the files.
absl::StatusOr<std::string> FindShippedFile(ShippedFiles kind, absl::string_view name);

// "in DIRECTORY, ...; install the package P, or set $V to the directory": the end of a
// sentence about a file of this kind that is missing. `package` names another package than the one
// that brings most files of the kind.
std::string WhereShippedFilesWereSought(ShippedFiles kind, absl::string_view package = {});

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_INSTALLATION_H_
