// What a store keeps, and where.
#ifndef RHUMB_CONTROLLER_STEERING_STORE_STORE_OPTIONS_H_
#define RHUMB_CONTROLLER_STEERING_STORE_STORE_OPTIONS_H_

#include <string>

namespace rhumb {

struct StoreOptions {
  std::string path;  // of SQLite's file; empty: nothing outlives the process
  int kept_audit = 10'000;
  std::string kind = "sqlite";  // or "etcd"
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STORE_STORE_OPTIONS_H_
