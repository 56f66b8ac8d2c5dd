# Checks the package in a minimal system, as apt installs it there: sh minimal.sh PACKAGE
#
# Tests/Packages/run calls this in a throwaway copy of the system, with the kernel of the machine.
set -eu
package=$1
export DEBIAN_FRONTEND=noninteractive

fail() {
    echo "$*" >&2
    exit 1
}

apt-get update -qq
! command -v tcplens > /dev/null || fail "tcplens was there before"
# apt takes what the package depends on from the archive.
apt-get install -y -qq --no-install-recommends "$package" > /dev/null
[ "$(tcplens --version)" = "$(dpkg-query -W -f '${Version}' tcplens | sed 's/-[^-]*$//; s/~/-/')" ] \
    || fail "the program has another version than its package"
# A library without the versions of symbols that the program wants is only a warning of the loader.
[ -z "$(tcplens --version 2>&1 > /dev/null)" ] || fail "the loader complains: $(tcplens --version 2>&1 > /dev/null)"

# In a network of its own, where only the receiver has a socket.
cat > /tmp/observe.sh << 'END'
set -eu
# Brings loopback up (SIOCSIFFLAGS, IFF_UP), because a minimal system has no ip.
perl -MSocket -e '$up = pack("a16 s x22", "lo", 1); socket($s, AF_INET, SOCK_DGRAM, 0) && ioctl($s, 0x8914, $up) or die'
tcplens sink > /tmp/received 2> /tmp/sink.log &
for _ in 1 2 3 4 5 6 7 8 9 10; do
    tcplens doctor > /tmp/doctor 2>&1 && break
    sleep 0.5
done
tcplens doctor > /tmp/doctor 2>&1 || { cat /tmp/doctor /tmp/sink.log >&2; exit 1; }
tcplens snapshot --format csv > /tmp/snapshot
tcplens run --once
END
unshare --net sh /tmp/observe.sh || fail "doctor, snapshot or run failed"
grep -q '^listen,ipv4,1$' /tmp/snapshot || fail "snapshot does not show the one listener: $(cat /tmp/snapshot)"
grep -q '^system.network.connection.count' /tmp/received || fail "no metrics were exported: $(cat /tmp/received)"
dpkg-query -W -f '${Version} installed, ${Installed-Size} KiB\n' tcplens
