# What all parts of the Kubernetes test share: checks, waiting, control groups.
# shellcheck shell=bash

# Ends with a reason and the status of wrong usage.
usage() {
    echo "$(basename "$0"): $1" >&2
    exit 2
}

failures=0

# Prints the outcome of one check, and counts it if it failed.
passed() { printf '  ✓ %s\n' "$*"; }
failed() {
    printf '  ✗ %s\n' "$*"
    failures=$((failures + 1))
}

# is WHAT FOUND EXPECTED
is() {
    if [ "$2" = "$3" ]; then
        passed "$1: $2"
    else
        failed "$1: found '$2', expected '$3'"
    fi
}

# holds WHAT COMMAND...: the command succeeds.
holds() {
    local what=$1
    shift
    if "$@"; then passed "$what"; else failed "$what ($*)"; fi
}

# eventually SECONDS COMMAND...: repeats a command until it succeeds; fails when the time is over.
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.3
    done
}

# at_least WHAT FOUND LIMIT
at_least() {
    if [ "${2:-0}" -ge "$3" ]; then passed "$1: $2"; else failed "$1: found '$2', expected at least $3"; fi
}

# contains WHAT FOUND PART
contains() {
    if [[ $2 = *$3* ]]; then passed "$1: $2"; else failed "$1: found '$2', which should contain '$3'"; fi
}

# becomes WHAT SECONDS COMMAND...: a check that a command succeeds within a time.
becomes() {
    local what=$1 begin=$SECONDS
    shift
    if eventually "$@"; then
        passed "$what (after $((SECONDS - begin)) s)"
    else
        failed "$what: not within $1 s (${*:2})"
    fi
}

# Where the hierarchy with these controllers (of /proc/self/cgroup) is mounted; none for the one of version 2.
cgroup_mount() {
    awk -v wanted="$1" '
        { for (i = 7; $i != "-"; i++); type = $(i + 1); options = "," $(i + 3) "," }
        wanted == "" && type == "cgroup2" || wanted != "" && type == "cgroup" && index(options, "," wanted ",") {
            print $5; found = 1; exit
        }
        END { exit !found }' /proc/self/mountinfo
}

# Where all hierarchies are mounted.
cgroup_mounts() {
    awk '{ for (i = 7; $i != "-"; i++); if ($(i + 1) ~ /^cgroup2?$/) print $5 }' /proc/self/mountinfo | sort -u
}

# make_cgroup MOUNT PATH
make_cgroup() {
    local directory=$1 name file
    for name in ${2//\// }; do
        directory=$directory/$name
        [ -d "$directory" ] || mkdir "$directory"
        # A new cpuset has no processors and no memory, and takes no processes.
        for file in cpuset.cpus cpuset.mems; do
            [ ! -e "$directory/$file" ] || [ -n "$(cat "$directory/$file")" ] || cat "$directory/../$file" >"$directory/$file"
        done
    done
}

# end_cgroup DIRECTORY: ends all processes in a control group, and removes it with all below it, and those above it that
# are empty then.
end_cgroup() {
    local attempt
    for attempt in $(seq 50); do
        find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
        find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
        [ -e "$1" ] || break
        sleep 0.2
    done
    [ ! -e "$1" ] || return 1
    rmdir --parents --ignore-fail-on-non-empty "$(dirname "$1")" 2>/dev/null || true
}
