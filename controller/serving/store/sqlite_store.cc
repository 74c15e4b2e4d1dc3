#include "controller/serving/store/sqlite_store.h"

#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "controller/serving/store/essentials.h"
#include "controller/serving/store/row_checksum.h"
#include "controller/serving/store/sqlite_statement.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

// 1 had no checksums, and each part of the essentials in a row of its own.
constexpr char kSchemaVersion[] = "2";
constexpr char kSchema[] = R"(
  CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS plan (version INTEGER PRIMARY KEY, message BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL);
)";

// What could be read of a store, sound or not.
struct Contents {
  bool sound = true;
  std::string fault;  // the first
  std::optional<Essentials> essentials;
  std::optional<rhumb::v1::Topology> reported;
  std::optional<rhumb::v1::KeptTraffic> demands;
  std::vector<rhumb::v1::LivePlan> plans;
  std::vector<rhumb::v1::AuditRecord> audit;  // the earliest first

  void Fault(absl::string_view what) {
    if (std::exchange(sound, false)) fault = std::string(what);
  }
};

class SqliteStore : public Store {
 public:
  SqliteStore(StoreOptions options, int kept_plans)
      : options_(std::move(options)), kept_plans_(kept_plans) {}
  ~SqliteStore() override { Close(); }

  std::string kind() const override { return "sqlite"; }

  absl::StatusOr<StoredState> Load() override {
    const absl::StatusOr<Essentials> beside = ReadEssentials(EssentialsPath());
    struct stat info;
    const bool was_there = stat(options_.path.c_str(), &info) == 0 && info.st_size > 0;
    const absl::Status opened = Open();
    if (!opened.ok() && !absl::IsDataLoss(opened))
      return WithoutDatabase(opened, beside, was_there);
    Contents read;
    if (opened.ok()) {
      read = Read(std::move(read));
    } else {
      // What can be had of it without writing to it.
      read.Fault(opened.message());
      if (sqlite3_open(options_.path.c_str(), &db_) == SQLITE_OK) read = Read(std::move(read));
    }
    const bool any_beside = !absl::IsNotFound(beside.status());
    if (!read.essentials && (was_there || any_beside)) {
      read.Fault("it does not say which epoch it is of, as if it were new");
    }
    if (!was_there && !any_beside && read.sound) return BeginNew(StoredState());
    if (!read.sound) return Salvage(std::move(read), beside);
    if (beside.ok() && beside->revision > read.essentials->revision) {
      // The database has lost its latest transactions, or a process died between the two.
      spdlog::warn(
          "store path=\"{}\" is older than {}; its settings and versions are taken from there",
          options_.path, EssentialsPath());
      const bool same_epoch = beside->epoch == read.essentials->epoch;
      read.essentials = *beside;
      if (!same_epoch) {
        essentials_ = *beside;
        return BeginNew(ToState(std::move(read)));
      }
    }
    essentials_ = *read.essentials;
    StoredState state = ToState(std::move(read));
    state.epoch = essentials_.epoch;
    if (beside.ok()) return state;
    for (auto status : {Put("schema", kSchemaVersion), KeepEssentials()}) {
      if (!status.ok()) return status;
    }
    return state;
  }

  absl::Status Write(const std::vector<StoreChange>& changes) override {
    if (auto status = Open(); !status.ok()) return status;
    if (auto status = CheckFile(); !status.ok()) return status;
    if (auto status = Execute("BEGIN IMMEDIATE"); !status.ok()) return status;
    const Essentials before = essentials_;
    absl::Status status = WriteAll(changes);
    if (status.ok()) status = Execute("COMMIT");
    if (!status.ok()) {
      sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
      // What is beside the database may be ahead of it; the next revision is ahead of both.
      const uint64_t revision = essentials_.revision;
      essentials_ = before;
      essentials_.revision = revision;
    }
    return status;
  }

  absl::StatusOr<std::vector<rhumb::v1::AuditRecord>> Audit(int limit) override {
    if (auto status = Open(); !status.ok()) return status;
    SqliteStatement statement(db_, "SELECT message FROM audit ORDER BY id DESC LIMIT ?");
    statement.BindNumber(limit);
    std::vector<rhumb::v1::AuditRecord> records;
    while (statement.Step()) {
      if (rhumb::v1::AuditRecord record; record.ParseFromString(statement.Blob(0))) {
        records.push_back(std::move(record));
      }
    }
    if (!statement.status().ok()) return statement.status();
    return records;
  }

 private:
  std::string EssentialsPath() const { return options_.path + ".essentials"; }

  absl::Status Error(absl::string_view what) const {
    return absl::UnavailableError(
        absl::StrFormat("%s: %s: %s; check the disk and the file's rights", options_.path, what,
                        db_ != nullptr ? sqlite3_errmsg(db_) : "out of memory"));
  }

  absl::Status Execute(const char* sql) {
    const int result = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (result == SQLITE_OK) return absl::OkStatus();
    if (result != SQLITE_CORRUPT && result != SQLITE_NOTADB) return Error(sql);
    return absl::DataLossError(absl::StrCat(options_.path, ": ", sqlite3_errmsg(db_)));
  }

  absl::Status Open() {
    if (db_ != nullptr) return absl::OkStatus();
    // Before SQLite creates it with the process's umask; the WAL takes the mode of the file.
    if (FILE* file = std::fopen(options_.path.c_str(), "ab"); file != nullptr) std::fclose(file);
    chmod(options_.path.c_str(), 0600);
    if (sqlite3_open(options_.path.c_str(), &db_) != SQLITE_OK) {
      const absl::Status status = Error("cannot open the store");
      Close();
      return status;
    }
    sqlite3_busy_timeout(db_, 1000);
    for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", kSchema}) {
      if (auto status = Execute(sql); !status.ok()) {
        Close();
        return status;
      }
    }
    for (const char* table : {"state", "plan", "audit"}) {
      SqliteStatement has(db_, absl::StrCat("SELECT sum FROM ", table, " LIMIT 0").c_str());
      has.Step();
      if (has.status().ok()) continue;
      const std::string add = absl::StrCat("ALTER TABLE ", table, " ADD COLUMN sum INTEGER");
      if (auto status = Execute(add.c_str()); !status.ok()) {
        Close();
        return status;
      }
    }
    struct stat info;
    if (stat(options_.path.c_str(), &info) == 0) inode_ = info.st_ino;
    return absl::OkStatus();
  }
  void Close() { sqlite3_close(std::exchange(db_, nullptr)); }

  // OK while the path still leads to what is open. A file that was deleted lives on as long as it
  // is open, and everything would be gone at the next start: it is copied to its place.
  absl::Status CheckFile() {
    struct stat info;
    const bool there = stat(options_.path.c_str(), &info) == 0;
    if (there && info.st_ino == inode_) {
      // The WAL alone is brought in and begun anew.
      if (stat((options_.path + "-wal").c_str(), &info) == 0) return absl::OkStatus();
      return Execute("PRAGMA wal_checkpoint(TRUNCATE)").ok() ? Reopen() : Error("lost its WAL");
    }
    if (there) {
      return absl::UnavailableError(absl::StrFormat(
          "%s: another file has taken the place of the store; move it away, and what is in memory "
          "is written again",
          options_.path));
    }
    spdlog::error("store path=\"{}\" was deleted; it is written again from what is open",
                  options_.path);
    const std::string next = options_.path + ".new";
    std::remove(next.c_str());
    sqlite3* copy = nullptr;
    bool copied = sqlite3_open(next.c_str(), &copy) == SQLITE_OK;
    if (copied) {
      sqlite3_backup* backup = sqlite3_backup_init(copy, "main", db_, "main");
      copied = backup != nullptr && sqlite3_backup_step(backup, -1) == SQLITE_DONE;
      copied &= backup != nullptr && sqlite3_backup_finish(backup) == SQLITE_OK;
    }
    sqlite3_close(copy);
    if (!copied) return Error("was deleted, and cannot be written again");
    chmod(next.c_str(), 0600);
    Close();
    if (std::rename(next.c_str(), options_.path.c_str()) != 0) {
      return Error("was deleted, and cannot be written again");
    }
    return Reopen();
  }
  absl::Status Reopen() {
    Close();
    if (auto status = Open(); !status.ok()) return status;
    // So that there is a WAL to look at.
    return Execute("PRAGMA user_version=2");
  }

  // `contents` with everything that can be read, and the first fault.
  Contents Read(Contents contents) {
    SqliteStatement check(db_, "PRAGMA integrity_check(1)");
    if (!check.Step() || check.Blob(0) != "ok") {
      contents.Fault(check.status().ok() ? check.Blob(0) : check.status().message());
    }
    const std::string schema = Get("schema", &contents).value_or("");
    if (schema == kSchemaVersion) {
      if (const auto text = Get("essentials", &contents)) {
        auto essentials = ParseEssentials(*text);
        if (essentials.ok()) contents.essentials = *std::move(essentials);
        if (!essentials.ok()) contents.Fault("the settings cannot be read");
      }
    } else if (schema == "1") {
      contents.essentials = ReadFirstSchema(&contents);
    } else if (!schema.empty()) {
      contents.Fault(
          absl::StrCat("it is of schema ", schema, ", which this program does not know"));
    }
    const auto message = [&](const char* key, auto* out) {
      const auto blob = Get(key, &contents);
      if (!blob || out->emplace().ParseFromString(*blob)) return;
      out->reset();
      contents.Fault(absl::StrCat("the ", key, " cannot be read"));
    };
    message("topology", &contents.reported);
    message("demands", &contents.demands);
    SqliteStatement plans(db_, "SELECT version, message, sum FROM plan ORDER BY version");
    while (plans.Step()) {
      rhumb::v1::LivePlan plan;
      if (Sound(plans, absl::StrCat(plans.Number(0)), 1) && plan.ParseFromString(plans.Blob(1))) {
        contents.plans.push_back(std::move(plan));
      } else {
        contents.Fault("a plan cannot be read");
      }
    }
    if (!plans.status().ok()) contents.Fault(plans.status().message());
    SqliteStatement audit(db_, "SELECT id, message, sum FROM audit ORDER BY id");
    while (audit.Step()) {
      rhumb::v1::AuditRecord record;
      if (Sound(audit, "audit", 1) && record.ParseFromString(audit.Blob(1))) {
        contents.audit.push_back(std::move(record));
      } else {
        contents.Fault("an audit record cannot be read");
      }
    }
    if (!audit.status().ok()) contents.Fault(audit.status().message());
    return contents;
  }
  // The checksum follows the value; a row of the first schema has none.
  static bool Sound(const SqliteStatement& row, absl::string_view key, int value) {
    return row.Absent(value + 1) || row.Number(value + 1) == RowChecksum(key, row.Blob(value));
  }
  std::optional<std::string> Get(absl::string_view key, Contents* contents) {
    SqliteStatement statement(db_, "SELECT value, sum FROM state WHERE key = CAST(? AS TEXT)");
    if (!statement.Bind(key).Step()) {
      if (!statement.status().ok()) contents->Fault(statement.status().message());
      return std::nullopt;
    }
    if (Sound(statement, key, 0)) return statement.Blob(0);
    contents->Fault(absl::StrCat("the row of the ", key, " is damaged"));
    return std::nullopt;
  }
  std::optional<Essentials> ReadFirstSchema(Contents* contents) {
    Essentials essentials;
    const auto number = [&](absl::string_view key) {
      return std::strtoull(Get(key, contents).value_or("0").c_str(), nullptr, 10);
    };
    essentials.epoch = number("epoch");
    if (essentials.epoch == 0) return std::nullopt;
    essentials.floor = {number("floor.topology"), number("floor.traffic"), number("floor.plan")};
    if (const auto blob = Get("settings", contents);
        blob && !essentials.settings.ParseFromString(*blob)) {
      contents->Fault("the settings cannot be read");
      return std::nullopt;
    }
    return essentials;
  }

  static StoredState ToState(Contents contents) {
    StoredState state;
    state.reported = std::move(contents.reported);
    state.demands = std::move(contents.demands);
    state.plans = std::move(contents.plans);
    if (contents.essentials) {
      state.settings = contents.essentials->settings;
      state.floor = contents.essentials->floor;
    }
    return state;
  }

  // A sound store of a new epoch that holds `state`.
  absl::StatusOr<StoredState> BeginNew(StoredState state) {
    state.epoch = NewEpoch();
    essentials_.revision += 1;
    essentials_.epoch = state.epoch;
    essentials_.floor = state.floor;
    essentials_.settings = state.settings;
    for (auto status : {Put("schema", kSchemaVersion), KeepEssentials()}) {
      if (!status.ok()) return status;
    }
    return state;
  }

  // Puts the file aside and begins a new one with what could be read of it. `beside` is the other
  // copy of the essentials.
  absl::StatusOr<StoredState> Salvage(Contents read, const absl::StatusOr<Essentials>& beside) {
    const std::string aside =
        absl::StrCat(options_.path, ".corrupt-", absl::ToUnixSeconds(absl::Now()));
    const std::string fault = read.fault;
    spdlog::error("store is corrupt path=\"{}\" error=\"{}\"; moved to \"{}\"", options_.path,
                  fault, aside);
    Close();
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::rename((options_.path + suffix).c_str(), (aside + suffix).c_str());
    }
    const bool newer_beside =
        beside.ok() && (!read.essentials || beside->revision >= read.essentials->revision);
    if (newer_beside) read.essentials = *beside;
    if (read.essentials) essentials_ = *read.essentials;
    const std::vector<rhumb::v1::AuditRecord> audit = std::move(read.audit);
    StoredState state = ToState(std::move(read));
    state.settings_lost = !newer_beside && essentials_.epoch == 0;
    // Above whatever the plans that are kept say, so that versions still grow.
    for (const auto& plan : state.plans) {
      state.floor.plan = std::max(state.floor.plan, plan.header().plan_version());
      state.floor.topology = std::max(state.floor.topology, plan.header().topology_version());
    }
    if (auto status = Open(); !status.ok()) return status;
    absl::StatusOr<StoredState> begun = BeginNew(std::move(state));
    if (!begun.ok()) return begun;
    if (auto status = KeepSalvaged(*begun, audit); !status.ok()) return status;
    begun->problem = absl::StrFormat(
        "the store was corrupt (%s) and was moved to %s; %s, %d plans and %d audit records could "
        "be "
        "read of it, %s",
        fault, aside, begun->reported ? "the topology" : "no topology", begun->plans.size(),
        audit.size(),
        begun->settings_lost ? "but NOT what operators drained, pinned and chose: the last plan "
                               "stays until one sets the policy"
                             : "and what operators drained, pinned and chose");
    spdlog::error("{}", begun->problem);
    return begun;
  }
  absl::Status KeepSalvaged(const StoredState& state,
                            const std::vector<rhumb::v1::AuditRecord>& audit) {
    if (state.reported) {
      if (auto s = Put("topology", state.reported->SerializeAsString()); !s.ok()) return s;
    }
    if (state.demands) {
      if (auto s = Put("demands", state.demands->SerializeAsString()); !s.ok()) return s;
    }
    for (const auto& record : audit) {
      if (auto s = Insert(record); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  // The database cannot be used now: what is beside it is better than nothing.
  absl::StatusOr<StoredState> WithoutDatabase(const absl::Status& why,
                                              const absl::StatusOr<Essentials>& beside,
                                              bool was_there) {
    if (!beside.ok() && !was_there) return why;
    StoredState state;
    state.epoch = NewEpoch();
    state.epoch_unwritten = true;
    state.problem = std::string(why.message());
    if (beside.ok()) {
      essentials_ = *beside;
      state.settings = beside->settings;
      state.floor = beside->floor;
    } else {
      state.settings_lost = true;
    }
    spdlog::error("store cannot be used error=\"{}\"; {}", state.problem,
                  beside.ok() ? "settings are those of the copy beside it" : "settings are lost");
    return state;
  }

  absl::Status WriteAll(const std::vector<StoreChange>& changes) {
    bool essential = false;
    for (const StoreChange& change : changes) {
      if (change.epoch) {
        essentials_.epoch = *change.epoch;
        if (auto s = Execute("DELETE FROM plan"); !s.ok()) return s;
      }
      if (change.settings) essentials_.settings = *change.settings;
      if (change.floor) essentials_.floor = *change.floor;
      essential |= change.epoch || change.settings || change.floor;
      if (change.reported) {
        if (auto s = Put("topology", ToProto(*change.reported).SerializeAsString()); !s.ok()) {
          return s;
        }
      }
      if (change.demands) {
        if (auto s = Put("demands", ToProto(*change.demands).SerializeAsString()); !s.ok())
          return s;
      }
      for (const LivePlanPtr& plan : change.plans) {
        const std::string message = ToProto(*plan).SerializeAsString();
        SqliteStatement insert(
            db_, "INSERT OR REPLACE INTO plan (version, message, sum) VALUES (?, ?, ?)");
        insert.BindNumber(plan->version())
            .Bind(message)
            .BindNumber(RowChecksum(absl::StrCat(plan->version()), message))
            .Step();
        if (!insert.status().ok()) return insert.status();
      }
      for (const auto& record : change.audit) {
        if (auto s = Insert(record); !s.ok()) return s;
      }
    }
    if (auto status = Prune(); !status.ok()) return status;
    if (!essential) return absl::OkStatus();
    ++essentials_.revision;
    for (auto status : {Put("schema", kSchemaVersion), KeepEssentials()}) {
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // In both places.
  absl::Status KeepEssentials() {
    if (auto status = Put("essentials", ToText(essentials_)); !status.ok()) return status;
    return WriteEssentials(EssentialsPath(), essentials_);
  }

  absl::Status Prune() {
    SqliteStatement plans(db_,
                          "DELETE FROM plan WHERE version NOT IN "
                          "(SELECT version FROM plan ORDER BY version DESC LIMIT ?)");
    plans.BindNumber(kept_plans_).Step();
    if (!plans.status().ok()) return plans.status();
    SqliteStatement audit(db_, "DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - ?");
    audit.BindNumber(options_.kept_audit).Step();
    return audit.status();
  }

  absl::Status Insert(const rhumb::v1::AuditRecord& record) {
    const std::string message = record.SerializeAsString();
    SqliteStatement insert(db_, "INSERT INTO audit (message, sum) VALUES (?, ?)");
    insert.Bind(message).BindNumber(RowChecksum("audit", message)).Step();
    return insert.status();
  }
  absl::Status Put(absl::string_view key, absl::string_view value) {
    SqliteStatement statement(
        db_, "INSERT OR REPLACE INTO state (key, value, sum) VALUES (CAST(? AS TEXT), ?, ?)");
    statement.Bind(key).Bind(value).BindNumber(RowChecksum(key, value)).Step();
    return statement.status();
  }

  const StoreOptions options_;
  const int kept_plans_;
  sqlite3* db_ = nullptr;
  ino_t inode_ = 0;
  Essentials essentials_;  // as they were written last
};

}  // namespace

std::unique_ptr<Store> MakeSqliteStore(StoreOptions options, int kept_plans) {
  return std::make_unique<SqliteStore>(std::move(options), kept_plans);
}

}  // namespace rhumb
