#include "controller/serving/server/announcer.h"

#include <utility>

namespace rhumb {

Announcer::Announcer(PlanBoard& board, FanOut& fan_out, HealthBoard& health)
    : board_(board), fan_out_(fan_out), health_(health) {
  for (const char* service : {kControllerHealth, kNorthHealth}) health_.Set(service, false);
  for (const char* service : {kSouthHealth, kStoreHealth, kCertificateHealth})
    health_.Set(service, true);
}

void Announcer::SetHealth(const std::string& service, bool serving) {
  if (health_.Set(service, serving)) fan_out_.Announce();
}

void Announcer::Publish(LivePlanPtr plan) {
  board_.Publish(std::move(plan));
  fan_out_.Announce();
  SetHealth(kControllerHealth, true);
  SetHealth(kNorthHealth, true);
}

void Announcer::PublishCopy(LivePlanPtr plan) {
  const LivePlanPtr known = board_.latest();
  if (known != nullptr && known->version() >= plan->version()) return;
  board_.Publish(std::move(plan));
  fan_out_.Announce();
}

void Announcer::StandBy(bool stands_by) {
  health_.StandBy(stands_by);
  fan_out_.Announce();
}

void Announcer::ElectionChanged(ControlSlot& control) {
  if (election_notice_.exchange(true)) return;
  const bool posted = control.Post([this](ControllerCore& core) {
    election_notice_ = false;
    for (const auto& [id, reader] : fan_out_.readers()) reader->ElectionChanged(core);
  });
  if (!posted) election_notice_ = false;
}

}  // namespace rhumb
