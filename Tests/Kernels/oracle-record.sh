# shellcheck shell=sh
# What `record` compares with earlier runs, as lines of the output: the doctor's words, the instructions that the
# verifier processed for each program, memory. For oracle.sh.

# noting SET COMMAND...: notes the programs that a command loads. `self` are those of the doctor, which loads all for
# one namespace, and `node` those of an agent for all namespaces, with attribution to workloads.
noting() {
    noted=$work/verified-$1
    shift
    [ -n "${RECORD:-}" ] || {
        "$@"
        return
    }
    : >"$noted"
    # For those of another user.
    chmod 666 "$noted"
    LD_PRELOAD=$PWD/verified.so VERIFIED=$noted "$@"
}

# accounted COMMAND...: in the background, and in a control group of its own, where the kernel counts its memory.
accounted() {
    [ -n "${RECORD:-}" ] || exec "$@"
    echo +memory >"$groups/cgroup.subtree_control"
    mkdir "$groups/agent-$$"
    exec sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$groups/agent-$$" "$@"
}

# record_memory: in KiB. The resident memory of each process contains pages that both share; the kernel's is that of
# maps and programs, as far as it counts for the limit of a control group; shown since 5.18.
record_memory() {
    [ -n "${RECORD:-}" ] || return
    while read -r process; do
        awk '$1 == "Name:" { name = $2 } $1 == "VmRSS:" { print "memory: " name, $2 }' "/proc/$process/status"
    done <"$groups/agent-$$/cgroup.procs"
    awk '$1 == "kernel" { print "memory: kernel", int($2 / 1024) }' "$groups/agent-$$/memory.stat"
}

# record_words: when all is done.
record_words() {
    [ -n "${RECORD:-}" ] || return
    sed 's/^/doctor: /' "$work/diagnosis"
    for noted in "$work"/verified-*; do
        # Not the small ones by which tcplens and libbpf find out what the kernel can do.
        tail -c +33 "$noted" | tr -d '\0' | awk -v set="${noted##*-}" \
            'NF == 2 && $1 != "feature" && $1 !~ /^libbpf_/ { print "verified: " set "/" $1, $2 }' | sort -u
    done
}
