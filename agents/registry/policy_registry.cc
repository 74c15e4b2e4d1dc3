#include "agents/registry/policy_registry.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agents/baselines/cspf_policy.h"
#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/lp_policy.h"
#include "agents/baselines/metric_policy.h"
#include "agents/baselines/robust_lp_policy.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/baselines/widest_policy.h"
#include "agents/registry/policy_module.h"
#include "agents/trees/trees_policy.h"

namespace rhumb {
namespace {

using MadePolicy = absl::StatusOr<std::unique_ptr<RoutingPolicy>>;

struct Entry {
  const char* name;
  // Accepted options; the empty one stands for none. Not used when any text may follow.
  std::vector<const char*> options;
  // What any text that may follow is, for people ("CHECKPOINT", "seed=N"); `make` then refuses what
  // it does not know. Null when only `options` may follow.
  const char* free_option;
  const char* summary;
  bool needs_module;  // lives in a shared object that may not be installed
  MadePolicy (*make)(absl::string_view option);
  const char* fallback = "";  // see PolicyInfo::fallback
};

LinkMetric MetricOf(absl::string_view option) {
  for (LinkMetric metric : {LinkMetric::kHops, LinkMetric::kDelay, LinkMetric::kInverseCapacity}) {
    if (option == LinkMetricName(metric)) return metric;
  }
  return LinkMetric::kIgp;
}

template <LpPolicy::Knowledge knowledge>
MadePolicy MakeLp(absl::string_view option) {
  return std::make_unique<LpPolicy>(
      knowledge, option == "paths" ? LpPolicy::Paths::kCandidates : LpPolicy::Paths::kAll);
}

const std::vector<Entry>& Table() {
  static const auto* const kMetrics =
      new std::vector<const char*>{"", "igp", "hops", "delay", "inverse-capacity"};
  static const auto* const kTable = new std::vector<Entry>{
      {"shortest-path", *kMetrics, nullptr, "one shortest path a demand (SPA)", false,
       [](absl::string_view option) -> MadePolicy {
         return std::make_unique<MetricPolicy>("shortest-path", &ShortestPathPlan,
                                               MetricOf(option));
       }},
      {"ecmp", *kMetrics, nullptr, "equal split over shortest paths at every hop", false,
       [](absl::string_view option) -> MadePolicy {
         return std::make_unique<MetricPolicy>("ecmp", &EcmpPlan, MetricOf(option));
       }},
      {"cspf",
       {""},
       nullptr,
       "largest demand first on the shortest path with room, as RSVP-TE and OSCARS do",
       false,
       [](absl::string_view) -> MadePolicy { return std::make_unique<CspfPolicy>(); },
       "shortest-path"},
      {"widest",
       {""},
       nullptr,
       "widest of the paths with the fewest hops",
       false,
       [](absl::string_view) -> MadePolicy { return std::make_unique<WidestPolicy>(); }},
      {"lp-previous",
       {"", "paths"},
       nullptr,
       "optimum of the previous interval's demands, over all or the candidate paths",
       false,
       &MakeLp<LpPolicy::Knowledge::kPrevious>,
       "shortest-path"},
      {"lp-robust",
       {},
       "mean|worst,window=16",
       "least mean or worst MLU over the last matrices, then least delay",
       false,
       [](absl::string_view option) -> MadePolicy {
         absl::StatusOr<RobustLpOptions> options = ParseRobustLpOptions(option);
         if (!options.ok()) return options.status();
         return std::make_unique<RobustLpPolicy>(*options);
       },
       "shortest-path"},
      {"lp-omniscient",
       {"", "paths"},
       nullptr,
       "optimum of the demands about to be played: the bound, over all or the candidate paths",
       false,
       &MakeLp<LpPolicy::Knowledge::kOmniscient>,
       "shortest-path"},
      {"trees",
       {},
       "gap=0.01",
       "least MLU for the last matrix on whole large networks, over trees shared by demands",
       false,
       [](absl::string_view option) -> MadePolicy {
         const auto options = trees::ParseTreesOptions(option);
         if (!options.ok()) return options.status();
         return std::make_unique<trees::TreesPolicy>(
             option.empty() ? "trees" : absl::StrCat("trees:", option), *options);
       },
       "shortest-path:inverse-capacity"},
      {"neural",
       {},
       "CHECKPOINT",
       "the learned agent; CHECKPOINT is a shipped name or a file",
       true,
       [](absl::string_view option) { return MakePolicyFromModule("neural", option); },
       "ecmp:inverse-capacity"},
  };
  return *kTable;
}

std::string OptionsOf(const Entry& entry) {
  if (entry.free_option != nullptr) return entry.free_option;
  return absl::StrJoin(entry.options.begin() + 1, entry.options.end(), "|");
}

std::string Usage(const Entry& entry) {
  const std::string options = OptionsOf(entry);
  return options.empty() ? entry.name : absl::StrCat(entry.name, "[:", options, "]");
}

}  // namespace

std::vector<PolicyInfo> KnownPolicies() {
  std::vector<PolicyInfo> policies;
  for (const Entry& entry : Table()) {
    PolicyInfo info;
    info.name = entry.name;
    info.options = OptionsOf(entry);
    info.summary = entry.summary;
    info.needs_module = entry.needs_module;
    info.fallback = entry.fallback;
    if (entry.free_option != nullptr) info.specs.push_back(entry.name);
    for (const char* option : entry.options) {
      info.specs.push_back(*option == 0 ? entry.name : absl::StrCat(entry.name, ":", option));
    }
    policies.push_back(std::move(info));
  }
  return policies;
}

std::string FallbackOf(absl::string_view spec) {
  for (const Entry& entry : Table()) {
    if (spec.substr(0, spec.find(':')) == entry.name) return entry.fallback;
  }
  return "";
}

absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakePolicy(absl::string_view spec) {
  const size_t colon = spec.find(':');
  const absl::string_view name = spec.substr(0, colon);
  const absl::string_view option =
      colon == absl::string_view::npos ? absl::string_view() : spec.substr(colon + 1);
  for (const Entry& entry : Table()) {
    if (name != entry.name) continue;
    // "ecmp:" is a slip, not the default.
    const bool slip = colon != absl::string_view::npos && option.empty();
    if (!slip && entry.free_option != nullptr) return entry.make(option);
    for (const char* known : entry.options) {
      if (!slip && option == known) return entry.make(option);
    }
    return absl::InvalidArgumentError(
        absl::StrFormat("policy %s has no option \"%s\"; write %s", name, option, Usage(entry)));
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "there is no policy \"%s\"; known: %s", spec,
      absl::StrJoin(Table(), ", ",
                    [](std::string* out, const Entry& entry) { out->append(Usage(entry)); })));
}

absl::StatusOr<std::unique_ptr<RoutingPolicy>> MakeLocalPolicy(absl::string_view spec) {
  // A checkpoint may be named by a path too, after the policy's name and a colon.
  const absl::string_view name = spec.substr(0, spec.find(':'));
  const bool is_path = absl::StrContains(name, '/') || absl::EndsWith(name, ".so");
  return is_path ? MakePolicyFromModuleFile(spec) : MakePolicy(spec);
}

std::vector<std::string> SplitPolicyList(absl::string_view list) {
  std::vector<std::string> policies;
  for (absl::string_view part : absl::StrSplit(list, ',')) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty()) continue;
    const size_t mark = part.find_first_of(":=");
    const bool is_option = mark != absl::string_view::npos && part[mark] == '=';
    if (is_option && !policies.empty()) {
      absl::StrAppend(&policies.back(), ",", part);
    } else {
      policies.emplace_back(part);
    }
  }
  return policies;
}

}  // namespace rhumb
