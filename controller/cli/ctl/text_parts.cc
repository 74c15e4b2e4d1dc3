#include "controller/cli/ctl/text_parts.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "controller/cli/frame/text_report.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr char kBold[] = "\033[1m", kRed[] = "\033[1;31m", kGreen[] = "\033[1;32m";
constexpr char kReset[] = "\033[0m";
constexpr int kBarWidth = 20;

std::string Words(const std::string& name, absl::string_view prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(name, prefix)), {{"_", " "}});
}

std::string Paint(const char* style, const std::string& text, bool colour) {
  return colour ? absl::StrCat(style, text, kReset) : text;
}

}  // namespace

std::string OutcomeWords(rhumb::v1::GuardOutcome outcome) {
  return Words(rhumb::v1::GuardOutcome_Name(outcome), "GUARD_OUTCOME_");
}
std::string RuleWords(rhumb::v1::GuardRule rule) {
  return Words(rhumb::v1::GuardRule_Name(rule), "GUARD_RULE_");
}
std::string ReasonWords(rhumb::v1::PlanReason reason) {
  return Words(rhumb::v1::PlanReason_Name(reason), "PLAN_REASON_");
}

std::string Printable(absl::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (absl::ascii_iscntrl(c)) c = '?';
  }
  return out;
}

std::string VersusShortestPath(const rhumb::v1::GuardReport& guard) {
  if (!guard.has_predicted_mlu() || !(guard.shortest_path_mlu() > 0)) return "-";
  return absl::StrFormat("%+.1f %%", 100 * (guard.predicted_mlu() / guard.shortest_path_mlu() - 1));
}

std::string PaintVersus(const rhumb::v1::GuardReport& guard, const std::string& text, bool colour) {
  if (!guard.has_predicted_mlu() || !guard.has_shortest_path_mlu()) return text;
  const double ratio = guard.predicted_mlu() / guard.shortest_path_mlu();
  if (ratio < 1 - 1e-9) return Paint(kGreen, text, colour);
  return ratio > 1 + 1e-9 ? Paint(kRed, text, colour) : Paint(kBold, text, colour);
}

std::string Bold(const std::string& text, bool colour) { return Paint(kBold, text, colour); }
std::string Red(const std::string& text, bool colour) { return Paint(kRed, text, colour); }

std::string ShortTime(absl::Duration duration) {
  const double s = std::max(0.0, absl::ToDoubleSeconds(duration));
  if (s < 1e-3) return absl::StrFormat("%.2g us", s * 1e6);
  if (s < 1) return absl::StrFormat("%.3g ms", s * 1e3);
  if (s < 120) return absl::StrFormat("%.3g s", s);
  if (s < 7200) return absl::StrFormat("%.0f min", s / 60);
  if (s < 172800) return absl::StrFormat("%.1f h", s / 3600);
  return absl::StrFormat("%.0f days", s / 86400);
}

std::string Ago(absl::Time then, absl::Time now) {
  // Clocks of two machines differ a little.
  return then >= now ? "just now" : absl::StrCat(ShortTime(now - then), " ago");
}

std::string PathText(const google::protobuf::RepeatedPtrField<std::string>& links) {
  return Printable(absl::StrJoin(links, ", "));
}

std::string LoadsText(const google::protobuf::RepeatedPtrField<rhumb::v1::LinkLoad>& loads) {
  TextTable table({"link", "utilization", "", "load"});
  double most = 1;
  for (const auto& load : loads) most = std::max(most, load.utilization());
  for (const auto& load : loads) {
    table.AddRow({Printable(load.link()), absl::StrFormat("%.4f", load.utilization()),
                  Bar(load.utilization() / most, kBarWidth), FormatRate(load.load_bps())});
  }
  return table.Text(2);
}

}  // namespace rhumb
