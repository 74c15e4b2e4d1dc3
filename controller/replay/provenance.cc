#include "controller/replay/provenance.h"

#include <openssl/evp.h>
#include <sys/utsname.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "topologies/formats/file_io.h"

namespace rhumb {
namespace {

constexpr char kCommit[] =
#include "controller/replay/commit.inc"
    ;
constexpr int64_t kMostCheckpointBytes = int64_t{1} << 30;
constexpr char kPlain[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%^";

std::string Quoted(absl::string_view word) {
  if (!word.empty() && word.find_first_not_of(kPlain) == absl::string_view::npos) {
    return std::string(word);
  }
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string CommandLine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> words =
      absl::StrSplit(absl::StripSuffix(text, absl::string_view("\0", 1)), '\0');
  // Where the program lies is of no interest to who repeats it.
  if (!words.empty()) words[0] = words[0].substr(words[0].rfind('/') + 1);
  return absl::StrJoin(words, " ",
                       [](std::string* out, const auto& word) { *out += Quoted(word); });
}

// What follows the first "KEY :" of a file of /proc.
std::string ProcField(const char* path, absl::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, key)) continue;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    return std::string(absl::StripAsciiWhitespace(absl::string_view(line).substr(colon + 1)));
  }
  return "";
}

std::string Machine() {
  std::string processor = ProcField("/proc/cpuinfo", "model name");
  if (processor.empty()) processor = "processors";
  double kilobytes = 0;
  const std::string memory = ProcField("/proc/meminfo", "MemTotal");
  (void)absl::SimpleAtod(absl::StripSuffix(memory, " kB"), &kilobytes);
  utsname system{};
  uname(&system);
  return absl::StrFormat("%d x %s, %.1f GB, %s %s", std::thread::hardware_concurrency(), processor,
                         kilobytes / 1e6, system.sysname, system.release);
}

std::string Sha256(absl::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
    return "not computed";
  }
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), size});
}

// Of a policy that is learned; empty for others.
std::string CheckpointOf(const std::string& spec) {
  constexpr absl::string_view kAgent = "neural";
  absl::string_view rest = spec;
  if (!absl::ConsumePrefix(&rest, kAgent) || !(rest.empty() || rest[0] == ':')) return "";
  if (!rest.empty()) rest.remove_prefix(1);
  const std::string name(rest.substr(0, rest.find(',')));
  if (name.find_first_of("/.") == std::string::npos) {
    return absl::StrCat(spec, ": shipped with the program");
  }
  const auto bytes = ReadWholeFile(name, kMostCheckpointBytes);
  return absl::StrCat(spec, ": ", bytes.ok() ? "sha256 " + Sha256(*bytes) : "cannot be read");
}

}  // namespace

Provenance ProvenanceOf(const std::vector<std::string>& policies) {
  Provenance provenance{CommandLine(), RHUMB_VERSION, kCommit, Machine(), {}};
  for (const std::string& policy : policies) {
    std::string checkpoint = CheckpointOf(policy);
    if (!checkpoint.empty()) provenance.checkpoints.push_back(std::move(checkpoint));
  }
  return provenance;
}

}  // namespace rhumb
