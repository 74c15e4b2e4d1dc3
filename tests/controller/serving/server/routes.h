// A plan by its demands, to compare plans that came by different ways.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_SERVER_ROUTES_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_SERVER_ROUTES_H_

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rhumb/v1/live_plan.pb.h"

namespace rhumb::testing {

using Routes = std::map<std::pair<std::string, std::string>, rhumb::v1::DemandRoute>;

inline Routes RoutesOf(const rhumb::v1::LivePlan& plan) {
  Routes routes;
  for (const auto& route : plan.routes()) routes[{route.source(), route.destination()}] = route;
  return routes;
}

// The same paths with the same ratios, in any order.
inline bool SameRoutes(const Routes& a, const Routes& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [pair, route] : a) {
    const auto it = b.find(pair);
    if (it == b.end() || it->second.paths_size() != route.paths_size()) return false;
    // The order of paths is not part of a plan.
    std::map<std::string, double> difference;
    auto add = [&](const rhumb::v1::DemandRoute& r, double sign) {
      for (const auto& path : r.paths()) {
        std::string name;
        for (const auto& link : path.links()) absl::StrAppend(&name, link, " ");
        difference[name] += sign * path.ratio();
      }
    };
    add(route, 1);
    add(it->second, -1);
    for (const auto& [name, change] : difference) {
      if (std::abs(change) > 1e-9) return false;
    }
  }
  return true;
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_SERVER_ROUTES_H_
