// The embedded store: one SQLite file in WAL mode.
#ifndef RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STORE_H_
#define RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STORE_H_

#include <memory>

#include "controller/steering/store/store.h"
#include "controller/steering/store/store_options.h"

struct sqlite3;

namespace rhumb {

// Keeps the latest `kept_plans` plans and the latest audit records. Opens or creates the file (mode
// 0600) when first used. A file that is not a sound Rhumb store is moved aside to
// PATH.corrupt-UNIXTIME and a new one, with a new epoch, takes its place; the log says so.
// synchronous=FULL: what Write acknowledged survives a power cut as far as the disk keeps its word.
std::unique_ptr<Store> MakeSqliteStore(StoreOptions options, int kept_plans);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_STORE_SQLITE_STORE_H_
