// What lies in etcd, key by key, and how it is read back.
//
//   PREFIX/replicas/LEASE         address of a controller, in the order of creation (candidacy.h)
//   PREFIX/state/format           "1": of the keys and values below
//   PREFIX/state/write            "TERM/NUMBER" of the latest write
//   PREFIX/state/scope, epoch     decimal
//   PREFIX/state/floor            "TOPOLOGY/TRAFFIC/PLAN"
//   PREFIX/state/settings         rhumb.v1.OperatorSettings
//   PREFIX/state/topology         rhumb.v1.Topology, as a value that may be large
//   PREFIX/state/demands          rhumb.v1.KeptTraffic, likewise
//   PREFIX/plans/VERSION          rhumb.v1.LivePlan, likewise; the version in 20 digits
//   PREFIX/audit/NUMBER           rhumb.v1.ListAuditResponse of one write, likewise; 20 digits
//   PREFIX/chunks/NAME/PLACE      a part of a value that is larger than etcd takes at once
//
// A value that may be large is "I" and the bytes, or "C" and "NAME:PARTS:BYTES" of its chunks.
#ifndef RHUMB_CONTROLLER_SERVING_ETCD_KEPT_STATE_H_
#define RHUMB_CONTROLLER_SERVING_ETCD_KEPT_STATE_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/etcd/etcd_client.h"
#include "controller/steering/store/store.h"

namespace rhumb {

inline constexpr char kStateFormat[] = "1";

// Keys under a prefix.
struct StateKeys {
  explicit StateKeys(const std::string& prefix) : all(prefix) {}

  std::string State(absl::string_view name) const;
  std::string Plan(uint64_t version) const;
  std::string Audit(uint64_t number) const;
  std::string Chunk(absl::string_view name, size_t place) const;
  // Of all chunks of one value.
  std::string Chunks(absl::string_view name) const;
  std::string Plans() const { return all + "/plans/"; }
  std::string Audits() const { return all + "/audit/"; }
  std::string AllChunks() const { return all + "/chunks/"; }

  const std::string all;
};

// Of a key in which 20 digits are last; 0 for any other.
uint64_t NumberOfKey(absl::string_view key);
// The name of the chunks that a large value is in; empty when it is not in chunks.
std::string ChunksOf(absl::string_view value);

struct KeptState {
  StoredState state;                         // epoch 0 where nothing was ever kept
  int64_t revision = 0;                      // of etcd, that all of it was read at
  int64_t written_revision = 0;              // of the latest write
  std::string written;                       // its name; empty before the first
  std::map<std::string, std::string> large;  // keys of values in chunks, with the chunks' names
  std::map<uint64_t, int> audit;             // records under each number; only when asked for
};

enum class HowMuch { kAll, kLatestPlanOnly };

// Everything at one revision of etcd. Unavailable when etcd is not reached by `deadline`;
// FailedPrecondition for a format that this program does not know. What cannot be parsed is left
// out and named in state.problem.
absl::StatusOr<KeptState> ReadKeptState(EtcdClient& etcd, const StateKeys& keys, HowMuch how_much,
                                        SteadyTime deadline);

// Revision and name of the latest write; asks all of etcd, not one member.
struct LatestWrite {
  int64_t revision = 0;  // 0: none
  std::string name;
};
absl::StatusOr<LatestWrite> ReadLatestWrite(EtcdClient& etcd, const StateKeys& keys,
                                            SteadyTime deadline);

// The latest first.
absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> ReadAudit(EtcdClient& etcd,
                                                              const StateKeys& keys, int limit,
                                                              SteadyTime deadline);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ETCD_KEPT_STATE_H_
