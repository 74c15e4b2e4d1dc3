// The file that says which bearer tokens there are. It holds hashes only: who reads it learns no
// token.
//
// One token a line, '#' begins a comment:
//
//   NAME ROLE sha256:HEX
//
// A token is 32 random bytes, so one round of SHA-256 is as good as a slow hash.
#ifndef RHUMB_CONTROLLER_SERVING_ACCESS_TOKEN_FILE_H_
#define RHUMB_CONTROLLER_SERVING_ACCESS_TOKEN_FILE_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controller/serving/access/role.h"

namespace rhumb {

using TokenHash = std::array<unsigned char, 32>;

TokenHash HashToken(absl::string_view token);

struct TokenEntry {
  std::string name;
  Role role = Role::kViewer;
  TokenHash hash;
};

// Immutable.
class TokenTable {
 public:
  // InvalidArgument, naming the line, for a malformed or repeated entry; at most 10,000 entries.
  static absl::StatusOr<TokenTable> Parse(absl::string_view text, absl::string_view where);
  // Also FailedPrecondition when anybody but the owner may read or write the file, or the owner is
  // neither root nor this process's user; NotFound when it cannot be read.
  static absl::StatusOr<TokenTable> Load(const std::string& path);

  // Null when no entry has this token. Takes the same time whether and wherever it is found.
  const TokenEntry* Find(absl::string_view token) const { return Find(HashToken(token)); }
  const TokenEntry* Find(const TokenHash& hash) const;
  const std::vector<TokenEntry>& entries() const { return entries_; }

 private:
  std::vector<TokenEntry> entries_;
};

// A secret that nobody can guess: "rhumb_" and 43 characters of base64url.
std::string NewToken();
// Adds a line for `token`; makes the file with mode 0600 when there is none. AlreadyExists for a
// name that is taken; the file is replaced as a whole.
absl::Status AddToken(const std::string& path, const std::string& name, Role role,
                      absl::string_view token);
// NotFound, listing the names, for an unknown one.
absl::Status RemoveToken(const std::string& path, const std::string& name);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ACCESS_TOKEN_FILE_H_
