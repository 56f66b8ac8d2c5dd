# Installs, upgrades and removes the package while its service runs: sh booted.sh
#
# Tests/Packages/run calls this in a container that was booted with systemd, with only a loopback network. The commands
# are those of the README's sections on Debian and systemd.
set -eu
export DEBIAN_FRONTEND=noninteractive

fail() {
    echo "$*" >&2
    systemctl status --no-pager --full tcplens >&2 || true
    exit 1
}

install() {
    # Without --force-confold dpkg would ask what to do about a file that both sides have changed.
    apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "$1" > /tmp/apt.log 2>&1 || { cat /tmp/apt.log >&2; fail "apt failed"; }
}

# Whether a command succeeds within ten seconds.
soon() {
    for _ in $(seq 50); do
        "$@" && return
        sleep 0.2
    done
    return 1
}

process() {
    systemctl show -P MainPID tcplens
}

# The commands of a section of the README that match, or do not match (-v), a pattern, as this user, without questions
# and downloads.
readme() {
    section=$1
    shift
    sed -n "/^### $section/,/^##/s/^    //p" /mnt/README.md | grep "$@" > /tmp/commands \
        || fail "the README's section $section has no such commands: $*"
    # shellcheck source=/dev/null
    . /tmp/commands
}
# Not the function `install`.
sudo() {
    command "$@"
}
make() {
    [ "$*" = deb ] # Tests/Packages/run has its result
}
printf '%s\n' 'APT::Get::Assume-Yes "true";' 'APT::Install-Recommends "false";' > /etc/apt/apt.conf.d/90tests

cd /mnt
readme Debian -E 'make|apt install'
! systemctl is-active -q tcplens || fail "the service runs before it is configured"
! systemctl is-enabled -q tcplens || fail "the service is on before it is configured"

# Where the README says that the Collector is.
echo '127.0.0.1 collector' >> /etc/hosts
systemd-run -q --unit sink -p StandardOutput=file:/tmp/received tcplens sink
readme Debian -vE 'make|apt '
systemctl is-enabled -q tcplens || fail "the README's commands do not turn the service on"
# It exports once more before it stops.
readme systemd -v reload.tcplens
systemctl is-active -q tcplens || fail "the service does not start with the README's settings"
# One namespace, or all, is part of the first line of the log.
soon sh -c 'journalctl -q -u tcplens | grep -q "observing all network namespaces"' || fail "the drop-in has no effect"
readme systemd reload.tcplens
systemctl is-active -q tcplens || fail "a reload ends the service"
soon grep -q '^system.network.connection.count' /tmp/received || fail "the service exports nothing"
soon [ -d /var/lib/private/tcplens/spool ] || fail "the service has no spool"

# systemd mounts this at boot, but not in a container.
mount -o remount,rw /sys
mkdir -p /sys/fs/bpf
mount -t bpf -o mode=700 bpf /sys/fs/bpf
readme 'Across restarts' -E 'pin\.conf|daemon-reload|restart tcplens'
[ -d /sys/fs/bpf/tcplens/v1 ] || fail "the service pins nothing"

before=$(process)
install /mnt/newer.deb
systemctl is-active -q tcplens || fail "an upgrade stops the service"
[ "$(process)" != "$before" ] || fail "after an upgrade the old program still runs"
soon sh -c 'journalctl -q -u tcplens | grep -q "adopted the pinned programs"' || fail "after an upgrade the counters begin anew"

systemctl stop tcplens
install /mnt/changed.deb
! systemctl is-active -q tcplens || fail "an upgrade starts a service that was stopped"
systemctl is-enabled -q tcplens || fail "an upgrade turns the service off"

systemctl start tcplens
after=$(process)
readme Debian 'apt remove'
[ ! -e "/proc/$after" ] || fail "the service runs after its package was removed"
[ ! -e /sys/fs/bpf/tcplens ] || fail "its programs run after its package was removed"
[ -d /var/lib/private/tcplens/spool ] && [ -e /etc/tcplens/tcplens.env ] || fail "a removal deletes the spool or the configuration"
readme Debian 'apt purge'
# Drop-ins belong to the administrator.
rm -r /etc/systemd/system/tcplens.service.d
left=$(find /etc /usr /var/lib -name '*tcplens*' -not -path '/var/lib/dpkg/*' -not -path '/var/lib/apt/*')
[ -z "$left" ] || fail "a purge leaves $left"
! systemctl cat tcplens > /dev/null 2>&1 || fail "systemd still knows the service"
