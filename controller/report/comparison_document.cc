#include "controller/report/comparison_document.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "controller/report/packing.h"

namespace rhumb {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kSchema[] = "rhumb.report/1";

// The members that say what a run was.
constexpr const char* kOfRun[] = {"title", "provenance", "simulator", "traffic",
                                  "load",  "seeds",      "states",    "events"};

absl::StatusOr<Json> Parsed(absl::string_view text, const std::string& name) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("schema", "") != kSchema || !json.contains("policies")) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is no report of a replay that this program knows (%s); write it again "
                        "with rhumb replay",
                        name, kSchema));
  }
  if (json.contains("runs")) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s is a comparison already; give the folders of its two runs", name));
  }
  return json;
}

// What is the same in both, without which their maps cannot be laid beside each other.
absl::Status CheckComparable(const Json& a, const std::string& name_a, const Json& b,
                             const std::string& name_b) {
  const Json& links_a = a["topology"]["links"];
  const Json& links_b = b["topology"]["links"];
  if (links_a != links_b || a["topology"]["nodes"] != b["topology"]["nodes"]) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s is of %s (%d links), %s of %s (%d links): runs are compared on the same network",
        name_a, a["topology"]["name"].get<std::string>(), links_a.size(), name_b,
        b["topology"]["name"].get<std::string>(), links_b.size()));
  }
  if (a["intervals"]["number"] != b["intervals"]["number"]) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s has %d intervals, %s %d, or others: play both with the same --intervals", name_a,
        a["intervals"]["number"].size(), name_b, b["intervals"]["number"].size()));
  }
  if (a["map_every"] != b["map_every"]) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s keeps the loads of every %dth interval, %s of every %dth: play both with as many "
        "policies",
        name_a, a["map_every"].get<int>(), name_b, b["map_every"].get<int>()));
  }
  return absl::OkStatus();
}

// The reasons of a policy with the numbers of their paths moved on by `offset`.
absl::StatusOr<std::string> Renumbered(const std::string& packed, int offset) {
  if (packed.empty() || offset == 0) return packed;
  const absl::StatusOr<std::string> text = InflatedBase64(packed);
  if (!text.ok()) return text.status();
  Json why = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!why.is_array()) return absl::InvalidArgumentError("its reasons cannot be read");
  for (Json& interval : why) {
    for (Json& demand : interval) {
      for (Json& share : demand[3]) share[0] = share[0].get<int>() + offset;
      if (demand[4].get<int>() >= 0) demand[4] = demand[4].get<int>() + offset;
    }
  }
  return DeflatedBase64(why.dump());
}

absl::Status AddRun(Json run, const char* label, Json* all) {
  const int offset = static_cast<int>((*all)["paths"].size());
  for (Json& path : run["paths"]) (*all)["paths"].push_back(std::move(path));
  for (Json& policy : run["policies"]) {
    policy["name"] = absl::StrFormat("%s · %s", label, policy["name"].get<std::string>());
    policy["run"] = (*all)["runs"].size();
    absl::StatusOr<std::string> why = Renumbered(policy["why"], offset);
    if (!why.ok()) return why.status();
    policy["why"] = *std::move(why);
    (*all)["policies"].push_back(std::move(policy));
  }
  Json what = {{"label", label}};
  for (const char* key : kOfRun) what[key] = std::move(run[key]);
  (*all)["runs"].push_back(std::move(what));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ComparisonDocument(absl::string_view text_a, const std::string& name_a,
                                               absl::string_view text_b,
                                               const std::string& name_b) {
  absl::StatusOr<Json> a = Parsed(text_a, name_a);
  if (!a.ok()) return a.status();
  absl::StatusOr<Json> b = Parsed(text_b, name_b);
  if (!b.ok()) return b.status();
  if (absl::Status s = CheckComparable(*a, name_a, *b, name_b); !s.ok()) return s;
  Json all = *a;
  all["title"] = absl::StrFormat("A: %s, B: %s", name_a, name_b);
  // A line that holds for one run alone would be read as the bound of both.
  if ((*a)["optimum"] != (*b)["optimum"]) all["optimum"] = Json::array();
  all["paths"] = Json::array();
  all["policies"] = Json::array();
  all["runs"] = Json::array();
  for (const auto& [run, label] : {std::pair(&*a, "A"), std::pair(&*b, "B")}) {
    if (absl::Status s = AddRun(*run, label, &all); !s.ok()) return s;
  }
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace rhumb
