// A module that says it was built for another Rhumb, and fails the test when it is run all the
// same.
#include <cstdlib>

#include "agents/routing_policy.h"

extern "C" const char* rhumb_module_interface() { return "revision 0"; }

extern "C" rhumb::RoutingPolicy* rhumb_make_stale_policy(const char*, char*, size_t) {
  std::abort();
}
