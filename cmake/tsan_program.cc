// What every program of the tsan preset is linked with: tells the thread sanitizer about
// absl::Mutex and about libraries that it cannot see into.
//
// Debian's Abseil is not instrumented, so the sanitizer does not see that a mutex orders what two
// threads do and reports a race for everything one guards. In the tsan preset this file stands in
// front of the library: each call passes to the real one, with the order that it makes declared.
// gRPC's own locks are Abseil's too and come through here.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

// These libraries of Debian's are not instrumented and order memory with atomics that the sanitizer
// does not see: what they read and write through memcpy, strlen and the like is theirs to answer
// for. Not for libraries that lock POSIX mutexes, which would go unseen too. Races in our own code
// are still found. A line may match one library only, or the program ends.
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libgrpc.so\n"
         "called_from_lib:libgrpc++.so\n"
         "called_from_lib:libgpr.so\n"
         "called_from_lib:libprotobuf.so\n"
         "called_from_lib:libssl.so\n"
         "called_from_lib:libcrypto.so\n"
         "called_from_lib:libabsl_base.so\n"
         "called_from_lib:libabsl_cord.so\n"
         "called_from_lib:libabsl_cord_internal.so\n"
         "called_from_lib:libabsl_cordz_info.so\n"
         "called_from_lib:libabsl_debugging_internal.so\n"
         "called_from_lib:libabsl_demangle_internal.so\n"
         "called_from_lib:libabsl_graphcycles_internal.so\n"
         "called_from_lib:libabsl_hash.so\n"
         "called_from_lib:libabsl_malloc_internal.so\n"
         "called_from_lib:libabsl_raw_hash_set.so\n"
         "called_from_lib:libabsl_raw_logging_internal.so\n"
         "called_from_lib:libabsl_stacktrace.so\n"
         "called_from_lib:libabsl_status.so\n"
         "called_from_lib:libabsl_str_format_internal.so\n"
         "called_from_lib:libabsl_strings.so\n"
         "called_from_lib:libabsl_strings_internal.so\n"
         "called_from_lib:libabsl_symbolize.so\n"
         "called_from_lib:libabsl_synchronization.so\n"
         "called_from_lib:libabsl_time.so\n"
         "called_from_lib:libabsl_time_zone.so\n"
         // Fonts are found by a thread of Pango's, which hands them over with atomics of its own.
         "called_from_lib:libfontconfig.so\n"
         // gRPC's own templates, compiled into our programs, and where it frees a call. Of a
         // message's write, and where a call's end is stored, the top frames are members of
         // std::function and ByteBuffer.
         "race_top:grpc::internal::\n"
         "race:grpc::internal::CallOpSendMessage::\n"
         "race:grpc::internal::CallbackWithSuccessTag::Set\n"
         "race:::CallOnDone\n"
         // Abseil's own calls of its mutexes do not come through here.
         "race_top:Condition::CastAndCallFunction\n"
         // OpenMPI's plug-ins take their locks in both orders while they start.
         "deadlock:mca_btl_tcp.so\n"
         // Made by whoever logs first, behind a guard whose fast path is in the library.
         "race:spdlog::details::registry::registry\n";
}

namespace absl {
ABSL_NAMESPACE_BEGIN

namespace {

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// What is waited for, asked with the mutex held by whoever has it then: the thread that waits or
// the one that is about to let it go.
struct Ordered {
  Mutex* mutex;
  const Condition* condition;
  // Abseil's own calls of its mutexes do not come through here, so nothing may be known yet of the
  // thread that made `self`.
  __attribute__((no_sanitize("thread"))) static bool Holds(Ordered* self) {
    __tsan_acquire(self->mutex);
    const bool holds = self->condition->Eval();
    __tsan_release(self->mutex);
    return holds;
  }
};

}  // namespace

// A member function is called with the object as its first argument (Itanium C++ ABI).
#define RHUMB_REAL(result, name, ...) \
  static const auto real = Real<result (*)(__VA_ARGS__)>("_ZN4absl7debian3" name)

void Mutex::Lock() {
  RHUMB_REAL(void, "5Mutex4LockEv", Mutex*);
  real(this);
  __tsan_acquire(this);
}
void Mutex::Unlock() {
  RHUMB_REAL(void, "5Mutex6UnlockEv", Mutex*);
  __tsan_release(this);
  real(this);
}
bool Mutex::TryLock() {
  RHUMB_REAL(bool, "5Mutex7TryLockEv", Mutex*);
  const bool locked = real(this);
  if (locked) __tsan_acquire(this);
  return locked;
}
void Mutex::ReaderLock() {
  RHUMB_REAL(void, "5Mutex10ReaderLockEv", Mutex*);
  real(this);
  __tsan_acquire(this);
}
void Mutex::ReaderUnlock() {
  RHUMB_REAL(void, "5Mutex12ReaderUnlockEv", Mutex*);
  __tsan_release(this);
  real(this);
}
void Mutex::LockWhen(const Condition& condition) {
  RHUMB_REAL(void, "5Mutex8LockWhenERKNS0_9ConditionE", Mutex*, const Condition&);
  Ordered ordered{this, &condition};
  const Condition asked(&Ordered::Holds, &ordered);
  __tsan_release(this);
  real(this, asked);
  __tsan_acquire(this);
}
void Mutex::Await(const Condition& condition) {
  RHUMB_REAL(void, "5Mutex5AwaitERKNS0_9ConditionE", Mutex*, const Condition&);
  Ordered ordered{this, &condition};
  const Condition asked(&Ordered::Holds, &ordered);
  __tsan_release(this);
  real(this, asked);
  __tsan_acquire(this);
}
bool Mutex::AwaitWithTimeout(const Condition& condition, absl::Duration timeout) {
  RHUMB_REAL(bool, "5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE", Mutex*,
             const Condition&, absl::Duration);
  Ordered ordered{this, &condition};
  const Condition asked(&Ordered::Holds, &ordered);
  __tsan_release(this);
  const bool holds = real(this, asked, timeout);
  __tsan_acquire(this);
  return holds;
}
bool Mutex::AwaitWithDeadline(const Condition& condition, absl::Time deadline) {
  RHUMB_REAL(bool, "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE", Mutex*,
             const Condition&, absl::Time);
  Ordered ordered{this, &condition};
  const Condition asked(&Ordered::Holds, &ordered);
  __tsan_release(this);
  const bool holds = real(this, asked, deadline);
  __tsan_acquire(this);
  return holds;
}
void CondVar::Wait(Mutex* mutex) {
  RHUMB_REAL(void, "7CondVar4WaitEPNS0_5MutexE", CondVar*, Mutex*);
  __tsan_release(mutex);
  real(this, mutex);
  __tsan_acquire(mutex);
}
bool CondVar::WaitWithTimeout(Mutex* mutex, absl::Duration timeout) {
  RHUMB_REAL(bool, "7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE", CondVar*, Mutex*,
             absl::Duration);
  __tsan_release(mutex);
  const bool timed_out = real(this, mutex, timeout);
  __tsan_acquire(mutex);
  return timed_out;
}
bool CondVar::WaitWithDeadline(Mutex* mutex, absl::Time deadline) {
  RHUMB_REAL(bool, "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", CondVar*, Mutex*,
             absl::Time);
  __tsan_release(mutex);
  const bool timed_out = real(this, mutex, deadline);
  __tsan_acquire(mutex);
  return timed_out;
}

ABSL_NAMESPACE_END
}  // namespace absl
