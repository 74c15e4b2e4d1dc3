// The embedded store: one SQLite file in WAL mode, and what must not be forgotten once more beside
// it.
#ifndef RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STORE_H_
#define RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STORE_H_

#include <memory>

#include "controller/steering/store/store.h"
#include "controller/steering/store/store_options.h"

struct sqlite3;

namespace rhumb {

// Keeps the latest `kept_plans` plans and the latest audit records. Opens or creates the file (mode
// 0600) when first used. synchronous=FULL: what Write acknowledged survives a power cut as far as
// the disk keeps its word.
//
// Settings, epoch and promised versions stand in the database and in PATH.essentials; of two copies
// the later one counts. Every row has a checksum. A file that is not sound, empty or gone although
// it was there before is moved aside to PATH.corrupt-UNIXTIME; what can still be read of it goes
// into a new one, under a new epoch; the log and StoredState::problem say so, and settings_lost
// when no copy of the settings can be read.
//
// A file that is deleted while it is open is noticed at the next Write and written anew; one that
// another took the place of is left alone, and nothing is durable from then on (Unavailable).
std::unique_ptr<Store> MakeSqliteStore(StoreOptions options, int kept_plans);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STORE_H_
