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

void Announcer::ElectionChanged(ControlThread& control) {
  if (election_notice_.exchange(true)) return;
  control.Post([this](ControllerCore& core) {
    election_notice_ = false;
    for (const auto& [id, reader] : fan_out_.readers()) reader->ElectionChanged(core);
  });
}

}  // namespace rhumb
