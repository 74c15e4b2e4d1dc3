#include "agents/neural/network_shape.h"

namespace rhumb::neural {
namespace {

WeightTableType MakeTable() {
  WeightTableType table;
  table[kScenarioMix] = {"scenario_mix", kScenarios, kHistory, false};
  table[kScenarioHidden] = {"scenario_hidden", kDemandHidden, kHistory, true};
  table[kScenarioOut] = {"scenario_out", kScenarios, kDemandHidden, false};
  table[kScenarioWeights] = {"scenario_weights", 1, kScenarios, false};
  table[kStart] = {"start", 1, 3, false};
  table[kLinkHiddenLayer] = {"link_hidden", kLinkHidden, kLinkInput, true};
  table[kLinkUpdate] = {"link_update", kLinkState, kLinkHidden, true};
  table[kLinkGate] = {"link_gate", kLinkState, kLinkInput, true};
  table[kMessageLayer] = {"message", kMessage, kMessageInput, true};
  table[kPathHiddenLayer] = {"path_hidden", kPathHidden, kPathInput, true};
  table[kPathOutLayer] = {"path_out", kPathOutput, kPathHidden, true};
  table[kTradeOff] = {"trade_off", 1, 2, false};
  int offset = 0;
  for (WeightBlock& block : table) {
    block.offset = offset;
    offset += block.size();
  }
  return table;
}

}  // namespace

const WeightTableType& WeightTable() {
  static const auto* table = new WeightTableType(MakeTable());
  return *table;
}

int NumWeights() {
  const WeightBlock& last = WeightTable().back();
  return last.offset + last.size();
}

void ClearLoadWeights(float* weights) {
  const auto clear = [weights](BlockId id, int last_columns) {
    const WeightBlock& block = WeightTable()[id];
    for (int row = 0; row < block.rows; ++row) {
      for (int column = block.columns - last_columns; column < block.columns; ++column) {
        weights[block.offset + row * block.columns + column] = 0;
      }
    }
  };
  clear(kLinkHiddenLayer, 1);
  clear(kLinkGate, 1);
  clear(kPathHiddenLayer, 2);
  clear(kTradeOff, 2);
}

}  // namespace rhumb::neural
