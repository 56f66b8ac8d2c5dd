#define _GNU_SOURCE
#include "include/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights that headers of older kernels lack (Documentation/userspace-api/landlock.rst). */
#define RIGHT_REFER (1ULL << 13)     /* since version 2 */
#define RIGHT_TRUNCATE (1ULL << 14)  /* since version 3 */
#define RIGHT_IOCTL_DEV (1ULL << 15) /* since version 5 */
#define SCOPE_SIGNAL (1ULL << 1)     /* since version 6 */

#define RIGHTS_OF_FIRST_VERSION ((1ULL << 13) - 1)
#define RIGHTS_TO_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* What rights are there on something that is no directory. */
#define RIGHTS_ON_FILES \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | RIGHT_TRUNCATE | \
     RIGHT_IOCTL_DEV)

/* struct landlock_ruleset_attr of version 6, whose end older kernels do not read. */
struct ruleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

static uint64_t rights(int version)
{
    return RIGHTS_OF_FIRST_VERSION | (version >= 2 ? RIGHT_REFER : 0) | (version >= 3 ? RIGHT_TRUNCATE : 0) |
           (version >= 5 ? RIGHT_IOCTL_DEV : 0);
}

int CPlatform_landlockVersion(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    return version > 0 ? (int)version : 0;
}

int CPlatform_createRules(int version)
{
    struct ruleset attributes = {.handled_access_fs = rights(version)};
    size_t size = sizeof attributes.handled_access_fs;

    if (version >= 6) {
        attributes.scoped = SCOPE_SIGNAL;
        size = sizeof attributes;
    }
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
}

int CPlatform_allow(int rules, int version, const char *path, enum CPlatform_file_access access)
{
    /* Programs are never executed, and devices are never controlled. */
    uint64_t to_change = rights(version) & ~(LANDLOCK_ACCESS_FS_EXECUTE | RIGHT_IOCTL_DEV);
    uint64_t allowed[] = {
        [CPLATFORM_LIST] = LANDLOCK_ACCESS_FS_READ_DIR,
        [CPLATFORM_READ] = RIGHTS_TO_READ,
        [CPLATFORM_CHANGE] = to_change,
    };
    struct landlock_path_beneath_attr rule = {
        .allowed_access = allowed[access],
        .parent_fd = open(path, O_PATH | O_CLOEXEC),
    };
    struct stat status;
    int error = 0;

    if (rule.parent_fd < 0)
        return errno;
    if (!fstat(rule.parent_fd, &status) && !S_ISDIR(status.st_mode))
        rule.allowed_access &= RIGHTS_ON_FILES;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
        error = errno;
    (void)close(rule.parent_fd);
    return error;
}

int CPlatform_restrict(int rules)
{
    return syscall(SYS_landlock_restrict_self, rules, 0) ? errno : 0;
}
