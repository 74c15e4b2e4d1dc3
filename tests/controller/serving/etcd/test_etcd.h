// An etcd that all tests of a program share, a prefix for each, and places in the queue.
#ifndef RHUMB_TESTS_CONTROLLER_SERVING_ETCD_TEST_ETCD_H_
#define RHUMB_TESTS_CONTROLLER_SERVING_ETCD_TEST_ETCD_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "controller/serving/etcd/etcd_client.h"
#include "controller/serving/etcd/etcd_store.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/etcd_process.h"

namespace rhumb::testing {

inline SteadyTime Patience() { return SteadyNow() + kPatience; }

// Of one member. Made by the first test that asks, ended with the program.
inline EtcdCluster& SharedEtcd() {
  static EtcdCluster cluster(1);
  EXPECT_TRUE(cluster.running()) << "no etcd: install etcd-server, as scripts/setup does";
  return cluster;
}

// Under a prefix that no other test has.
inline EtcdOptions OptionsOfTest() {
  static int tests = 0;
  EtcdOptions options;
  options.endpoints = SharedEtcd().endpoints();
  options.prefix = absl::StrCat("/test-", ++tests);
  return options;
}

inline std::shared_ptr<EtcdClient> OpenEtcd(const EtcdOptions& options) {
  auto client = EtcdClient::Open(options);
  EXPECT_TRUE(client.ok()) << client.status();
  return client.ok() ? *client : nullptr;
}

// A fence that stands until it is taken away.
inline Fence Enclose(EtcdClient& etcd, const std::string& key) {
  etcdserverpb::TxnRequest request;
  auto* put = request.add_success()->mutable_request_put();
  put->set_key(key);
  put->set_value("a leader");
  const auto done = etcd.Txn(request, Patience());
  EXPECT_TRUE(done.ok()) << done.status();
  return {key, done.ok() ? done->header().revision() : 0};
}
inline void TakeAway(EtcdClient& etcd, const Fence& fence) {
  etcdserverpb::TxnRequest request;
  request.add_success()->mutable_request_delete_range()->set_key(fence.key);
  EXPECT_TRUE(etcd.Txn(request, Patience()).ok());
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_CONTROLLER_SERVING_ETCD_TEST_ETCD_H_
