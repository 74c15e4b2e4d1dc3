#include "topologies/formats/label_tokens.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

// E1 and T2 are taken by product names ("Circuito E1" is fine, "E12" is not), hence the short
// lists.
constexpr double kDigitalSignalBps[] = {64e3, 1.544e6, 6.312e6, 44.736e6,
                                        274.176e6};  // DS-0 to DS-4
constexpr double kEuropeanBps[] = {64e3,     2.048e6,   8.448e6,
                                   34.368e6, 139.264e6, 565.148e6};  // E0 to E5

// The class of "oc192c", "stm64", "t1", "e3", "ds3", "gige", "10ge" in lower case without hyphens;
// 0 for another word.
double ClassRate(absl::string_view word) {
  if (word == "gige" || word == "gbe" || word == "1ge") return 1e9;
  if (word == "fastethernet") return 100e6;
  int n = 0;
  for (absl::string_view ethernet : {"gige", "gbe", "ge"}) {
    absl::string_view digits = word;
    if (absl::ConsumeSuffix(&digits, ethernet) && absl::SimpleAtoi(digits, &n) && n >= 1 &&
        n <= 1600) {
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

// "10gbps", "1gb/s", "2.5g", "155mbs" in lower case; 0 for another word. A bare number is no rate.
double NumberRate(absl::string_view word) {
  if (word.empty() || !absl::ascii_isdigit(word[0])) return 0;
  if (absl::ascii_isdigit(word.back()) || word.back() == '.') return 0;
  const auto rate = ParseRate(word);
  return rate.ok() && *rate >= 1000 ? *rate : 0;
}

// "155mbx": begins like a rate and is none.
bool LooksLikeARate(absl::string_view word) {
  if (word.empty() || !absl::ascii_isdigit(word[0])) return false;
  const absl::string_view unit = word.substr(word.find_first_not_of("0123456789."));
  return unit.size() >= 2 && absl::StrContains("kmgt", unit.substr(0, 1)) && unit[1] == 'b';
}

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(Normalize(text)) {}

  // Empty, with `fault`, for what must not be read at all.
  std::vector<LabelToken> Tokens(std::string* fault) {
    std::vector<LabelToken> tokens;
    while (at_ < text_.size() && fault->empty()) {
      const char c = text_[at_];
      if (absl::ascii_isspace(c)) {
        ++at_;
      } else if (c == '*') {
        ++at_;
        tokens.push_back({LabelToken::Kind::kTimes, 0, ""});
      } else if (c == '+') {
        ++at_;
        tokens.push_back({LabelToken::Kind::kPlus, 0, ""});
      } else if (absl::ascii_isdigit(c)) {
        tokens.push_back(NumberToken(fault));
      } else if (absl::ascii_isalpha(c)) {
        tokens.push_back(WordToken());
        if (tokens.back().kind == LabelToken::Kind::kRate && IsJointBeforeDigit(at_) &&
            text_[at_] == '/' && NumberIsBare(at_ + 1)) {
          *fault = "names several rates";
        }
      } else {
        ++at_;
        tokens.push_back({LabelToken::Kind::kBreak, 0, ""});
      }
    }
    return tokens;
  }

 private:
  // Lower case; every sign of multiplication becomes " * ".
  static std::string Normalize(absl::string_view text) {
    const std::string lower = absl::StrReplaceAll(
        absl::AsciiStrToLower(text),
        {{"\xc3\x97", "*"}, {"\xe2\x80\x93", "-"}, {"\xe2\x80\x94", "-"}, {"\xc2\xa0", " "}});
    std::string out;
    for (size_t i = 0; i < lower.size(); ++i) {
      const char before = i > 0 ? lower[i - 1] : ' ';
      const char after = i + 1 < lower.size() ? lower[i + 1] : ' ';
      const bool times =
          lower[i] == 'x' && (absl::ascii_isdigit(before) || absl::ascii_isdigit(after) ||
                              (!absl::ascii_isalpha(before) && !absl::ascii_isalpha(after)));
      if (times || lower[i] == '*') {
        out += " * ";
      } else {
        out += lower[i];
      }
    }
    return out;
  }

  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : ' ';
  }

  size_t SkipBlanks(size_t at) const {
    while (at < text_.size() && text_[at] == ' ') ++at;
    return at;
  }

  // True for "12" and "12 " but not for "12G" and "12 Gbps".
  bool NumberIsBare(size_t at) const {
    while (at < text_.size() && (absl::ascii_isdigit(text_[at]) || text_[at] == '.')) ++at;
    at = SkipBlanks(at);
    return at >= text_.size() || !absl::ascii_isalpha(text_[at]);
  }

  // "10-34", "10 / 100", "OC-3/12": what stands behind belongs to what stands before.
  bool IsJointBeforeDigit(size_t at) const {
    if (at >= text_.size() || !absl::StrContains("-/~", absl::string_view(&text_[at], 1))) {
      return false;
    }
    const size_t behind = SkipBlanks(at + 1);
    return behind < text_.size() && absl::ascii_isdigit(text_[behind]);
  }

  // Letters and digits from `at`, with "/s" of a unit; a hyphen before digits of a class is left
  // out ("oc-192"). Moves `at` past it.
  std::string Word(size_t* at) const {
    std::string word;
    while (*at < text_.size()) {
      const char c = text_[*at];
      const char after = *at + 1 < text_.size() ? text_[*at + 1] : ' ';
      if (absl::ascii_isalnum(c) || (c == '.' && absl::ascii_isdigit(after))) {
        word += c;
      } else if (c == '/' && after == 's' && IsEndOfSecond(*at + 1)) {
        word += c;
      } else if (c == '-' && absl::ascii_isdigit(after) && !word.empty() &&
                 absl::ascii_isalpha(word.back()) && IsClassPrefix(word)) {
        // "oc-192" is one word.
      } else {
        break;
      }
      ++*at;
    }
    return word;
  }

  bool IsEndOfSecond(size_t at) const {
    const absl::string_view rest = absl::string_view(text_).substr(at);
    for (absl::string_view second : {"second", "sec", "s"}) {
      if (absl::StartsWith(rest, second) &&
          (rest.size() == second.size() || !absl::ascii_isalnum(rest[second.size()]))) {
        return true;
      }
    }
    return false;
  }

  static bool IsClassPrefix(absl::string_view word) {
    for (absl::string_view prefix : {"oc", "stm", "ds", "t", "e"}) {
      if (word == prefix) return true;
    }
    return false;
  }

  // A number with what follows it: a rate when that is a unit.
  LabelToken NumberToken(std::string* fault) {
    const size_t begin = at_;
    while (absl::ascii_isdigit(Peek()) || (Peek() == '.' && absl::ascii_isdigit(Peek(1)))) ++at_;
    const std::string number = text_.substr(begin, at_ - begin);
    if (Peek() == ',' && absl::ascii_isdigit(Peek(1))) {
      *fault = "has a comma in a number";
      return {LabelToken::Kind::kNumber, 0, ""};
    }
    const size_t next = SkipBlanks(at_);
    if (IsJointBeforeDigit(next)) {
      *fault = "names a range or several rates";
      return {LabelToken::Kind::kNumber, 0, ""};
    }
    if (Peek() == '-' && absl::ascii_isalpha(Peek(1))) {  // "10-GigE"
      size_t behind = at_ + 1;
      const std::string word = Word(&behind);
      if (const double rate = RateOf(number + word)) {
        at_ = behind;
        return {LabelToken::Kind::kRate, rate, ""};
      }
      if (RateOf(word) > 0) {
        *fault = "has a number tied to a rate";
        return {LabelToken::Kind::kNumber, 0, ""};
      }
    }
    size_t end = next;
    if (end < text_.size() && absl::ascii_isalpha(text_[end])) {
      const std::string word = Word(&end);
      if (const double rate = RateOf(number + word)) {
        at_ = end;
        return {LabelToken::Kind::kRate, rate, ""};
      }
      const size_t second = SkipBlanks(end);
      if (number == "1" && (word == "gigabit" || word == "gig") &&
          absl::StartsWith(absl::string_view(text_).substr(second), "ethernet")) {
        at_ = second + 8;
        return {LabelToken::Kind::kRate, 1e9, ""};
      }
      if (const double rate = PerSecondApart(number + word, &end)) {
        at_ = end;
        return {LabelToken::Kind::kRate, rate, ""};
      }
      if (LooksLikeARate(number + word) || LooksLikeARate(word)) {
        *fault = absl::StrFormat("\"%s%s\" has an unknown unit", number, word);
        return {LabelToken::Kind::kNumber, 0, ""};
      }
      if (next == at_) {  // "2nd", "3com"
        at_ = end;
        return {LabelToken::Kind::kWord, 0, number + word};
      }
    }
    double value = 0;
    if (!absl::SimpleAtod(number, &value)) *fault = absl::StrFormat("\"%s\" is no number", number);
    return {LabelToken::Kind::kNumber, value, ""};
  }

  // "gbit per second", "gb / s".
  double PerSecondApart(const std::string& word, size_t* end) const {
    const absl::string_view rest = absl::string_view(text_).substr(*end);
    for (absl::string_view tail : {" per second", " per sec", " / s", " /s", " p/s", "p/s"}) {
      if (!absl::StartsWith(rest, tail)) continue;
      if (rest.size() > tail.size() && absl::ascii_isalnum(rest[tail.size()])) continue;
      const double rate = NumberRate(word);
      if (rate > 0) *end += tail.size();
      return rate;
    }
    return 0;
  }

  LabelToken WordToken() {
    std::string word = Word(&at_);
    const size_t next = SkipBlanks(at_);
    const absl::string_view rest = absl::string_view(text_).substr(next);
    if (absl::StartsWith(rest, "ethernet")) {
      const double rate = word == "fast" ? 100e6 : word == "gigabit" || word == "gig" ? 1e9 : 0;
      if (rate > 0) {
        at_ = next + 8;
        return {LabelToken::Kind::kRate, rate, ""};
      }
    }
    // "OC 48", "STM 16".
    if ((word == "oc" || word == "stm") && !rest.empty() && absl::ascii_isdigit(rest[0])) {
      size_t end = next;
      const std::string digits = Word(&end);
      if (const double rate = ClassRate(word + digits)) {
        at_ = end;
        return {LabelToken::Kind::kRate, rate, ""};
      }
    }
    if (const double rate = ClassRate(word)) return {LabelToken::Kind::kRate, rate, ""};
    return {LabelToken::Kind::kWord, 0, std::move(word)};
  }

  static double RateOf(const std::string& word) {
    const double rate = NumberRate(word);
    return rate > 0 ? rate : ClassRate(word);
  }

  const std::string text_;
  size_t at_ = 0;
};

}  // namespace

std::vector<LabelToken> LabelTokens(absl::string_view label, std::string* fault) {
  return Lexer(label).Tokens(fault);
}

}  // namespace rhumb
