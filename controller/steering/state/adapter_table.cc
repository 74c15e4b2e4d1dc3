#include "controller/steering/state/adapter_table.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

constexpr size_t kMaxErrorBytes = 500;

}  // namespace

absl::StatusOr<std::optional<StreamId>> AdapterTable::Open(
    StreamId stream, const rhumb::v1::PlanSubscription& subscription, uint64_t epoch,
    absl::Time now) {
  auto replaced = election_.Open(stream, subscription.adapter(), subscription.election_id());
  if (!replaced.ok()) return replaced.status();
  if (*replaced) adapters_.erase(**replaced);
  rhumb::v1::AdapterStatus& status = adapters_[stream];
  status.set_adapter(subscription.adapter());
  status.set_election_id(subscription.election_id());
  *status.mutable_connected_at() = ToTimestamp(now);
  if (subscription.held_epoch() == epoch) {
    status.set_plan_version_in_force(subscription.held_plan_version());
  }
  spdlog::info("adapter connected name=\"{}\" election_id={}", subscription.adapter(),
               subscription.election_id());
  return replaced;
}

bool AdapterTable::Close(StreamId stream) {
  const auto it = adapters_.find(stream);
  if (it == adapters_.end()) return false;
  spdlog::info("adapter gone name=\"{}\"", it->second.adapter());
  adapters_.erase(it);
  election_.Close(stream);
  return true;
}

void AdapterTable::TakeAnswer(StreamId stream, const rhumb::v1::PlanAnswer& answer,
                              uint64_t sent_version) {
  const auto it = adapters_.find(stream);
  if (it == adapters_.end()) return;
  rhumb::v1::AdapterStatus& status = it->second;
  status.set_plan_version_sent(std::max(status.plan_version_sent(), sent_version));
  status.set_plan_version_in_force(answer.plan_version_in_force());
  if (!answer.has_error()) {
    status.set_plan_version_acknowledged(sent_version);
    return;
  }
  status.set_nacks(status.nacks() + 1);
  status.set_last_error(answer.error().message().substr(0, kMaxErrorBytes));
  metrics_->CountEvent(Event::kNack);
  spdlog::warn("plan refused adapter=\"{}\" version={} in_force={} error=\"{}\"", status.adapter(),
               sent_version, answer.plan_version_in_force(), status.last_error());
}

rhumb::v1::ElectionState AdapterTable::ElectionFor(StreamId stream) const {
  rhumb::v1::ElectionState state;
  state.set_primary_election_id(election_.primary_id());
  state.set_you_are_primary(election_.IsPrimary(stream));
  return state;
}

std::optional<uint64_t> AdapterTable::AcknowledgedByAll() const {
  std::optional<uint64_t> least;
  for (const auto& [stream, status] : adapters_) {
    const uint64_t version = status.plan_version_acknowledged();
    least = least ? std::min(*least, version) : version;
  }
  return least;
}

void AdapterTable::WriteStatus(rhumb::v1::ControllerStatus* status) const {
  for (const auto& [stream, adapter] : adapters_) {
    rhumb::v1::AdapterStatus* out = status->add_adapters();
    *out = adapter;
    out->set_primary(election_.IsPrimary(stream));
  }
}

}  // namespace rhumb
