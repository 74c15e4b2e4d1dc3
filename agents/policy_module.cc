#include "agents/policy_module.h"

#include <dlfcn.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace rhumb {
namespace {

using MakeFunction = RoutingPolicy* (*)(const char* options, char* error, size_t error_size);

std::string DirectoryOfProgram() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  if (length <= 0 || length == sizeof(path)) return ".";
  const std::string program(path, length);
  return program.substr(0, program.rfind('/'));
}

}  // namespace

std::vector<std::string> PolicyModuleDirectories() {
  std::vector<std::string> directories;
  if (const char* chosen = std::getenv("RHUMB_MODULE_DIR"); chosen != nullptr && *chosen != 0) {
    directories.push_back(chosen);
  }
  const std::string program = DirectoryOfProgram();
  directories.push_back(program);
  directories.push_back(absl::StrCat(program, "/../lib/rhumb"));
  directories.push_back(absl::StrCat(program, "/../lib"));
  directories.push_back(RHUMB_BUILD_MODULE_DIR);
  return directories;
}

absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakePolicyFromModule(absl::string_view name,
                                                                    absl::string_view options) {
  const std::string file = absl::StrCat("librhumb_", name, ".so");
  const std::vector<std::string> directories = PolicyModuleDirectories();
  void* module = nullptr;
  for (const std::string& directory : directories) {
    const std::string path = absl::StrCat(directory, "/", file);
    if (access(path.c_str(), R_OK) != 0) continue;
    // Never closed: policies and their code live until the process ends.
    module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "module %s does not load: %s; build program and module together", path, dlerror()));
    }
    break;
  }
  if (module == nullptr) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "policy %s needs the module %s, which is in none of %s; build it with `cmake --build "
        "--preset release --target rhumb_%s` or set RHUMB_MODULE_DIR to its directory",
        name, file, absl::StrJoin(directories, ", "), name));
  }
  const std::string symbol = absl::StrCat("rhumb_make_", name, "_policy");
  const auto make = reinterpret_cast<MakeFunction>(dlsym(module, symbol.c_str()));
  if (make == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s has no function %s; build program and module together", file, symbol));
  }
  char error[1024] = "no reason given";
  std::unique_ptr<RoutingPolicy> policy(make(std::string(options).c_str(), error, sizeof(error)));
  if (policy == nullptr) {
    error[sizeof(error) - 1] = 0;
    return absl::FailedPreconditionError(absl::StrFormat("policy %s: %s", name, error));
  }
  return policy;
}

}  // namespace rhumb
