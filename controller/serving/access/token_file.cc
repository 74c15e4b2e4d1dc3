#include "controller/serving/access/token_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

constexpr char kHashPrefix[] = "sha256:";
constexpr size_t kMaxEntries = 10'000;
constexpr size_t kMaxNameBytes = 100;

bool GoodName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || absl::StrContains("._-@", std::string(1, c));
         });
}

absl::Status CheckName(absl::string_view name) {
  if (GoodName(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "\"%s\" is not a name for a token; use 1 to %d letters, digits, '.', '_', '-' and '@'",
      absl::CHexEscape(name), kMaxNameBytes));
}

absl::Status CheckMode(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return absl::NotFoundError(
        absl::StrFormat("%s: %s; make it with `rhumb token add`", path, std::strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": is not a plain file"));
  }
  if ((info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: others may read or write it (mode %04o); run `chmod 600 %s`, and replace its tokens "
        "if others did",
        path, info.st_mode & 07777, path));
  }
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: belongs to user %d, not to this process's user %d or root; run `chown %d %s`", path,
        info.st_uid, geteuid(), geteuid(), path));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != EOF && !(text << file.rdbuf()))) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot read it"));
  }
  return text.str();
}

std::string LineFor(const TokenEntry& entry) {
  return absl::StrCat(
      entry.name, " ", RoleName(entry.role), " ", kHashPrefix,
      absl::BytesToHexString({reinterpret_cast<const char*>(entry.hash.data()), entry.hash.size()}),
      "\n");
}

// As a whole or not at all, and never readable by others in between.
absl::Status ReplaceFile(const std::string& path, const std::string& text) {
  const std::string next = path + ".new";
  auto fault = [&](absl::string_view what) {
    return absl::UnavailableError(
        absl::StrFormat("%s: cannot %s: %s", next, what, std::strerror(errno)));
  };
  const int file = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return fault("create it");
  const bool written = fchmod(file, 0600) == 0 &&
                       write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       fsync(file) == 0;
  const absl::Status status = written ? absl::OkStatus() : fault("write it");
  close(file);
  if (status.ok() && std::rename(next.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const absl::Status result = status.ok() ? fault("rename it") : status;
  unlink(next.c_str());
  return result;
}

}  // namespace

TokenHash HashToken(absl::string_view token) {
  TokenHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

absl::StatusOr<TokenTable> TokenTable::Parse(absl::string_view text, absl::string_view where) {
  TokenTable table;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = line.substr(0, line.find('#'));
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (words.empty()) continue;
    auto fault = [&](absl::string_view what) {
      return absl::InvalidArgumentError(absl::StrFormat("%s:%d: %s", where, number, what));
    };
    if (words.size() != 3) return fault("is not \"NAME ROLE sha256:HEX\"");
    TokenEntry entry;
    if (auto status = CheckName(words[0]); !status.ok()) return fault(status.message());
    entry.name = std::string(words[0]);
    const std::optional<Role> role = ParseRole(words[1]);
    if (!role) return fault("the role is not viewer, adapter or operator");
    entry.role = *role;
    absl::string_view hex = words[2];
    // The line is not quoted: a token pasted by mistake must not reach a log.
    if (!absl::ConsumePrefix(&hex, kHashPrefix) || hex.size() != 2 * entry.hash.size() ||
        !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) {
      return fault("the third word is not \"sha256:\" and 64 hexadecimal digits");
    }
    const std::string bytes = absl::HexStringToBytes(hex);
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(entry.hash.data()));
    for (const TokenEntry& other : table.entries_) {
      if (other.name == entry.name) return fault(absl::StrCat(entry.name, " is listed twice"));
    }
    table.entries_.push_back(std::move(entry));
    if (table.entries_.size() > kMaxEntries) return fault("more than 10000 tokens");
  }
  return table;
}

absl::StatusOr<TokenTable> TokenTable::Load(const std::string& path) {
  if (auto status = CheckMode(path); !status.ok()) return status;
  const auto text = ReadText(path);
  if (!text.ok()) return text.status();
  return Parse(*text, path);
}

const TokenEntry* TokenTable::Find(const TokenHash& hash) const {
  const TokenEntry* found = nullptr;
  for (const TokenEntry& entry : entries_) {
    if (CRYPTO_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) found = &entry;
  }
  return found;
}

std::string NewToken() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof(bytes)) != 1) std::abort();  // a machine without randomness
  std::string text =
      absl::WebSafeBase64Escape({reinterpret_cast<const char*>(bytes), sizeof(bytes)});
  OPENSSL_cleanse(bytes, sizeof(bytes));
  return "rhumb_" + std::string(absl::StripSuffix(text, "="));
}

absl::Status AddToken(const std::string& path, const std::string& name, Role role,
                      absl::string_view token) {
  if (auto status = CheckName(name); !status.ok()) return status;
  std::string text = "# NAME ROLE sha256:HEX; see `rhumb token --help`\n";
  if (access(path.c_str(), F_OK) == 0) {
    const auto table = TokenTable::Load(path);
    if (!table.ok()) return table.status();
    for (const TokenEntry& entry : table->entries()) {
      if (entry.name == name) {
        return absl::AlreadyExistsError(absl::StrFormat(
            "%s: has a token named %s; choose another name, or `rhumb token remove` it first", path,
            name));
      }
    }
    const auto old = ReadText(path);
    if (!old.ok()) return old.status();
    text = *old;
    if (!text.empty() && text.back() != '\n') text += '\n';
  }
  return ReplaceFile(path, text + LineFor({name, role, HashToken(token)}));
}

absl::Status RemoveToken(const std::string& path, const std::string& name) {
  const auto table = TokenTable::Load(path);
  if (!table.ok()) return table.status();
  const auto text = ReadText(path);
  if (!text.ok()) return text.status();
  std::string kept;
  bool found = false;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (!words.empty() && words[0] == name) {
      found = true;
    } else if (!line.empty()) {
      absl::StrAppend(&kept, line, "\n");
    }
  }
  if (found) return ReplaceFile(path, kept);
  return absl::NotFoundError(absl::StrFormat(
      "%s: has no token named %s; it has: %s", path, name,
      absl::StrJoin(table->entries(), ", ",
                    [](std::string* out, const TokenEntry& entry) { out->append(entry.name); })));
}

}  // namespace rhumb
