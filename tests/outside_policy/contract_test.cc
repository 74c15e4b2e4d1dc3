// Holds the module, as `rhumb` loads it, to what every policy promises.
#include "agents/registry/policy_module.h"
#include "tests/agents/policy_contract.h"

namespace rhumb::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(FewestHops, PolicyContractTest,
                         ::testing::Values(PolicyUnderTest{
                             "fewest_hops",
                             [] { return MakePolicyFromModuleFile(MODULE).value(); }}));

}  // namespace
}  // namespace rhumb::testing
