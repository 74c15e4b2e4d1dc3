#include "controller/serving/etcd/etcd_store.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/serving/etcd/kept_state.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using etcdserverpb::Compare;
using etcdserverpb::TxnRequest;

// etcd takes 1.5 MB and 128 operations a transaction.
constexpr size_t kMaxTransactionBytes = 1 << 20;
constexpr int kMaxOperations = 120;
constexpr size_t kMaxPlansDropped = 32;  // by one write
constexpr size_t kChunkBytes = 1 << 20;
// Larger values are laid down apart.
constexpr size_t kMaxInlineBytes = 256 << 10;
constexpr absl::Duration kLongestWrite = absl::Seconds(5);
constexpr absl::Duration kLongestRead = absl::Seconds(10);

void CompareCreated(TxnRequest* request, const std::string& key, int64_t revision) {
  Compare* compare = request->add_compare();
  compare->set_key(key);
  compare->set_target(Compare::CREATE);
  compare->set_create_revision(revision);
}

void Put(TxnRequest* request, std::string key, std::string value) {
  auto* put = request->add_success()->mutable_request_put();
  put->set_key(std::move(key));
  put->set_value(std::move(value));
}

// All that one write does, each key once.
struct Draft {
  std::map<std::string, std::string> puts;  // the latest of each key counts
  std::map<std::string, std::string> large;
  std::set<std::string> deletes;
  rhumb::v1::ListAuditResponse audit;
};

class EtcdStore : public Store {
 public:
  EtcdStore(std::shared_ptr<EtcdClient> etcd, std::string prefix, EtcdLead lead, KeptInEtcd kept)
      : etcd_(std::move(etcd)), keys_(prefix), lead_(std::move(lead)), limits_(kept) {}

  std::string kind() const override { return "etcd"; }

  absl::StatusOr<StoredState> Load() override {
    absl::StatusOr<KeptState> read = ReadKeptState(*etcd_, keys_, HowMuch::kAll, Deadline());
    if (!read.ok()) return read.status();
    written_revision_ = read->written_revision;
    large_ = std::move(read->large);
    audit_ = std::move(read->audit);
    for (const auto& plan : read->state.plans) plans_.insert(plan.header().plan_version());
    StoredState state = std::move(read->state);
    if (state.epoch == 0) {
      state.epoch = NewEpoch();
      state.term_scope = NewEpoch();
      Draft draft;
      draft.puts[keys_.State("format")] = kStateFormat;
      draft.puts[keys_.State("epoch")] = absl::StrCat(state.epoch);
      draft.puts[keys_.State("scope")] = absl::StrCat(state.term_scope);
      if (auto status = Commit(std::move(draft)); !status.ok()) return status;
    }
    state.term = lead_.fence.term;
    DropStrayChunks();
    return state;
  }

  absl::Status Write(const std::vector<StoreChange>& changes) override {
    Draft draft;
    for (const StoreChange& change : changes) {
      if (change.epoch) draft.puts[keys_.State("epoch")] = absl::StrCat(*change.epoch);
      if (change.settings) {
        draft.puts[keys_.State("settings")] = change.settings->SerializeAsString();
      }
      if (const auto& floor = change.floor) {
        draft.puts[keys_.State("floor")] =
            absl::StrCat(floor->topology, "/", floor->traffic, "/", floor->plan);
      }
      if (change.reported) {
        draft.large[keys_.State("topology")] = ToProto(*change.reported).SerializeAsString();
      }
      if (change.demands) {
        draft.large[keys_.State("demands")] = ToProto(*change.demands).SerializeAsString();
      }
      for (const LivePlanPtr& plan : change.plans) {
        draft.large[keys_.Plan(plan->version())] = ToProto(*plan).SerializeAsString();
      }
      for (const auto& record : change.audit) *draft.audit.add_records() = record;
    }
    if (draft.puts.empty() && draft.large.empty() && draft.audit.records_size() == 0) {
      return absl::OkStatus();
    }
    return Commit(std::move(draft));
  }

  absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> Audit(int limit) override {
    return ReadAudit(*etcd_, keys_, limit, Deadline());
  }

 private:
  // Of reads. The lead is prolonged meanwhile, and asked for with the next write.
  static SteadyTime Deadline() { return SteadyNow() + kLongestRead; }

  absl::Status Lost() {
    lead_.lost();
    return absl::FailedPreconditionError(
        "another controller leads, and etcd takes nothing more from this one");
  }

  // Done as a whole when OK. After any error but FailedPrecondition it may have been.
  absl::Status Commit(Draft draft) {
    const SteadyTime deadline = std::min(SteadyNow() + kLongestWrite, lead_.until());
    if (SteadyNow() >= deadline) {
      return absl::UnavailableError("the lead of this controller is over");
    }
    if (auto status = LearnOutcome(deadline); !status.ok()) return status;
    // What is superseded by it.
    std::set<uint64_t> plans = plans_;
    for (const auto& [key, value] : draft.large) {
      if (absl::StartsWith(key, keys_.Plans())) plans.insert(NumberOfKey(key));
    }
    while (plans.size() > static_cast<size_t>(limits_.plans) &&
           draft.deletes.size() < kMaxPlansDropped) {
      const std::string key = keys_.Plan(*plans.begin());
      draft.large.erase(key);
      if (plans_.count(*plans.begin()) > 0) draft.deletes.insert(key);
      plans.erase(plans.begin());
    }
    std::map<uint64_t, int> audit = audit_;
    AddAudit(&draft, &audit);
    std::map<std::string, std::string> large = large_;
    if (auto status = LayDown(&draft, &large, deadline); !status.ok()) return status;

    TxnRequest request;
    CompareCreated(&request, lead_.fence.key, lead_.fence.term);
    Compare* latest = request.add_compare();
    latest->set_key(keys_.State("write"));
    latest->set_target(Compare::MOD);
    latest->set_mod_revision(written_revision_);
    const std::string name = absl::StrCat(lead_.fence.term, "/", ++writes_);
    Put(&request, keys_.State("write"), name);
    for (auto& [key, value] : draft.puts) Put(&request, key, std::move(value));
    for (const std::string& key : draft.deletes) {
      request.add_success()->mutable_request_delete_range()->set_key(key);
    }
    for (const auto& [key, chunks] : large_) {
      const auto now = large.find(key);
      if (now != large.end() && now->second == chunks) continue;
      auto* drop = request.add_success()->mutable_request_delete_range();
      drop->set_key(keys_.Chunks(chunks));
      drop->set_range_end(EndOfPrefix(keys_.Chunks(chunks)));
    }
    unsure_ = name;
    const auto done = etcd_->Txn(request, deadline);
    if (!done.ok()) {
      // Refused as it stands: it will not be done later either.
      if (!absl::IsUnavailable(done.status())) unsure_.reset();
      return done.status();
    }
    // A comparison that failed may mean that an earlier try of the same was done.
    if (done->succeeded()) {
      written_revision_ = done->header().revision();
    } else {
      const auto found = ReadLatestWrite(*etcd_, keys_, deadline);
      if (!found.ok()) return found.status();
      if (found->name != name) {
        unsure_.reset();
        return Lost();
      }
      written_revision_ = found->revision;
    }
    unsure_.reset();
    plans_ = std::move(plans);
    audit_ = std::move(audit);
    large_ = std::move(large);
    return absl::OkStatus();
  }

  // Where the write before ended without an answer: what is the latest in etcd is what the next one
  // goes on from, and what has not been done by then never will be.
  absl::Status LearnOutcome(SteadyTime deadline) {
    if (!unsure_) return absl::OkStatus();
    const auto found = ReadLatestWrite(*etcd_, keys_, deadline);
    if (!found.ok()) return found.status();
    if (found->revision != written_revision_ && found->name != *unsure_) return Lost();
    if (found->name == *unsure_) {
      // It was done: what it superseded, and what it laid down, is looked up.
      const auto read = ReadKeptState(*etcd_, keys_, HowMuch::kAll, deadline);
      if (!read.ok()) return read.status();
      large_ = read->large;
      audit_ = read->audit;
      plans_.clear();
      for (const auto& plan : read->state.plans) plans_.insert(plan.header().plan_version());
    }
    written_revision_ = found->revision;
    unsure_.reset();
    return absl::OkStatus();
  }

  // The records of a write lie under one number, and the earliest make room.
  void AddAudit(Draft* draft, std::map<uint64_t, int>* audit) const {
    const int added = draft->audit.records_size();
    if (added == 0) return;
    const uint64_t number = audit->empty() ? 1 : audit->rbegin()->first + 1;
    draft->large[keys_.Audit(number)] = draft->audit.SerializeAsString();
    (*audit)[number] = added;
    int kept = 0;
    for (const auto& [n, records] : *audit) kept += records;
    // A few at a time: a write has room for little more.
    for (int i = 0; i < 8 && kept - audit->begin()->second >= limits_.audit; ++i) {
      draft->deletes.insert(keys_.Audit(audit->begin()->first));
      kept -= audit->begin()->second;
      audit->erase(audit->begin());
    }
  }

  // Puts large values where the transaction has room for them, or in chunks.
  absl::Status LayDown(Draft* draft, std::map<std::string, std::string>* large,
                       SteadyTime deadline) {
    size_t bytes = 0;
    for (const auto& [key, value] : draft->puts) bytes += key.size() + value.size();
    for (auto& [key, value] : draft->large) {
      if (value.size() <= kMaxInlineBytes && bytes + value.size() <= kMaxTransactionBytes) {
        bytes += key.size() + value.size();
        draft->puts[key] = absl::StrCat("I", value);
        large->erase(key);
        continue;
      }
      const std::string name = absl::StrCat(lead_.fence.term, "-", ++laid_down_);
      const size_t parts = (value.size() + kChunkBytes - 1) / kChunkBytes;
      for (size_t part = 0; part < parts; ++part) {
        TxnRequest request;
        CompareCreated(&request, lead_.fence.key, lead_.fence.term);
        Put(&request, keys_.Chunk(name, part), value.substr(part * kChunkBytes, kChunkBytes));
        const auto done = etcd_->Txn(request, deadline);
        if (!done.ok()) return done.status();
        if (!done->succeeded()) return Lost();
      }
      draft->puts[key] = absl::StrFormat("C%s:%d:%d", name, parts, value.size());
      (*large)[key] = name;
    }
    for (const std::string& key : draft->deletes) large->erase(key);
    return absl::OkStatus();
  }

  // Chunks that an earlier leader laid down for a write that was never done. What cannot be dropped
  // now is dropped by the next leader.
  void DropStrayChunks() {
    std::set<std::string> named;
    for (const auto& [key, chunks] : large_) named.insert(keys_.Chunks(chunks));
    etcdserverpb::RangeRequest request;
    request.set_key(keys_.AllChunks());
    request.set_range_end(EndOfPrefix(keys_.AllChunks()));
    request.set_keys_only(true);
    const auto found = etcd_->Range(request, Deadline());
    if (!found.ok()) return;
    std::set<std::string> stray;
    for (const mvccpb::KeyValue& entry : found->kvs()) {
      const std::string chunks = entry.key().substr(0, entry.key().rfind('/') + 1);
      if (named.count(chunks) == 0) stray.insert(chunks);
    }
    auto it = stray.begin();
    while (it != stray.end()) {
      TxnRequest drop;
      CompareCreated(&drop, lead_.fence.key, lead_.fence.term);
      for (int i = 0; i < kMaxOperations && it != stray.end(); ++i, ++it) {
        auto* range = drop.add_success()->mutable_request_delete_range();
        range->set_key(*it);
        range->set_range_end(EndOfPrefix(*it));
      }
      if (!etcd_->Txn(drop, Deadline()).ok()) return;
    }
  }

  const std::shared_ptr<EtcdClient> etcd_;
  const StateKeys keys_;
  const EtcdLead lead_;
  const KeptInEtcd limits_;
  // What is in etcd, as this lead has read and written it.
  int64_t written_revision_ = 0;
  std::set<uint64_t> plans_;
  std::map<std::string, std::string> large_;  // values in chunks, with the chunks' names
  std::map<uint64_t, int> audit_;
  uint64_t writes_ = 0, laid_down_ = 0;
  std::optional<std::string> unsure_;  // the name of a write whose outcome is not known
};

}  // namespace

std::unique_ptr<Store> MakeEtcdStore(std::shared_ptr<EtcdClient> etcd, std::string prefix,
                                     EtcdLead lead, KeptInEtcd kept) {
  return std::make_unique<EtcdStore>(std::move(etcd), std::move(prefix), std::move(lead), kept);
}

}  // namespace rhumb
