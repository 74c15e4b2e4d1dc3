// A state that an earlier version of Rhumb has written is read by this one: the versions of a
// rolling upgrade run side by side.
//
// state_format_1.json is what `etcdctl get --prefix /recorded/ -w json` said after a controller of
// format 1 had been declared a network, told its traffic, drained a link and set a policy. It is
// never made anew: a change of the format adds another file.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "controller/serving/etcd/etcd_store.h"
#include "tests/controller/serving/etcd/test_etcd.h"

namespace rhumb {
namespace {

using testing::OpenEtcd;
using testing::Patience;

void PutRecorded(EtcdClient& etcd) {
  const nlohmann::json dump = nlohmann::json::parse(std::ifstream(RHUMB_RECORDED_STATE));
  for (const auto& entry : dump.at("kvs")) {
    etcdserverpb::TxnRequest request;
    auto* put = request.add_success()->mutable_request_put();
    ASSERT_TRUE(absl::Base64Unescape(entry.at("key").get<std::string>(), put->mutable_key()));
    ASSERT_TRUE(absl::Base64Unescape(entry.at("value").get<std::string>(), put->mutable_value()));
    ASSERT_TRUE(etcd.Txn(request, Patience()).ok());
  }
}

TEST(RecordedStateTest, IsReadWholeAndWrittenOn) {
  EtcdOptions options = testing::OptionsOfTest();
  options.prefix = "/recorded";
  const auto etcd = OpenEtcd(options);
  PutRecorded(*etcd);
  EtcdLead lead;
  lead.fence = testing::Enclose(*etcd, "/recorded/replicas/next");
  const auto store = MakeEtcdStore(etcd, options.prefix, std::move(lead), KeptInEtcd());

  const auto state = store->Load();

  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->problem, "");
  EXPECT_NE(state->epoch, 0u);
  EXPECT_NE(state->term_scope, 0u);
  ASSERT_TRUE(state->reported.has_value());
  EXPECT_EQ(state->reported->nodes_size(), 12);
  EXPECT_EQ(state->settings.policy(), "widest");
  ASSERT_EQ(state->settings.drained_links_size(), 1);
  EXPECT_GT(state->plans.size(), 1u);
  EXPECT_GT(state->plans.back().routes_size(), 100);
  EXPECT_TRUE(state->demands.has_value());
  EXPECT_GE(state->floor.plan, state->plans.back().header().plan_version());
  const auto audit = store->Audit(10);
  ASSERT_TRUE(audit.ok()) << audit.status();
  EXPECT_EQ(audit->front().action(), "SetPolicy");
  StoreChange change;
  change.settings.emplace().set_policy("ecmp");
  EXPECT_TRUE(store->Write({change}).ok());
}

}  // namespace
}  // namespace rhumb
