#include "agents/neural/neural_policy_options.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace rhumb::neural {
namespace {

absl::Status BadOption(absl::string_view text, absl::string_view part, absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrFormat("neural:%s: \"%s\" is not valid; %s", text, part, expected));
}

// "auto" leaves it to the size of the network.
bool ReadCount(absl::string_view text, int largest, std::optional<int>* count) {
  int value = 0;
  count->reset();
  if (text == "auto") return true;
  if (!absl::SimpleAtoi(text, &value) || value < 0 || value > largest) return false;
  *count = value;
  return true;
}

}  // namespace

absl::StatusOr<NeuralPolicyOptions> ParseNeuralPolicyOptions(absl::string_view text) {
  NeuralPolicyOptions options;
  bool first = true;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const size_t equals = part.find('=');
    if (equals == absl::string_view::npos) {
      if (!first) return BadOption(text, part, "the checkpoint comes first, then key=value");
      options.checkpoint = std::string(part);
    } else {
      const absl::string_view key = part.substr(0, equals), value = part.substr(equals + 1);
      bool good = false;
      if (key == "iterations") {
        good = ReadCount(value, 1000, &options.inference.iterations);
      } else if (key == "refinements") {
        good = ReadCount(value, 10000, &options.inference.refinements);
      } else if (key == "delay-weight") {
        double weight = 0;
        options.delay_weight.reset();
        good = value == "auto" || (absl::SimpleAtod(value, &weight) && weight >= 0 && weight <= 10);
        if (good && value != "auto") options.delay_weight = weight;
      } else if (key == "max-move") {
        good = absl::SimpleAtod(value, &options.max_move) && options.max_move >= 0 &&
               options.max_move <= 1;
      } else if (key == "balance") {
        good = value == "on" || value == "off";
        options.balance = value == "on";
      } else if (key == "settle") {
        good = value == "on" || value == "off";
        options.settle = value == "on";
      } else if (key == "max-paths") {
        good = ReadCount(value, 1000, &options.settling.max_paths) &&
               options.settling.max_paths.value_or(1) >= 1;
        options.few_paths = true;
      } else if (key == "min-share") {
        good = absl::SimpleAtod(value, &options.settling.min_share) &&
               options.settling.min_share >= 0 && options.settling.min_share <= 0.5;
        options.few_paths = true;
      } else if (key == "guard") {
        good = value == "on" || value == "off";
        options.guard = value == "on";
      }
      if (!good) {
        return BadOption(
            text, part,
            "use iterations=auto|0..1000, refinements=auto|0..10000, delay-weight=auto|0..10, "
            "balance=on|off, settle=on|off, max-paths=auto|1..1000, min-share=0..0.5, "
            "max-move=0..1 or "
            "guard=on|off");
      }
    }
    first = false;
  }
  return options;
}

}  // namespace rhumb::neural
