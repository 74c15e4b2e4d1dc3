#include "agents/registry/policy_module.h"

#include <dlfcn.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "agents/policy_module_entry.h"
#include "topologies/installation.h"

namespace rhumb {
namespace {

using MadePolicy = absl::StatusOr<std::unique_ptr<RoutingPolicy>>;
using InterfaceFunction = const char* (*)();
using MakeFunction = RoutingPolicy* (*)(const char* options, char* error, size_t error_size);

constexpr absl::string_view kPrefix = "librhumb_";
constexpr absl::string_view kEnding = ".so";

MadePolicy MakeFromFile(const std::string& path, absl::string_view name,
                        absl::string_view options) {
  // Never closed: policies and their code live until the process ends.
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "module %s does not load: %s; build program and module together", path, dlerror()));
  }
  const std::string symbol = absl::StrCat("rhumb_make_", name, "_policy");
  const auto make = reinterpret_cast<MakeFunction>(dlsym(module, symbol.c_str()));
  const auto interface =
      reinterpret_cast<InterfaceFunction>(dlsym(module, "rhumb_module_interface"));
  if (make == nullptr || interface == nullptr) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s has no function %s; end it with RHUMB_POLICY_MODULE(%s, ...) and build it again", path,
        make == nullptr ? symbol : "rhumb_module_interface", name));
  }
  if (interface() != PolicyModuleInterface()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s was built for another Rhumb (%s) than this (%s); build it again with this one's "
        "headers and libraries",
        path, interface(), PolicyModuleInterface()));
  }
  char error[1024] = "no reason given";
  std::unique_ptr<RoutingPolicy> policy(make(std::string(options).c_str(), error, sizeof(error)));
  if (policy == nullptr) {
    error[sizeof(error) - 1] = 0;
    return absl::FailedPreconditionError(absl::StrFormat("policy %s: %s", name, error));
  }
  return policy;
}

}  // namespace

MadePolicy MakePolicyFromModule(absl::string_view name, absl::string_view options) {
  const std::string file = absl::StrCat(kPrefix, name, kEnding);
  const absl::StatusOr<std::string> path = FindShippedFile(ShippedFiles::kModules, file);
  if (!path.ok()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "policy %s needs the module %s, which is not %s; or build it with `cmake --build --preset "
        "release --target rhumb_%s`",
        name, file, WhereShippedFilesWereSought(ShippedFiles::kModules), name));
  }
  return MakeFromFile(*path, name, options);
}

MadePolicy MakePolicyFromModuleFile(absl::string_view spec) {
  const size_t end = spec.find(absl::StrCat(kEnding, ":"));
  const std::string path(end == absl::string_view::npos ? spec
                                                        : spec.substr(0, end + kEnding.size()));
  const absl::string_view options =
      end == absl::string_view::npos ? absl::string_view() : spec.substr(path.size() + 1);
  const size_t slash = path.rfind('/');
  absl::string_view name = path;
  if (slash == std::string::npos ||
      !absl::ConsumePrefix(&(name = name.substr(slash + 1)), kPrefix) ||
      !absl::ConsumeSuffix(&name, kEnding) || name.empty()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "\"%s\" is not the path of a policy module; write PATH/librhumb_NAME.so, ./ for this "
        "directory, or PATH/librhumb_NAME.so:OPTIONS",
        spec));
  }
  if (access(path.c_str(), F_OK) != 0) {
    return absl::NotFoundError(absl::StrFormat(
        "there is no policy module %s; give the path of an existing one, or build it with "
        "rhumb_policy_module(%s SOURCES file.cc) in CMake",
        path, name));
  }
  return MakeFromFile(path, name, options);
}

}  // namespace rhumb
