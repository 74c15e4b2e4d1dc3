#include "agents/registry/policy_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>

#include "agents/registry/policy_module.h"
#include "tests/agents/policy_contract.h"

namespace rhumb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<testing::PolicyUnderTest> RegisteredPolicies() {
  std::vector<testing::PolicyUnderTest> policies;
  for (const PolicyInfo& info : KnownPolicies()) {
    if (info.needs_module) continue;
    for (const std::string& spec : info.specs) {
      if (spec == info.name + ":igp") continue;  // another spelling of the default
      policies.push_back({spec, [spec] { return MakePolicy(spec).value(); }});
    }
  }
  return policies;
}

using testing::PolicyContractTest;
INSTANTIATE_TEST_SUITE_P(Registered, PolicyContractTest, ::testing::ValuesIn(RegisteredPolicies()),
                         [](const ::testing::TestParamInfo<testing::PolicyUnderTest>& info) {
                           std::string name = info.param.name;
                           for (char& c : name) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return name;
                         });

TEST(PolicyRegistryTest, NamesTheKnownPoliciesWhenAskedForAnother) {
  const absl::Status status = MakePolicy("opsf").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("\"opsf\""), HasSubstr("shortest-path[:igp|hops"),
                    HasSubstr("lp-omniscient"), HasSubstr("neural[:CHECKPOINT]")));
}

TEST(PolicyRegistryTest, NamesTheKnownOptionsWhenAskedForAnother) {
  for (const char* spec : {"ecmp:metric", "ecmp:", "ecmp:hops:delay"}) {
    const absl::Status status = MakePolicy(spec).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << spec;
    EXPECT_THAT(std::string(status.message()), HasSubstr("ecmp[:igp|hops|delay|inverse-capacity]"));
  }
  EXPECT_FALSE(MakePolicy("cspf:fast").ok());
  EXPECT_FALSE(MakePolicy("").ok());
}

TEST(PolicyRegistryTest, AColonWithNothingBehindItIsRefusedWhereAnyTextMayFollowToo) {
  const absl::Status status = MakePolicy("neural:").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("neural[:CHECKPOINT]"));
}

TEST(PolicyRegistryTest, APolicyWithoutAnswerTakesThePlanOfItsFallback) {
  const Observation nothing_measured = testing::Observe(testing::Diamond());
  for (const PolicyInfo& info : KnownPolicies()) {
    if (info.needs_module) continue;
    for (const std::string& spec : info.specs) {
      EXPECT_EQ(FallbackOf(spec), info.fallback);
      const Decision decision = MakePolicy(spec).value()->Decide(nothing_measured).value();
      ASSERT_EQ(decision.fell_back, !info.fallback.empty()) << spec;
      if (!decision.fell_back) continue;
      const Decision other = MakePolicy(info.fallback).value()->Decide(nothing_measured).value();
      EXPECT_THAT(decision.plan.ratios(), ::testing::ElementsAreArray(other.plan.ratios())) << spec;
      EXPECT_EQ(decision.plan.paths().num_paths(), other.plan.paths().num_paths()) << spec;
    }
  }
  EXPECT_EQ(FallbackOf("nobody"), "");
}

TEST(PolicyRegistryTest, OnlyTheOmniscientPolicySeesTheFuture) {
  for (const testing::PolicyUnderTest& policy : RegisteredPolicies()) {
    EXPECT_EQ(policy.make()->omniscient(), policy.name.rfind("lp-omniscient", 0) == 0)
        << policy.name;
  }
}

TEST(PolicyListTest, OptionsAfterACommaBelongToThePolicyBefore) {
  EXPECT_THAT(
      SplitPolicyList("ecmp:hops, neural:a=b.ckpt,iterations=8,guard=off,cspf"),
      ::testing::ElementsAre("ecmp:hops", "neural:a=b.ckpt,iterations=8,guard=off", "cspf"));
  EXPECT_THAT(SplitPolicyList("ecmp,,cspf,"), ::testing::ElementsAre("ecmp", "cspf"));
  EXPECT_THAT(SplitPolicyList(""), ::testing::IsEmpty());
}

// It has nothing to belong to; whoever makes the policy says what is known.
TEST(PolicyListTest, AnOptionInFrontStaysAPolicy) {
  EXPECT_THAT(SplitPolicyList("iterations=8,ecmp"), ::testing::ElementsAre("iterations=8", "ecmp"));
}

TEST(PolicyModuleTest, LoadsAPolicyAndPassesItsOptions) {
  setenv("RHUMB_MODULE_DIR", RHUMB_SAMPLE_MODULE_DIR, 1);

  const auto policy = MakePolicyFromModule("sample", "hops");
  const absl::Status refused = MakePolicyFromModule("sample", "delay").status();

  unsetenv("RHUMB_MODULE_DIR");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->name(), "sample:hops");
  const Topology topology = testing::DamagedNetwork(1, 8);
  testing::ExpectRoutesEveryConnectedPair(topology,
                                          (*policy)->Decide(testing::Observe(topology))->plan);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("sample: no option \"delay\""));
}

const std::string kSample = RHUMB_SAMPLE_MODULE_DIR "/librhumb_sample.so";

TEST(PolicyModuleTest, LoadsAModuleByItsPath) {
  const auto policy = MakeLocalPolicy(kSample + ":hops");
  const absl::Status refused = MakeLocalPolicy(kSample).status();

  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->name(), "sample:hops");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("sample: no option \"\""));
}

TEST(PolicyModuleTest, AnExceptionInAModuleIsAReason) {
  EXPECT_THAT(std::string(MakeLocalPolicy(kSample + ":throw").status().message()),
              HasSubstr("thrown by the sample"));
}

TEST(PolicyModuleTest, AModuleOfAnotherRhumbIsRefusedAndNotRun) {
  const absl::Status status =
      MakeLocalPolicy(RHUMB_SAMPLE_MODULE_DIR "/librhumb_stale.so").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("built for another Rhumb (revision 0)"));
}

TEST(PolicyModuleTest, PathsThatAreNoModulesAreRefusedWithTheSpelling) {
  for (const char* spec : {"./hops.so", "librhumb_hops.so", "/tmp/librhumb_.so", "./"}) {
    const absl::Status status = MakeLocalPolicy(spec).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << spec;
    EXPECT_THAT(std::string(status.message()), HasSubstr("PATH/librhumb_NAME.so")) << spec;
  }
  const absl::Status missing = MakeLocalPolicy("./librhumb_none.so").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("rhumb_policy_module(none"));
}

// Whoever may name a policy over the network must not make the controller run a file.
TEST(PolicyModuleTest, NamesAloneLoadNoFiles) {
  EXPECT_EQ(MakePolicy(kSample + ":hops").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(PolicyModuleTest, SaysHowToBuildAModuleThatIsMissing) {
  const absl::Status status = MakePolicyFromModule("nonesuch", "").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("librhumb_nonesuch.so"), HasSubstr("--target rhumb_nonesuch"),
                    HasSubstr("RHUMB_MODULE_DIR")));
}

}  // namespace
}  // namespace rhumb
