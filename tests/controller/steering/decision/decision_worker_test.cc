#include "controller/steering/decision/decision_worker.h"

#include <gtest/gtest.h>

#include <future>

#include "agents/registry/policy_registry.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

DecisionInput Input(uint64_t id, absl::Duration lead) {
  return DecisionInput{
      id, rhumb::v1::PLAN_REASON_TOPOLOGY, true, testing::Diamond(), "ecmp", "", {}, {}, {}, lead};
}

TEST(DecisionWorkerTest, DecidesOnWhatHasTakenThePlaceOfAnInputThatStillWaits) {
  std::promise<uint64_t> decided;
  DecisionWorker worker(Decider(MakePolicy, {}, {}),
                        [&](DecisionOutput output) { decided.set_value(output.id); });
  worker.Start(Input(1, absl::Milliseconds(500)));
  worker.Start(Input(2, absl::ZeroDuration()));
  // Once: a second answer would set the promise again, which throws.
  EXPECT_EQ(decided.get_future().get(), 2);
}

TEST(DecisionWorkerTest, EndsWithoutADecisionThatStillWaits) {
  int decided = 0;
  {
    DecisionWorker worker(Decider(MakePolicy, {}, {}), [&](DecisionOutput) { ++decided; });
    worker.Start(Input(1, absl::Hours(1)));
  }
  EXPECT_EQ(decided, 0);
}

}  // namespace
}  // namespace rhumb
