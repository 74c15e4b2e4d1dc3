#include "topologies/formats/names.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace rhumb {
namespace {

// Bytes of the UTF-8 character at the start of `text`, 0 when there is none (RFC 3629: no overlong
// forms, no surrogates, nothing beyond U+10FFFF).
size_t CharacterBytes(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool beyond = first == 0xf4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace

std::string ToUtf8(absl::string_view text) {
  std::string utf8;
  utf8.reserve(text.size());
  while (!text.empty()) {
    if (const size_t length = CharacterBytes(text); length > 0) {
      utf8.append(text.data(), length);
      text.remove_prefix(length);
    } else {
      const unsigned char c = text[0];
      utf8 += static_cast<char>(0xc0 | (c >> 6));
      utf8 += static_cast<char>(0x80 | (c & 0x3f));
      text.remove_prefix(1);
    }
  }
  return utf8;
}

std::string CleanName(absl::string_view label) {
  std::string name = ToUtf8(label);
  for (char& c : name) {
    if (c == '>' || c == '#' || c == '@' || c == '*') c = '_';
    if (c == ',' || absl::ascii_iscntrl(c)) c = ' ';
  }
  absl::RemoveExtraAsciiWhitespace(&name);
  return name;
}

int MakeUnique(std::vector<std::string>* names) {
  // Names that occur as they are must not be taken by a repetition of another.
  absl::flat_hash_set<std::string> taken(names->begin(), names->end());
  absl::flat_hash_map<std::string, int> uses;
  int changed = 0;
  for (std::string& name : *names) {
    int& nth = uses[name];
    if (++nth == 1) continue;
    std::string candidate = absl::StrCat(name, "_", nth);
    while (!taken.insert(candidate).second) candidate = absl::StrCat(name, "_", ++nth);
    name = std::move(candidate);
    ++changed;
  }
  return changed;
}

}  // namespace rhumb
