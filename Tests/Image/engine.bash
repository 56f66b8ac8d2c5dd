# Podman for the tests of the image, from Tests/IntegrationTests/fetch-containers. It keeps everything in .build/image,
# and reads and changes nothing of the machine's own configuration of containers.
#
# Source this from the root of the checkout. It defines the function `podman`, `environment`, the variables with which
# others run podman, and `base`, the name of a Debian 12 to build on.
# shellcheck shell=bash disable=SC2034

storage=$PWD/.build/image
base=localhost/tcplens-base:bookworm
containers=$PWD/.build/containers/root
Tests/IntegrationTests/fetch-containers
mkdir -p "$storage/home/.config/containers"
cp "$containers/etc/containers/policy.json" "$storage/home/.config/containers/"

# Some machines let nobody raise limits. runc works with all versions of cgroups, and crun does not.
cat >"$storage/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
events_logger = "file"
cgroup_manager = "cgroupfs"
conmon_path = ["$containers/usr/bin/conmon"]
tmp_dir = "$storage/tmp"
[engine.runtimes]
runc = ["$containers/usr/sbin/runc"]
END
cat >"$storage/storage.conf" <<END
[storage]
driver = "overlay"
graphroot = "$storage/storage"
runroot = "$storage/run"
END
environment=(
    "HOME=$storage/home"
    "CONTAINERS_CONF=$storage/containers.conf"
    "CONTAINERS_STORAGE_CONF=$storage/storage.conf"
    "LD_LIBRARY_PATH=$(printf '%s:' "$containers"/usr/lib/*-linux-gnu "$containers"/lib/*-linux-gnu)"
    "PATH=$containers/usr/bin:$containers/usr/sbin:$PATH"
    PODMAN_IGNORE_CGROUPSV1_WARNING=1
)

podman() {
    env "${environment[@]}" podman "$@"
}
