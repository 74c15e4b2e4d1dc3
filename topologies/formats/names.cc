#include "topologies/formats/names.h"

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace rhumb {

std::string CleanName(absl::string_view label) {
  std::string name(label);
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
