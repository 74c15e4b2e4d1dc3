#include "topologies/formats/units.h"

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace rhumb {
namespace {

// 100 years; google.protobuf.Duration ends at 10,000.
constexpr absl::Duration kLongest = absl::Hours(24 * 36525);

struct NumberAndUnit {
  double number;
  absl::string_view unit;
};

// Cuts "2.5 Gbit/s" into 2.5 and "Gbit/s". An 'e' counts as an exponent only when digits follow it.
bool Split(absl::string_view text, NumberAndUnit* parts) {
  text = absl::StripAsciiWhitespace(text);
  size_t end = 0;
  auto digits = [&] {
    while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
  };
  if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
  digits();
  if (end < text.size() && text[end] == '.') ++end, digits();
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    const size_t before = end++;
    if (end < text.size() && (text[end] == '-' || text[end] == '+')) ++end;
    const size_t exponent = end;
    digits();
    if (end == exponent) end = before;
  }
  if (!absl::SimpleAtod(text.substr(0, end), &parts->number)) return false;
  parts->unit = absl::StripAsciiWhitespace(text.substr(end));
  return std::isfinite(parts->number);
}

// Factor of a decimal prefix, 0 for another character.
double PrefixFactor(char c) {
  switch (c) {
    case 'k':
    case 'K':
      return 1e3;
    case 'm':
    case 'M':
      return 1e6;
    case 'g':
    case 'G':
      return 1e9;
    case 't':
    case 'T':
      return 1e12;
    case 'p':
    case 'P':
      return 1e15;
    default:
      return 0;
  }
}

// "giga" of "gigabit/s"; 0 when there is none.
double ConsumeWrittenPrefix(absl::string_view* unit) {
  constexpr std::pair<absl::string_view, double> kPrefixes[] = {
      {"kilo", 1e3}, {"mega", 1e6}, {"giga", 1e9}, {"tera", 1e12}, {"peta", 1e15}};
  for (const auto& [name, factor] : kPrefixes) {
    if (!absl::StartsWithIgnoreCase(*unit, name)) continue;
    unit->remove_prefix(name.size());
    return factor;
  }
  return 0;
}

bool IsBitsPerSecond(absl::string_view unit) {
  if (unit.empty() || unit == "b" || unit == "b/s" || unit == "bps") return true;
  for (absl::string_view spelling :
       {"bs", "bit", "bits", "bit/s", "bits/s", "bit/sec", "bits/sec", "bitps", "bitpersec",
        "bitspersec", "bitpersecond", "bitspersecond", "bit/second", "bits/second", "b/sec",
        "bitsps", "bits/ps"}) {
    if (absl::EqualsIgnoreCase(unit, spelling)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<double> ParseNumber(absl::string_view text) {
  NumberAndUnit parts;
  if (!Split(text, &parts) || !parts.unit.empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("\"%s\" is not a finite number", text.substr(0, 40)));
  }
  return parts.number;
}

absl::StatusOr<double> ParseRate(absl::string_view text) {
  const absl::Status refused = absl::InvalidArgumentError(absl::StrFormat(
      "\"%s\" is not a rate; write bits per second or a number with a unit, such as \"100G\" or "
      "\"2.5 Gbit/s\"",
      text.substr(0, 40)));
  NumberAndUnit parts;
  if (!Split(text, &parts) || parts.number < 0) return refused;
  double factor = 1;
  absl::string_view unit = parts.unit;
  const double written_out = ConsumeWrittenPrefix(&unit);
  if (written_out > 0) {
    factor = written_out;
  } else if (!unit.empty() && PrefixFactor(unit[0]) > 0) {
    factor = PrefixFactor(unit[0]);
    unit.remove_prefix(1);
  }
  const double rate_bps = parts.number * factor;
  if (!IsBitsPerSecond(unit) || !std::isfinite(rate_bps)) return refused;
  return rate_bps;
}

std::string FormatRate(double rate_bps) {
  struct Prefix {
    double factor;
    const char* name;
  };
  for (const Prefix& prefix : {Prefix{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}) {
    if (std::abs(rate_bps) >= prefix.factor) {
      return absl::StrFormat("%.6g %sbit/s", rate_bps / prefix.factor, prefix.name);
    }
  }
  return absl::StrFormat("%.6g bit/s", rate_bps);
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  const absl::Status refused = absl::InvalidArgumentError(absl::StrFormat(
      "\"%s\" is not a time; write a number with a unit, such as \"300s\", \"5 min\" or \"15m\"",
      text.substr(0, 40)));
  absl::Duration duration;
  NumberAndUnit parts;
  if (!absl::ParseDuration(absl::StripAsciiWhitespace(text), &duration)) {
    if (!Split(text, &parts)) return refused;
    std::string unit = absl::AsciiStrToLower(parts.unit);
    if (unit.size() > 2 && unit.back() == 's') unit.pop_back();
    absl::Duration one;
    if (unit == "ns" || unit == "nsec" || unit == "nanosecond")
      one = absl::Nanoseconds(1);
    else if (unit == "us" || unit == "usec" || unit == "microsecond" || unit == "\xc2\xb5" ||
             unit == "\xc2\xb5s" || unit == "\xce\xbcs")
      one = absl::Microseconds(1);
    else if (unit == "ms" || unit == "msec" || unit == "millisecond")
      one = absl::Milliseconds(1);
    else if (unit == "s" || unit == "sec" || unit == "second")
      one = absl::Seconds(1);
    else if (unit == "m" || unit == "min" || unit == "minute")
      one = absl::Minutes(1);
    else if (unit == "h" || unit == "hr" || unit == "hour")
      one = absl::Hours(1);
    else if (unit == "d" || unit == "day")
      one = absl::Hours(24);
    else
      return refused;
    duration = one * parts.number;
  }
  if (duration < absl::ZeroDuration() || duration > kLongest) return refused;
  return duration;
}

}  // namespace rhumb
