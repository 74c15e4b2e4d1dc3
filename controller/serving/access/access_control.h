// Who calls, and whether they may. Knows nothing of gRPC.
#ifndef RHUMB_CONTROLLER_SERVING_ACCESS_ACCESS_CONTROL_H_
#define RHUMB_CONTROLLER_SERVING_ACCESS_ACCESS_CONTROL_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "controller/serving/access/token_file.h"

namespace rhumb {

struct Caller {
  std::string name;  // of the token, else the address: what the audit says
  Role role = Role::kViewer;
  // What limits are counted by: the token, else the address without its port.
  std::string peer;
  // What it showed, to be looked at again when tokens or authorities change.
  std::optional<TokenHash> token = std::nullopt;
  std::string certificate = {};  // PEM, its own first; empty without
  bool leader_only = false;      // it wants no answers of standbys
};

// Safe to call from any thread.
class AccessControl {
 public:
  // An empty path: no tokens are asked for, every caller is an operator.
  explicit AccessControl(std::string tokens_path) : path_(std::move(tokens_path)) {}

  // Reads the file; also at the beginning. After an error the table of before stays.
  absl::Status Reload();
  // Reads it when it changed since it was read last. True when a new table holds.
  absl::StatusOr<bool> ReloadIfChanged();

  // `authorization` as HTTP has it ("Bearer TOKEN"). `address` as gRPC spells it
  // ("ipv4:10.0.0.1:4711"). Unauthenticated without a token or with an unknown one,
  // PermissionDenied without the role. No message holds the token.
  absl::StatusOr<Caller> Identify(std::optional<absl::string_view> authorization,
                                  absl::string_view address, Role needed) const;

  // The same again, for a caller that was let in before: its token may have been taken away since,
  // or its role.
  absl::Status StillAllows(const Caller& caller, Role needed) const;

 private:
  std::shared_ptr<const TokenTable> table() const;
  std::string Stamp() const;

  const std::string path_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const TokenTable> table_ ABSL_GUARDED_BY(mutex_);
  std::string stamp_ ABSL_GUARDED_BY(mutex_);
};

// "ipv4:10.0.0.1:4711" -> "ipv4:10.0.0.1"; addresses without a port as they are.
std::string WithoutPort(absl::string_view address);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ACCESS_ACCESS_CONTROL_H_
