#include "topologies/formats/link_label.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/label_tokens.h"

namespace rhumb {
namespace {

constexpr size_t kMaxLabelBytes = 200;
constexpr int kMaxCount = 1000;
// Names of one class differ by rounding: 155 Mbit/s and OC-3's 155.52 are the same line.
constexpr double kSameRate = 0.05;
// Words that make a number beside them a count of lines.
bool CountsLines(absl::string_view word) {
  for (absl::string_view noun : {"lambda", "wavelength", "channel", "link", "line", "circuit",
                                 "fibre", "fiber", "pair", "port", "trunk", "wave", "strand"}) {
    if (word == noun || word == absl::StrCat(noun, "s")) return true;
  }
  return false;
}

// "10 to 34 Mb/s", "10 or 100 Mbps".
bool JoinsNumbers(absl::string_view word) {
  return word == "to" || word == "or" || word == "and" || word == "bis";
}

bool IsMultiple(absl::string_view word) {
  for (absl::string_view multiple : {"dual", "double", "twin", "triple", "quad", "lag", "n"}) {
    if (word == multiple) return true;
  }
  return false;
}

// What a label says: products with the kind of joint before each, and what else was in it.
struct Reading {
  struct Product {
    double bps;
    bool counted;  // has a factor
    bool added;    // joined to the one before by a plus
  };
  std::vector<Product> products;
  bool other_words = false;
  std::string fault;  // why it names no single rate; empty when nothing speaks against it
};

bool IsCount(double value) {
  return value >= 1 && value <= kMaxCount && value == std::floor(value);
}

class Parser {
 public:
  explicit Parser(std::vector<LabelToken> tokens) : tokens_(std::move(tokens)) {}

  Reading Read() {
    while (at_ < tokens_.size() && reading_.fault.empty()) Step();
    if (reading_.fault.empty()) CheckSum();
    return std::move(reading_);
  }

 private:
  using Kind = LabelToken::Kind;

  bool Is(size_t at, Kind kind) const { return at < tokens_.size() && tokens_[at].kind == kind; }
  void Fault(absl::string_view what) { reading_.fault = std::string(what); }

  void Step() {
    if (StartsProduct()) {
      ReadProduct();
      return;
    }
    const LabelToken& token = tokens_[at_];
    switch (token.kind) {
      case Kind::kTimes:
        return Fault("has a factor that is no whole number or stands beside no rate");
      case Kind::kPlus:
        // Joins two products, or is a bound ("10G+") or part of other text ("CO+RE").
        plus_ = true;
        if (reading_.products.empty() || !just_read_) dangling_plus_ = true;
        break;
      case Kind::kNumber:
        reading_.other_words = true;
        if (Is(at_ + 1, Kind::kWord) && CountsLines(tokens_[at_ + 1].word)) counted_lines_ = true;
        if (Is(at_ + 1, Kind::kRate)) return Fault("has a number right before a rate");
        if (Is(at_ + 1, Kind::kWord) && JoinsNumbers(tokens_[at_ + 1].word) &&
            (Is(at_ + 2, Kind::kRate) || Is(at_ + 2, Kind::kNumber))) {
          return Fault("names a range or several rates");
        }
        break;
      case Kind::kWord:
        reading_.other_words = true;
        if (IsMultiple(token.word)) counted_lines_ = true;
        break;
      case Kind::kBreak:
      case Kind::kRate:
        break;
    }
    if (token.kind != Kind::kPlus) {
      just_read_ = false;
      if (plus_) dangling_plus_ = true;
    }
    ++at_;
  }

  // { NUMBER TIMES } RATE
  bool StartsProduct() const {
    size_t at = at_;
    while (Is(at, Kind::kNumber) && Is(at + 1, Kind::kTimes)) at += 2;
    return Is(at, Kind::kRate);
  }

  void ReadProduct() {
    Reading::Product product{1, false, plus_};
    while (!Is(at_, Kind::kRate)) {
      if (!IsCount(tokens_[at_].value)) return Fault("has a factor that is no whole number");
      product.bps *= tokens_[at_].value;
      product.counted = true;
      at_ += 2;
    }
    product.bps *= tokens_[at_++].value;
    while (Is(at_, Kind::kTimes) && Is(at_ + 1, Kind::kNumber)) {
      if (!IsCount(tokens_[at_ + 1].value)) return Fault("has a factor that is no whole number");
      product.bps *= tokens_[at_ + 1].value;
      product.counted = true;
      at_ += 2;
    }
    reading_.products.push_back(product);
    just_read_ = true;
    plus_ = false;
  }

  void CheckSum() {
    if (plus_ || dangling_plus_) return Fault("has a plus that joins no two rates");
    if (counted_lines_ && !reading_.products.empty()) {
      return Fault("counts lines beside the rate without saying what the count is of");
    }
  }

  const std::vector<LabelToken> tokens_;
  size_t at_ = 0;
  Reading reading_;
  bool plus_ = false;       // since the last product
  bool just_read_ = false;  // the token before ended a product
  bool dangling_plus_ = false;
  bool counted_lines_ = false;
};

// The one rate of a reading; 0, with a reason, otherwise.
double SingleRate(Reading reading, std::string* why) {
  if (!reading.fault.empty()) {
    *why = reading.fault;
    return 0;
  }
  if (reading.products.empty()) {
    *why = "names no rate";
    return 0;
  }
  std::vector<std::pair<double, bool>> sums;  // bit/s, and whether a factor or a plus made it
  for (const Reading::Product& product : reading.products) {
    if (product.added && !sums.empty()) {
      sums.back().first += product.bps;
      sums.back().second = true;
    } else {
      sums.emplace_back(product.bps, product.counted);
    }
  }
  for (size_t i = 1; i < sums.size(); ++i) {
    // "2 x E3 (68Mbps)" may mean 68 Mbit/s in all or each.
    if (std::abs(sums[i].first - sums[0].first) > kSameRate * sums[0].first || sums[i].second ||
        sums[0].second) {
      *why = "names more than one rate";
      return 0;
    }
  }
  return sums[0].first;
}

}  // namespace

std::optional<double> RateOfLinkLabel(absl::string_view label) {
  if (label.size() > kMaxLabelBytes) return std::nullopt;
  const std::string text = absl::AsciiStrToLower(label);
  for (absl::string_view bound :
       {"<", ">", "\xe2\x89\xa4", "\xe2\x89\xa5", " and below", " and above", "up to", "less than",
        "more than", "at least", "planned from", "at most"}) {
    if (absl::StrContains(text, bound)) return std::nullopt;
  }
  std::string why;
  std::vector<LabelToken> tokens = LabelTokens(label, &why);
  if (!why.empty()) return std::nullopt;
  const double rate_bps = SingleRate(Parser(std::move(tokens)).Read(), &why);
  if (rate_bps <= 0) return std::nullopt;
  return rate_bps;
}

absl::StatusOr<double> RateOfExpression(absl::string_view text) {
  auto refused = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrFormat("\"%s\" %s; write one rate with a unit, such as \"10G\" or \"2x10 Gbit/s\"",
                        text.substr(0, 40), why));
  };
  if (text.size() > kMaxLabelBytes) return refused("is too long for a rate");
  for (size_t at = text.find('B'); at != absl::string_view::npos; at = text.find('B', at + 1)) {
    const absl::string_view rest = text.substr(at + 1);
    if (absl::StartsWith(rest, "/s") || absl::StartsWith(rest, "ps") ||
        absl::StartsWithIgnoreCase(rest, "yte")) {
      return refused("may mean bytes or bits");
    }
  }
  std::string why;
  std::vector<LabelToken> tokens = LabelTokens(text, &why);
  if (!why.empty()) return refused(why);
  for (const LabelToken& token : tokens) {
    if (token.kind == LabelToken::Kind::kWord) {
      return refused(
          absl::StrFormat("has the word \"%s\", so that it is no rate", token.word.substr(0, 20)));
    }
    if (token.kind == LabelToken::Kind::kBreak) return refused("is no single rate");
  }
  Reading reading = Parser(std::move(tokens)).Read();
  if (reading.fault.empty() && reading.other_words) return refused("is no rate");
  const double rate_bps = SingleRate(std::move(reading), &why);
  if (rate_bps <= 0) return refused(why);
  return rate_bps;
}

}  // namespace rhumb
