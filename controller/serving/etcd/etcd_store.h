// The state of a leader in etcd.
#ifndef RHUMB_CONTROLLER_SERVING_ETCD_ETCD_STORE_H_
#define RHUMB_CONTROLLER_SERVING_ETCD_ETCD_STORE_H_

#include <functional>
#include <memory>
#include <string>

#include "controller/clock/steady_time.h"
#include "controller/serving/etcd/candidacy.h"
#include "controller/serving/etcd/etcd_client.h"
#include "controller/steering/store/store.h"

namespace rhumb {

// A lead, as the store of it sees it.
struct EtcdLead {
  Fence fence;
  std::function<SteadyTime()> until = [] { return SteadyTime::Never(); };
  // A write found the fence gone; called on the writer's thread.
  std::function<void()> lost = [] {};
};

struct KeptInEtcd {
  int plans = 32;
  int audit = 10'000;
};

// One lead's, and of no use to the next. Every write is one transaction, which etcd does only while
// the fence stands and the write before is still the latest: so one whose outcome was not learnt
// can be neither lost nor done late, and the number of the next says which it was. Values that are
// larger than a transaction takes are laid down first and named by it.
//
// Plans of earlier epochs are kept, for the one in force outlives its leader.
std::unique_ptr<Store> MakeEtcdStore(std::shared_ptr<EtcdClient> etcd, std::string prefix,
                                     EtcdLead lead, KeptInEtcd kept);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ETCD_ETCD_STORE_H_
