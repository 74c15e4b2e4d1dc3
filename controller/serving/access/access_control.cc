#include "controller/serving/access/access_control.h"

#include <sys/stat.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

constexpr absl::string_view kScheme = "Bearer ";

absl::Status Refuse(absl::StatusCode code, absl::string_view message) {
  return RequestError(code, rhumb::v1::ERROR_REASON_ACCESS, message);
}

absl::Status CheckEntry(const TokenEntry* entry, Role needed) {
  if (entry == nullptr) {
    return Refuse(absl::StatusCode::kUnauthenticated,
                  "the token is unknown; ask the operator of this controller for a new one");
  }
  if (Allows(entry->role, needed)) return absl::OkStatus();
  return Refuse(absl::StatusCode::kPermissionDenied,
                absl::StrFormat("token \"%s\" has the role %s; this call needs %s", entry->name,
                                RoleName(entry->role), RoleName(needed)));
}

}  // namespace

// Changes whenever the file does.
std::string AccessControl::Stamp() const {
  struct stat info;
  if (stat(path_.c_str(), &info) != 0) return "missing";
  return absl::StrCat(info.st_ino, ".", info.st_size, ".", info.st_mode, ".", info.st_ctim.tv_sec,
                      ".", info.st_ctim.tv_nsec);
}

absl::Status AccessControl::Reload() {
  if (path_.empty()) return absl::OkStatus();
  const std::string stamp = Stamp();
  absl::StatusOr<TokenTable> table = TokenTable::Load(path_);
  absl::MutexLock lock(&mutex_);
  stamp_ = stamp;  // a bad file is reported once
  if (!table.ok()) return table.status();
  table_ = std::make_shared<const TokenTable>(*std::move(table));
  return absl::OkStatus();
}

absl::StatusOr<bool> AccessControl::ReloadIfChanged() {
  if (path_.empty()) return false;
  {
    absl::MutexLock lock(&mutex_);
    if (stamp_ == Stamp()) return false;
  }
  if (auto status = Reload(); !status.ok()) return status;
  return true;
}

absl::StatusOr<Caller> AccessControl::Identify(std::optional<absl::string_view> authorization,
                                               absl::string_view address, Role needed) const {
  const std::string peer = WithoutPort(address);
  if (path_.empty()) return Caller{std::string(address), Role::kOperator, peer, std::nullopt};
  if (!authorization) {
    return Refuse(absl::StatusCode::kUnauthenticated,
                  "no token; send the metadata \"authorization: Bearer TOKEN\"");
  }
  if (!absl::StartsWithIgnoreCase(*authorization, kScheme)) {
    return Refuse(absl::StatusCode::kUnauthenticated,
                  "the authorization is not of the form \"Bearer TOKEN\"");
  }
  const TokenHash hash = HashToken(authorization->substr(kScheme.size()));
  const std::shared_ptr<const TokenTable> held = table();
  const TokenEntry* entry = held == nullptr ? nullptr : held->Find(hash);
  if (auto status = CheckEntry(entry, needed); !status.ok()) return status;
  return Caller{entry->name, entry->role, absl::StrCat("token:", entry->name), hash};
}

absl::Status AccessControl::StillAllows(const Caller& caller, Role needed) const {
  if (path_.empty() || !caller.token) return absl::OkStatus();
  const std::shared_ptr<const TokenTable> held = table();
  return CheckEntry(held == nullptr ? nullptr : held->Find(*caller.token), needed);
}

std::shared_ptr<const TokenTable> AccessControl::table() const {
  absl::MutexLock lock(&mutex_);
  return table_;
}

std::string WithoutPort(absl::string_view address) {
  const size_t colon = address.rfind(':');
  const bool has_port = (absl::StartsWith(address, "ipv4:") && colon > 4) ||
                        (absl::StartsWith(address, "ipv6:") && colon > 4);
  return std::string(has_port ? address.substr(0, colon) : address);
}

}  // namespace rhumb
