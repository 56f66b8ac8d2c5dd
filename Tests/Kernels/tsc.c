// SPDX-License-Identifier: Apache-2.0
/*
 * Prints the frequency of the processor's time stamp counter, in kHz, for the kernel's parameter `tsc_early_khz`.
 *
 * Emulated processors have the counter of the real one. A kernel that measures it while the machine is busy may be
 * wrong by any factor, and then its clock runs so fast that nothing in it can keep up.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static double seconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

int main(void)
{
    struct timespec pause = {.tv_nsec = 200000000};
    double begin = seconds();
    unsigned long long before = __rdtsc();

    nanosleep(&pause, NULL);
    printf("%.0f\n", (__rdtsc() - before) / (seconds() - begin) / 1000);
    return 0;
}
