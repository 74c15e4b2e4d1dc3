// What the policy registry finds in librhumb_neural.so.
#include <cstdio>
#include <exception>
#include <string>

#include "agents/neural/neural_policy.h"

namespace {

rhumb::RoutingPolicy* Make(const char* options, char* error, size_t error_size) {
  const std::string text = options == nullptr ? "" : options;
  auto policy = rhumb::neural::NeuralPolicy::Create(text);
  if (!policy.ok()) {
    std::snprintf(error, error_size, "%s", std::string(policy.status().message()).c_str());
    return nullptr;
  }
  return policy->release();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) rhumb::RoutingPolicy* rhumb_make_neural_policy(
    const char* options, char* error, size_t error_size) {
  try {
    return Make(options, error, error_size);
  } catch (const std::exception& failure) {
    std::snprintf(error, error_size, "%s", failure.what());
    return nullptr;
  }
}
