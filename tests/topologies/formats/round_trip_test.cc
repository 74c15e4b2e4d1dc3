// What every writer writes is read again as the same network, whatever the names in it.
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/topologies/formats/reading.h"
#include "topologies/formats/native_json.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/rfc8345_json.h"

namespace rhumb {
namespace {

// Parallel links, odd names, places, states and risk groups. Rates are whole bytes per second and
// delays whole microseconds, so that every format has room for them.
Topology OddNetwork(unsigned seed) {
  std::mt19937 random(seed);
  const auto draw = [&](int n) { return static_cast<int>(random() % n); };
  const char* const kPieces[] = {"Z\xc3\xbcrich",
                                 "\"",
                                 "\\",
                                 "a b",
                                 "<x",
                                 "&amp;",
                                 "'",
                                 "ns1:link",
                                 "\xe6\x9d\xb1\xe4\xba\xac",
                                 "-",
                                 ".",
                                 "/",
                                 "{}",
                                 "[0]",
                                 ";",
                                 "=",
                                 "\xc2\xb5",
                                 "0x1p3",
                                 "NaN",
                                 "%s"};
  std::vector<Node> nodes(2 + draw(12));
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (int k = draw(4); k >= 0; --k) nodes[i].name += kPieces[draw(std::size(kPieces))];
    absl::StrAppend(&nodes[i].name, "~", i);
    if (draw(2) == 0) nodes[i].description = kPieces[draw(std::size(kPieces))];
    if (draw(2) == 0)
      nodes[i].coordinates = Coordinates{draw(360) / 2.0 - 90, draw(720) / 2.0 - 180};
  }
  std::vector<Link> links;
  const int n = static_cast<int>(nodes.size());
  const auto add = [&](NodeId a, NodeId b) {
    Link link;
    link.source = a;
    link.destination = b;
    link.capacity_bps = 8.0 * (1 + draw(1000000000));
    link.propagation_delay = absl::Microseconds(draw(60000000));
    link.igp_metric = 1 + draw(1 << 24);
    if (draw(4) == 0) link.administrative_state = AdministrativeState::kDrained;
    if (draw(4) == 0) link.operational_state = OperationalState::kDown;
    for (int k = draw(3); k > 0; --k)
      link.shared_risk_groups.push_back(absl::StrCat("srlg-", 100 * k + draw(9)));
    links.push_back(link);
  };
  for (NodeId v = 0; v < n; ++v) add(v, (v + 1) % n);
  for (int i = draw(20); i > 0; --i) {
    const NodeId a = draw(n), b = draw(n);
    if (a != b) add(a, b);
  }
  return Topology::Create(absl::StrCat("odd-", seed), nodes, links).value();
}

std::string Facts(const Topology& topology) { return ToProto(topology).SerializeAsString(); }

TEST(RoundTripTest, EveryWritersOutputIsReadAsTheSameNetwork) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Topology topology = OddNetwork(seed);
    const auto native = WriteNativeTopology(topology);
    ASSERT_TRUE(native.ok()) << native.status();
    const auto native_again = ReadTopology(*native, "n");
    ASSERT_TRUE(native_again.ok()) << native_again.status();
    EXPECT_EQ(Facts(native_again->value), Facts(topology)) << seed;

    const auto model = WriteRfc8345Json(topology);
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_TRUE(model->notes.empty());
    const auto model_again = ReadTopology(model->text, "n");
    ASSERT_TRUE(model_again.ok()) << model_again.status() << "\n" << model->text;
    EXPECT_EQ(Facts(model_again->value), Facts(topology)) << seed << "\n" << model->text;
  }
}

}  // namespace
}  // namespace rhumb
