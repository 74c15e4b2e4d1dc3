// Policies and networks that questions are answered with, kept for the next question.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_POLICY_CACHE_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_POLICY_CACHE_H_

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "agents/policy_factory.h"
#include "agents/routing_policy.h"
#include "rhumb/v1/topology.pb.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

// What one thread keeps between questions: policies, and the networks that were asked about last
// with their candidate paths. Finding those takes several times as long as a decision, and whoever
// asks about a network usually asks again.
//
// Owned by one thread of the pool.
class PolicyCache {
 public:
  explicit PolicyCache(PolicyFactory factory) : factory_(std::move(factory)) {}

  // The question under way, for as long as this lives. `wanted` says whether somebody still waits
  // for the answer: an error is why not, and ends the question. Asked often, from threads of
  // policies too.
  class Question {
   public:
    Question(PolicyCache* cache, std::function<absl::Status()> wanted) : cache_(*cache) {
      cache_.wanted_ = std::move(wanted);
    }
    Question(const Question&) = delete;
    ~Question() { cache_.wanted_ = nullptr; }

   private:
    PolicyCache& cache_;
  };
  const std::function<absl::Status()>& wanted() const { return wanted_; }  // empty: always

  // The policy lives until the next call of Get.
  absl::StatusOr<RoutingPolicy*> Get(const std::string& spec);

  // The same snapshot for the same message. Errors are FromProto's.
  absl::StatusOr<Topology> TopologyOf(const rhumb::v1::Topology& message);
  // Paths of all pairs. Kept for snapshots that TopologyOf gave, unless there are very many.
  absl::StatusOr<std::shared_ptr<const PathSet>> PathsOf(const Topology& topology, int max_paths);

 private:
  struct Network {
    std::string message;
    Topology topology;
    std::map<int, std::shared_ptr<const PathSet>> paths;  // by max_paths
  };

  std::function<absl::Status()> wanted_;
  PolicyFactory factory_;
  std::map<std::string, std::unique_ptr<RoutingPolicy>> policies_;
  std::list<Network> networks_;  // the one asked about last first
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_POLICY_CACHE_H_
