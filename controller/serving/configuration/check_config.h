// Checks a configuration against itself and the machine before a port opens.
#ifndef RHUMB_CONTROLLER_SERVING_CONFIGURATION_CHECK_CONFIG_H_
#define RHUMB_CONTROLLER_SERVING_CONFIGURATION_CHECK_CONFIG_H_

#include <string>
#include <vector>

#include "controller/serving/configuration/serve_config.h"
#include "controller/steering/decision/decision_worker.h"

namespace rhumb {

// Every problem, one a line, with the file's line where the key was set: faults of form, ranges,
// keys that need others, addresses, what is open to the world without TLS or tokens, certificates
// and tokens that cannot be read or are readable by others, a store that cannot be made, a policy
// that does not load. Empty when all is well. Loads the policy once; changes nothing.
std::vector<std::string> CheckServeConfig(const ReadConfig& read, const PolicyFactory& policies);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CONFIGURATION_CHECK_CONFIG_H_
