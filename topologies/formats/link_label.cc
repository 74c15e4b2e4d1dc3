#include "topologies/formats/link_label.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr size_t kMaxLabelBytes = 200;
// Names of one class differ by rounding: 155 Mbit/s and OC-3's 155.52 are the same line.
constexpr double kSameRate = 0.05;
// E1 and T2 are taken by product names ("Circuito E1" is fine, "E12" is not), hence the short
// lists.
constexpr double kDigitalSignalBps[] = {64e3, 1.544e6, 6.312e6, 44.736e6,
                                        274.176e6};  // DS-0 to DS-4
constexpr double kEuropeanBps[] = {64e3,     2.048e6,   8.448e6,
                                   34.368e6, 139.264e6, 565.148e6};  // E0 to E5

// The class of "oc192c", "stm64", "t1", "e3", "ds3", "gige", "10ge" in lower case without hyphens;
// 0 for another word.
double ClassRate(absl::string_view word) {
  if (word == "gige" || word == "1ge") return 1e9;
  if (word == "fastethernet") return 100e6;
  int n = 0;
  for (absl::string_view ethernet : {"gige", "ge"}) {
    absl::string_view digits = word;
    if (absl::ConsumeSuffix(&digits, ethernet) && absl::SimpleAtoi(digits, &n) && n >= 1 &&
        n <= 800) {
      return n * 1e9;
    }
  }
  if (absl::ConsumePrefix(&word, "oc")) {
    absl::ConsumeSuffix(&word, "c");
    return absl::SimpleAtoi(word, &n) && n >= 1 && n <= 3072 ? n * 51.84e6 : 0;
  }
  if (absl::ConsumePrefix(&word, "stm")) {
    return absl::SimpleAtoi(word, &n) && n >= 1 && n <= 1024 ? n * 155.52e6 : 0;
  }
  if (absl::ConsumePrefix(&word, "ds")) {
    return absl::SimpleAtoi(word, &n) && n >= 0 && n <= 4 ? kDigitalSignalBps[n] : 0;
  }
  if (absl::ConsumePrefix(&word, "t")) {
    return absl::SimpleAtoi(word, &n) && n >= 1 && n <= 4 ? kDigitalSignalBps[n] : 0;
  }
  if (absl::ConsumePrefix(&word, "e")) {
    return absl::SimpleAtoi(word, &n) && n >= 1 && n <= 5 ? kEuropeanBps[n] : 0;
  }
  return 0;
}

// "10gbps", "1gb/s", "2.5g", "155mbit/s" in lower case; 0 for another word. A bare number is no
// rate.
double NumberRate(std::string word) {
  if (word.empty() || !absl::ascii_isdigit(word[0])) return 0;
  if (absl::ascii_isdigit(word.back()) || word.back() == '.') return 0;
  const auto rate = ParseRate(word);
  return rate.ok() && *rate >= 1000 ? *rate : 0;
}

// "x2" or "2x" as a factor, 0 for another word.
int Factor(absl::string_view word) {
  int n = 0;
  if (!absl::ConsumePrefix(&word, "x") && !absl::ConsumeSuffix(&word, "x")) return 0;
  return absl::SimpleAtoi(word, &n) && n >= 1 && n <= 1000 ? n : 0;
}

bool IsNumber(const std::string& word) {
  return ParseNumber(word).ok() && absl::ascii_isdigit(word[0]);
}

}  // namespace

std::optional<double> RateOfLinkLabel(absl::string_view label) {
  if (label.size() > kMaxLabelBytes) return std::nullopt;
  std::string text = absl::AsciiStrToLower(label);
  for (absl::string_view bound :
       {"<", ">", " and below", " and above", "up to", "+", "planned from"}) {
    if (absl::StrContains(text, bound)) return std::nullopt;
  }
  // "oc-192" is one word, "1-2.5 gb/s" is a range, and "/" separates classes but not "gb/s".
  std::string words;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char before = i > 0 ? text[i - 1] : ' ';
    const char after = i + 1 < text.size() ? text[i + 1] : ' ';
    if (c == '-' && absl::ascii_isalpha(before) && absl::ascii_isdigit(after)) continue;
    if (c == '-' && absl::ascii_isalnum(before) && absl::ascii_isdigit(after)) return std::nullopt;
    const bool per_second = c == '/' && after == 's' &&
                            (i + 2 >= text.size() || !absl::ascii_isalpha(text[i + 2]) ||
                             absl::StartsWith(text.substr(i + 1), "sec"));
    const bool kept = absl::ascii_isalnum(c) || c == '.' || per_second;
    // "64x2" and "10gex4": the factor is a word of its own.
    if (c == 'x' && absl::ascii_isalnum(before) && absl::ascii_isdigit(after)) words += ' ';
    words += c == '*' ? " x " : std::string(1, kept ? c : ' ');
  }
  std::vector<std::string> tokens = absl::StrSplit(words, ' ', absl::SkipEmpty());
  std::optional<double> found;
  double factor = 1;
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::string token = tokens[i];
    if (const int n = Factor(token)) {
      factor *= n;
      continue;
    }
    if (token == "x") return std::nullopt;  // a factor that is not a number: "N*10Gbit/s"
    double rate = 0;
    const bool has_next = i + 1 < tokens.size();
    if (IsNumber(token) && has_next && tokens[i + 1] == "x") {
      factor *= ParseNumber(token).value();
      ++i;
      continue;
    }
    if (IsNumber(token) && has_next) {
      const std::string joined = token + tokens[i + 1];
      rate = NumberRate(joined);
      if (rate == 0) rate = ClassRate(joined);
      if (rate > 0) ++i;
    }
    if (rate == 0 && has_next && token == "fast" && tokens[i + 1] == "ethernet") rate = 100e6, ++i;
    if (rate == 0 && has_next && (token == "gigabit" || token == "gig") &&
        tokens[i + 1] == "ethernet") {
      rate = 1e9, ++i;
    }
    if (rate == 0) rate = NumberRate(token);
    if (rate == 0) rate = ClassRate(token);
    if (rate == 0) continue;
    if (found && std::abs(*found - rate) > kSameRate * rate) return std::nullopt;
    if (!found) found = rate;
  }
  if (!found || factor < 1 || factor > 1000) return std::nullopt;
  // "2 x E3 (68 Mbps)" gives the product itself and never gets here: 34 and 68 differ.
  return *found * factor;
}

}  // namespace rhumb
