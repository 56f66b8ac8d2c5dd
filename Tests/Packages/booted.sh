# Installs, upgrades and removes the package while its service runs: sh booted.sh
#
# Tests/Packages/run calls this in a container that was booted with systemd, with only a loopback network.
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

# Whether a file contains a text within ten seconds: wait_for FILE TEXT
wait_for() {
    for _ in $(seq 50); do
        grep -q "$2" "$1" && return
        sleep 0.2
    done
    return 1
}

process() {
    systemctl show -P MainPID tcplens
}

install /mnt/tcplens.deb
! systemctl is-active -q tcplens || fail "the service runs before it is configured"
! systemctl is-enabled -q tcplens || fail "the service is on before it is configured"

systemd-run -q --unit sink -p StandardOutput=file:/tmp/received tcplens sink
echo 'OTEL_METRIC_EXPORT_INTERVAL=1000' >> /etc/tcplens/tcplens.env
echo 'TCPLENS_SPOOL=/var/lib/tcplens/spool' >> /etc/tcplens/tcplens.env
systemctl enable -q --now tcplens || fail "the service does not start"
wait_for /tmp/received '^system.network.connection.count' || fail "the service exports nothing"
[ -d /var/lib/private/tcplens/spool ] || fail "the service has no spool"

before=$(process)
install /mnt/newer.deb
systemctl is-active -q tcplens || fail "an upgrade stops the service"
[ "$(process)" != "$before" ] || fail "after an upgrade the old program still runs"

systemctl stop tcplens
install /mnt/changed.deb
! systemctl is-active -q tcplens || fail "an upgrade starts a service that was stopped"
systemctl is-enabled -q tcplens || fail "an upgrade turns the service off"

systemctl start tcplens
after=$(process)
apt-get remove -y -qq tcplens > /dev/null
[ ! -e "/proc/$after" ] || fail "the service runs after its package was removed"
apt-get purge -y -qq tcplens > /dev/null
left=$(find /etc /usr /var/lib -name '*tcplens*' -not -path '/var/lib/dpkg/*' -not -path '/var/lib/apt/*')
[ -z "$left" ] || fail "a purge leaves $left"
! systemctl cat tcplens > /dev/null 2>&1 || fail "systemd still knows the service"
