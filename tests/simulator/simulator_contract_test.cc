#include "tests/simulator/simulator_contract.h"

#include "simulator/flow/flow_simulator.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"

namespace rhumb {
namespace {

using testing::SimulatorContractTest;
using testing::SimulatorUnderTest;

std::function<std::unique_ptr<NetworkSimulator>()> Packets(DataPlane plane) {
  return [plane] {
    PacketSimulatorOptions options;
    options.data_plane = plane;
    return MakePacketSimulator(options).value();
  };
}

std::unique_ptr<NetworkSimulator> Fluid() { return MakeFluidSimulator({}).value(); }

const TrafficModel kStreams{TrafficModel::FlowSizes::kConstantBitRate, 0};
const TrafficModel kTcp{TrafficModel::FlowSizes::kMiceElephants, 1};
const TrafficModel kMixed{TrafficModel::FlowSizes::kMiceElephants, 0.5};

INSTANTIATE_TEST_SUITE_P(
    All, SimulatorContractTest,
    ::testing::Values(SimulatorUnderTest{"Flow", [] { return MakeFlowSimulator(); }, kStreams},
                      SimulatorUnderTest{"FluidStreams", Fluid, kStreams},
                      SimulatorUnderTest{"FluidTcp", Fluid, kTcp},
                      SimulatorUnderTest{"FluidMixed", Fluid, kMixed},
                      SimulatorUnderTest{"UdpFast", Packets(DataPlane::kUdpFast), kStreams},
                      SimulatorUnderTest{"IpStreams", Packets(DataPlane::kIp), kStreams},
                      SimulatorUnderTest{"IpTcp", Packets(DataPlane::kIp), kTcp},
                      SimulatorUnderTest{"IpMixed", Packets(DataPlane::kIp), kMixed}),
    testing::NameOfSimulator);

}  // namespace
}  // namespace rhumb
