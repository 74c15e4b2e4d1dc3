// The words, numbers and signs of a link's label, with the rates that stand in one of them or in a
// number and its unit.
#ifndef RHUMB_TOPOLOGIES_FORMATS_LABEL_TOKENS_H_
#define RHUMB_TOPOLOGIES_FORMATS_LABEL_TOKENS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rhumb {

struct LabelToken {
  enum class Kind { kRate, kNumber, kTimes, kPlus, kWord, kBreak };
  Kind kind;
  double value = 0;  // of a rate or number
  std::string word;  // of a word
};

// In order. `fault`, empty before, says why a label must not be read at all: ranges, commas in
// numbers, units that begin like one of rates and are none; the tokens are then of no use.
std::vector<LabelToken> LabelTokens(absl::string_view label, std::string* fault);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_FORMATS_LABEL_TOKENS_H_
