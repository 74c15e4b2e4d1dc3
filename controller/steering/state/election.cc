#include "controller/steering/state/election.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {

constexpr size_t kMaxNameBytes = 100;

absl::StatusOr<std::optional<StreamId>> Election::Open(StreamId stream, const std::string& adapter,
                                                       uint64_t election_id) {
  if (adapter.empty() || adapter.size() > kMaxNameBytes) {
    return FieldError("subscribe.adapter",
                      absl::StrFormat("has %d bytes; give a name of 1 to %d bytes", adapter.size(),
                                      kMaxNameBytes));
  }
  std::optional<StreamId> replaced;
  for (const auto& [id, member] : members_) {
    if (member.adapter == adapter) {
      replaced = id;
    } else if (election_id != 0 && member.election_id == election_id) {
      return FieldError("subscribe.election_id",
                        absl::StrFormat("%d is held by adapter \"%s\"; give another one",
                                        election_id, member.adapter));
    }
  }
  if (replaced) members_.erase(*replaced);
  members_[stream] = {adapter, election_id};
  FindPrimary();
  return replaced;
}

void Election::Close(StreamId stream) {
  members_.erase(stream);
  FindPrimary();
}

void Election::FindPrimary() {
  primary_ = 0;
  for (const auto& [id, member] : members_) primary_ = std::max(primary_, member.election_id);
  last_primary_ = std::max(last_primary_, primary_);
}

absl::Status Election::CheckWriter(uint64_t election_id) const {
  const uint64_t primary = primary_id();
  if (primary != 0 ? election_id == primary : election_id >= last_primary_) {
    return absl::OkStatus();
  }
  return RequestError(
      absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_NOT_PRIMARY,
      absl::StrFormat("election_id %d is not the primary's, %d; open a plan stream with a higher "
                      "id to take over",
                      election_id, primary != 0 ? primary : last_primary_));
}

bool Election::IsPrimary(StreamId stream) const {
  const auto it = members_.find(stream);
  return it != members_.end() && it->second.election_id != 0 &&
         it->second.election_id == primary_id();
}

}  // namespace rhumb
