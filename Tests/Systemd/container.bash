# Boots systemd in a container, for the scripts in this folder. They set `work`, a temporary folder, and source this.
# shellcheck shell=bash disable=SC2154

group=tcplens-systemd.$$
hierarchies=(/sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd)
nspawn='' leader=''

# The hierarchies of control groups that this machine has and that a container needs: version 2, and systemd's own.
groups() {
    local folder
    for folder in "${hierarchies[@]}"; do
        [ ! -e "$folder/cgroup.procs" ] || echo "$folder/$group"
    done
}

# Boots a system from a folder, which stays as it is. What the container changes is in $root.
boot() {
    root=$work/root
    mkdir -p "$work/upper" "$work/overlay" "$root"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$work/upper,workdir=$work/overlay" "$root"
    install_program
    local folder
    for folder in $(groups); do mkdir -p "$folder"; done
    # A container does without the capabilities for BPF unless it is given them. It has a network of its own.
    (
        for folder in $(groups); do echo "$BASHPID" >"$folder/cgroup.procs"; done
        UNIFIED_CGROUP_HIERARCHY=1 exec systemd-nspawn --quiet --register=no --keep-unit --machine="$group" \
            --directory="$root" --boot --private-network --capability=CAP_BPF,CAP_PERFMON \
            --system-call-filter=bpf --console=passive </dev/null >"$work/console" 2>&1
    ) &
    nspawn=$!
    eventually "the container to start" find_leader
    eventually "systemd to start" is_running
}

find_leader() {
    leader=$(pgrep --parent "$nspawn" | head -n 1)
    [ -n "$leader" ]
}

is_running() {
    [ "$(inside systemctl is-system-running 2>/dev/null)" = running ]
}

# Runs a command in the container.
inside() {
    nsenter --target "$leader" --all --wd=/ env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb "$@"
}

# Puts the program, the units and the settings into $root, as `make install` and the package do.
install_program() {
    local library
    install -D -m 755 "$binary" "$root/usr/bin/tcplens"
    install -D -m 644 -t "$root/usr/lib/systemd/system" deploy/systemd/*.service
    install -D -m 600 deploy/systemd/tcplens.env "$root/etc/tcplens/tcplens.env"
    # A debug build also has the Swift runtime as libraries, which are outside of the system's folders.
    for library in $(ldd "$binary" | awk '$3 ~ "^/" && $3 !~ "^(/usr)?/lib" { print $3 }'); do
        install -D -m 755 "$library" "$root$library"
    done
}

# Calls a function until it succeeds, for two minutes at most: the machine may be busy.
eventually() {
    local what=$1 end=$((SECONDS + 120))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "timed out waiting for $what"
        sleep 0.2
    done
}

# Ends the container and removes what boot() made.
end_container() {
    local folder
    if [ -n "$leader" ]; then kill -KILL "$leader" 2>/dev/null || true; fi
    if [ -n "$nspawn" ]; then
        # The first signal asks the container to halt, the second one ends it.
        kill -TERM "$nspawn" 2>/dev/null || true
        kill -TERM "$nspawn" 2>/dev/null || true
        wait "$nspawn" 2>/dev/null || true
    fi
    leader='' nspawn=''
    if mountpoint --quiet "$work/root"; then umount --lazy "$work/root"; fi
    for folder in $(groups); do
        [ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}
