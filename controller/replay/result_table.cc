#include "controller/replay/result_table.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr char kBold[] = "\033[1m";
constexpr char kWinner[] = "\033[1;32m";
constexpr char kDim[] = "\033[2m";
constexpr char kReset[] = "\033[0m";
constexpr size_t kGap = 2;

enum class Better { kLow, kHigh, kNeither };

struct Column {
  std::string title;
  Better better;
  std::function<std::optional<double>(const PolicyResult&)> value;
  std::function<std::string(const PolicyResult&)> text;
};

std::string Fixed(double value, int digits) { return absl::StrFormat("%.*f", digits, value); }
std::string Percent(double ratio) { return absl::StrFormat("%.2f %%", 100 * ratio); }
std::string Milliseconds(double seconds) {
  const double ms = seconds * 1e3;
  return absl::StrFormat("%.*f ms", ms < 1 ? 3 : ms < 100 ? 1 : 0, ms);
}
std::string ShortRate(double rate_bps) {
  constexpr const char* kUnits[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
  size_t unit = 0;
  while (rate_bps >= 1000 && unit + 1 < std::size(kUnits)) {
    rate_bps /= 1000;
    ++unit;
  }
  return absl::StrFormat("%.4g %s", rate_bps, kUnits[unit]);
}

// A column of one number a policy.
Column NumberColumn(std::string title, Better better,
                    std::function<double(const PolicyResult&)> value,
                    std::function<std::string(double)> format) {
  return {std::move(title), better, value,
          [value, format](const PolicyResult& policy) { return format(value(policy)); }};
}

std::vector<Column> LinkColumns() {
  auto number = [](double v) { return Fixed(v, 3); };
  auto norm = [](double Summary::*member) {
    return [member](const PolicyResult& p) -> std::optional<double> {
      if (!p.norm_mlu) return std::nullopt;
      return (*p.norm_mlu).*member;
    };
  };
  auto norm_text = [norm](double Summary::*member) {
    return [norm, member](const PolicyResult& p) {
      const auto value = norm(member)(p);
      return value ? Fixed(*value, 3) : std::string("-");
    };
  };
  return {
      NumberColumn(
          "MLU", Better::kLow, [](const PolicyResult& p) { return p.mlu.mean; }, number),
      NumberColumn(
          "p95", Better::kLow, [](const PolicyResult& p) { return p.mlu.p95; }, number),
      {"NormMLU", Better::kLow, norm(&Summary::mean), norm_text(&Summary::mean)},
      {"p95", Better::kLow, norm(&Summary::p95), norm_text(&Summary::p95)},
      {"max", Better::kLow, norm(&Summary::max), norm_text(&Summary::max)},
  };
}

std::vector<Column> PlanColumns() {
  return {
      NumberColumn(
          "paths", Better::kNeither, [](const PolicyResult& p) { return p.size.paths_per_demand; },
          [](double v) { return Fixed(v, 2); }),
      NumberColumn(
          "least share", Better::kNeither, [](const PolicyResult& p) { return p.size.least_share; },
          Percent),
      NumberColumn(
          "entries", Better::kNeither, [](const PolicyResult& p) { return p.size.most_entries; },
          [](double v) { return Fixed(v, 0); }),
      NumberColumn(
          "moved", Better::kNeither, [](const PolicyResult& p) { return p.moved_share; }, Percent),
      NumberColumn(
          "decision", Better::kNeither, [](const PolicyResult& p) { return p.decision_p50_s; },
          Milliseconds),
  };
}

std::vector<Column> DeliveryColumns() {
  return {
      NumberColumn(
          "goodput", Better::kHigh,
          [](const PolicyResult& p) { return p.measured.goodput_bps.mean; }, ShortRate),
      NumberColumn(
          "delay", Better::kLow, [](const PolicyResult& p) { return p.measured.delay_s.mean; },
          Milliseconds),
      NumberColumn(
          "p99", Better::kLow, [](const PolicyResult& p) { return p.measured.delay_p99_s.mean; },
          Milliseconds),
      NumberColumn(
          "loss", Better::kLow, [](const PolicyResult& p) { return p.measured.loss_ratio.mean; },
          Percent),
  };
}

std::vector<Column> FlowColumns() {
  auto with_range = [](const PolicyResult& p) {
    const Estimate& fct = p.measured.fct_s;
    if (fct.low == fct.high) return absl::StrFormat("%.3f s", fct.mean);
    return absl::StrFormat("%.3f s [%.3f, %.3f]", fct.mean, fct.low, fct.high);
  };
  auto versus = [](const PolicyResult& p) {
    if (!p.versus || p.name == kReferencePolicy) return std::string("-");
    const Estimate& fct = p.versus->fct_s;
    if (fct.low == fct.high) return absl::StrFormat("%+.1f %%", 100 * fct.mean);
    return absl::StrFormat("%+.1f %% [%+.1f, %+.1f]", 100 * fct.mean, 100 * fct.low,
                           100 * fct.high);
  };
  return {
      {"FCT", Better::kLow, [](const PolicyResult& p) { return p.measured.fct_s.mean; },
       with_range},
      NumberColumn(
          "p99", Better::kLow, [](const PolicyResult& p) { return p.measured.fct_p99_s.mean; },
          [](double v) { return absl::StrFormat("%.2f s", v); }),
      NumberColumn(
          "completed", Better::kHigh,
          [](const PolicyResult& p) { return p.measured.completed_share.mean; }, Percent),
      NumberColumn(
          "in 3 s", Better::kHigh,
          [](const PolicyResult& p) { return p.measured.on_time_share.mean; }, Percent),
      {"FCT vs shortest path", Better::kNeither,
       [](const PolicyResult&) { return std::optional<double>(); }, versus},
  };
}

// Ranges of a corrected simulator; they have no best.
std::vector<Column> PredictionColumns() {
  const auto range = [](std::string title, PredictedQuantity quantity, double unit, int digits,
                        const char* unit_name) {
    return Column{std::move(title), Better::kNeither,
                  [](const PolicyResult&) { return std::optional<double>(); },
                  [=](const PolicyResult& p) {
                    if (!p.prediction) return std::string("-");
                    const PredictedRange& r = p.prediction->ranges[quantity];
                    return absl::StrFormat("[%.*f, %.*f]%s", digits, unit * r.low, digits,
                                           unit * r.high, unit_name);
                  }};
  };
  return {
      range("FCT", kPredictedFct, 1, 3, " s"),
      range("p99", kPredictedP99Fct, 1, 2, " s"),
      range("delay", kPredictedDelay, 1e3, 1, " ms"),
      range("loss", kPredictedLoss, 100, 2, " %"),
      range("in 3 s", kPredictedOnTimeShare, 100, 1, " %"),
      {"distance", Better::kNeither, [](const PolicyResult&) { return std::optional<double>(); },
       [](const PolicyResult& p) {
         return p.prediction ? Fixed(p.prediction->mean_distance, 2) : std::string("-");
       }}};
}

// Columns that belong together; a table of all columns would be wider than a terminal.
struct Block {
  std::string title;
  std::vector<Column> columns;
};

std::vector<Block> BlocksFor(const ReplayResult& result) {
  std::vector<Block> blocks = {
      {"Links: utilization of the busiest one (MLU), and MLU over the exact optimum (NormMLU)",
       LinkColumns()},
      {"Traffic: what was delivered, its one-way delay, what was lost", DeliveryColumns()},
      {"Plans: paths a demand, smallest share, forwarding entries of the fullest node, moved "
       "traffic",
       PlanColumns()}};
  bool flows = false;
  for (const PolicyResult& policy : result.policies) flows = flows || policy.has_flows;
  if (flows) {
    blocks.push_back(
        {"Flows: completion time (FCT), and shares completed and done within 3 s", FlowColumns()});
  }
  for (const PolicyResult& policy : result.policies) {
    if (!policy.prediction) continue;
    blocks.push_back(
        {absl::StrFormat("Where ns-3 would have measured a single episode, with probability %g; "
                         "distance from what was learned from, 1: the farthest that is corrected",
                         policy.prediction->coverage),
         PredictionColumns()});
    break;
  }
  return blocks;
}

// Best value of a column among policies that do not see the future; absent when there is nothing to
// choose.
std::optional<double> BestOf(const Column& column, const ReplayResult& result) {
  std::optional<double> best, worst;
  for (const PolicyResult& policy : result.policies) {
    const std::optional<double> value = column.value(policy);
    if (policy.omniscient || !value || column.better == Better::kNeither) continue;
    if (!best) best = worst = value;
    const bool low = column.better == Better::kLow;
    if (low ? *value < *best : *value > *best) best = value;
    if (low ? *value > *worst : *value < *worst) worst = value;
  }
  if (best == worst) return std::nullopt;
  return best;
}

std::string Pad(const std::string& text, size_t width, bool left) {
  const std::string space(width > text.size() ? width - text.size() : 0, ' ');
  return left ? text + space : space + text;
}

std::string Heading(const ReplayResult& result) {
  std::string text = absl::StrFormat(
      "%s (%d nodes, %d links), traffic %s, %d interval%s%s, simulator %s", result.topology,
      result.nodes, result.links, result.traffic, result.intervals,
      result.intervals == 1 ? "" : "s",
      result.seeds > 1 ? absl::StrFormat(" x %d seeds", result.seeds) : "", result.simulator);
  if (result.load) absl::StrAppendFormat(&text, ", load %g", *result.load);
  if (result.simulator != "flow") absl::StrAppendFormat(&text, ", scale %.3g", result.scale);
  return text + "\n";
}

std::string Verdict(const ReplayResult& result, int winner) {
  if (winner < 0) {
    const auto rivals =
        std::count_if(result.policies.begin(), result.policies.end(),
                      [](const PolicyResult& policy) { return !policy.omniscient; });
    return rivals == 0 ? "" : "No winner: the lowest values are equal, or there was no traffic.\n";
  }
  const PolicyResult& best = result.policies[winner];
  std::string text;
  if (best.has_flows) {
    text = absl::StrFormat("* %s finishes flows soonest: %.3f s on average", best.name,
                           best.measured.fct_s.mean);
    if (best.versus && best.name != kReferencePolicy) {
      absl::StrAppendFormat(&text, ", %+.1f %% against shortest path",
                            100 * best.versus->fct_s.mean);
    }
  } else if (best.norm_mlu) {
    text = absl::StrFormat(
        "* %s is closest to the optimum: its busiest link carries %.1f %% more than the best "
        "possible "
        "routing would put there",
        best.name, 100 * (best.norm_mlu->mean - 1));
  } else {
    text = absl::StrFormat("* %s has the lowest MLU", best.name);
  }
  return text + ".\n";
}

constexpr size_t kIntervalsShown = 5;

// "1 episode", "2 episodes".
std::string Counted(int count, absl::string_view thing) {
  return absl::StrCat(count, " ", thing, count == 1 ? "" : "s");
}

// "in interval 4", "in intervals 4, 5 and 7", "in intervals 4, 5, 7, 8, 9 and 20 more".
std::string InIntervals(const std::vector<int>& intervals) {
  std::vector<std::string> items;
  for (const int interval : intervals) items.push_back(absl::StrCat(interval));
  if (items.size() > kIntervalsShown + 1) {
    const size_t more = items.size() - kIntervalsShown;
    items.resize(kIntervalsShown);
    items.push_back(absl::StrCat(more, " more"));
  }
  if (items.size() == 1) return "in interval " + items[0];
  const std::string last = items.back();
  items.pop_back();
  return absl::StrCat("in intervals ", absl::StrJoin(items, ", "), " and ", last);
}

std::string FallbackText(const PolicyResult& policy) {
  const Fallbacks& all = policy.fallbacks;
  const auto text = [&](int count, const std::string& how, const std::vector<int>& intervals,
                        const std::string& reason) {
    if (count == 0) return std::string();
    return absl::StrFormat("! %s: %d of %s fell back to %s%s, %s%s: %s.\n", policy.name, count,
                           Counted(all.of, "decision"), all.to, how, InIntervals(intervals),
                           intervals.size() == 1 ? "" : "; the first",
                           reason.empty() ? "it gave no reason" : reason);
  };
  const Fallbacks::Partial& partial = all.partial;
  return absl::StrCat(
      text(all.count, "", all.intervals, all.reason),
      text(partial.count,
           absl::StrFormat(" for up to %s alone", Counted(partial.most_demands, "demand")),
           partial.intervals, partial.reason));
}

std::string Faults(const ReplayResult& result) {
  std::string text;
  for (const PolicyResult& policy : result.policies) {
    if (policy.retried > 0) {
      absl::StrAppendFormat(&text, "! %s: %s died and %s played again.\n", policy.name,
                            Counted(policy.retried, "episode"),
                            policy.retried == 1 ? "was" : "were");
    }
    if (policy.lost > 0) {
      absl::StrAppendFormat(&text, "! %s: %s %s lost and not in its means.\n", policy.name,
                            Counted(policy.lost, "episode"), policy.lost == 1 ? "is" : "are");
    }
    if (policy.prediction && policy.prediction->far > 0) {
      absl::StrAppendFormat(
          &text,
          "! %s: %d of %s are far from what the fluid simulator's correction was learned from; "
          "they "
          "are not corrected, and their ranges are wider. --simulator ns3 measures.\n",
          policy.name, policy.prediction->far, Counted(policy.prediction->episodes, "episode"));
    }
    absl::StrAppend(&text, FallbackText(policy));
  }
  return text;
}

std::string RowName(const PolicyResult& policy) {
  return policy.name + (policy.omniscient ? " (bound)" : "");
}

std::string RenderBlock(const ReplayResult& result, const Block& block, int winner, bool colour) {
  size_t name_width = 0;
  for (const PolicyResult& policy : result.policies) {
    name_width = std::max(name_width, RowName(policy).size());
  }
  std::vector<size_t> widths;
  std::vector<std::optional<double>> best;
  std::string out = block.title + "\n  " + std::string(name_width, ' ');
  for (const Column& column : block.columns) {
    size_t width = column.title.size();
    for (const PolicyResult& policy : result.policies) {
      width = std::max(width, column.text(policy).size());
    }
    widths.push_back(width);
    best.push_back(BestOf(column, result));
    // The blank after a number is the place of its mark.
    out += std::string(kGap, ' ') + Pad(column.title, width, false);
    if (widths.size() < block.columns.size()) out += " ";
  }
  out += "\n";
  for (size_t p = 0; p < result.policies.size(); ++p) {
    const PolicyResult& policy = result.policies[p];
    const bool wins = static_cast<int>(p) == winner;
    const std::string style = !colour ? "" : wins ? kWinner : policy.omniscient ? kDim : "";
    out += absl::StrCat(style, wins ? "* " : "  ", Pad(RowName(policy), name_width, true));
    for (size_t c = 0; c < block.columns.size(); ++c) {
      const bool is_best =
          !policy.omniscient && best[c] && block.columns[c].value(policy) == best[c];
      const bool is_last = c + 1 == block.columns.size();
      std::string cell = Pad(block.columns[c].text(policy), widths[c], false) + (is_best   ? "*"
                                                                                 : is_last ? ""
                                                                                           : " ");
      if (is_best && colour && !wins) cell = absl::StrCat(kBold, cell, kReset);
      out += std::string(kGap, ' ') + cell;
    }
    absl::StrAppend(&out, style.empty() ? "" : kReset, "\n");
  }
  return out + "\n";
}

}  // namespace

std::string ToTable(const ReplayResult& result, bool colour) {
  const int winner = Winner(result);
  std::string out = Heading(result) + "\n";
  for (const Block& block : BlocksFor(result)) {
    out += RenderBlock(result, block, winner, colour);
  }
  return absl::StrCat(out, Verdict(result, winner), Faults(result));
}

}  // namespace rhumb
