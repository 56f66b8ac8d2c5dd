// Reports the slow path of Swift's Mutex to the thread sanitizer. The fast path is compiled into our modules, where the
// sanitizer sees it. The slow path (spinning, then the kernel's FUTEX_LOCK_PI) is in libswiftSynchronization, which is
// not instrumented, so accesses that a contended Mutex guards would be reported as races. Nothing is suppressed: an
// access outside the lock is still found. Loaded by LD_PRELOAD; without the sanitizer it does nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

// Synchronization._MutexHandle._lockSlow(UInt32) and ._unlockSlow() of Swift 6's standard library.
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
