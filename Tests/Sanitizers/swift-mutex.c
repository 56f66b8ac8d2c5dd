// Tells the thread sanitizer what happens in the slow half of Swift's Mutex. The fast half is compiled into our modules
// and seen; the slow half (spinning, then the kernel's FUTEX_LOCK_PI) stands in libswiftSynchronization, which is not
// instrumented. Without this, whatever a contended Mutex guards is reported as a race. Nothing is suppressed: an access
// outside the lock is still found. Put before that library by LD_PRELOAD; does nothing in a process without the sanitizer.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow(), of the standard library of Swift 6.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define swiftcall __attribute__((swiftcall))
#define context __attribute__((swift_context))

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

swiftcall void lock_slow(uint32_t thread, context void *mutex) __asm__(LOCK_SLOW);
swiftcall void unlock_slow(context void *mutex) __asm__(UNLOCK_SLOW);

swiftcall void lock_slow(uint32_t thread, context void *mutex) {
    swiftcall void (*original)(uint32_t, context void *) = dlsym(RTLD_NEXT, LOCK_SLOW);
    original(thread, mutex);
    if (__tsan_acquire)
        __tsan_acquire(mutex);
}

swiftcall void unlock_slow(context void *mutex) {
    swiftcall void (*original)(context void *) = dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (__tsan_release)
        __tsan_release(mutex);
    original(mutex);
}
