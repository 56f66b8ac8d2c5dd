# Checks that the program observes this kernel and exports: unshare --net sh observe.sh PROGRAM
#
# In a network namespace of its own, where only the receiver has a socket that listens.
set -eu
program=$1

fail() {
    echo "$*" >&2
    exit 1
}

# Brings loopback up (SIOCSIFFLAGS, IFF_UP), because a minimal system has no ip.
perl -MSocket -e '$up = pack("a16 s x22", "lo", 1); socket($s, AF_INET, SOCK_DGRAM, 0) && ioctl($s, 0x8914, $up) or die'
"$program" sink > /tmp/received 2> /tmp/sink.log &
for _ in 1 2 3 4 5 6 7 8 9 10; do
    "$program" doctor > /tmp/doctor 2>&1 && break
    sleep 0.5
done
"$program" doctor > /tmp/doctor 2>&1 || { cat /tmp/doctor /tmp/sink.log >&2; exit 1; }
"$program" snapshot --format csv | tr -d '\r' > /tmp/snapshot
"$program" run --once
grep -q '^listen,ipv4,1$' /tmp/snapshot || fail "snapshot does not show the one listener: $(cat /tmp/snapshot)"
grep -q '^system.network.connection.count' /tmp/received || fail "no metrics were exported: $(cat /tmp/received)"
