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

unshare --net sh /mnt/observe.sh tcplens
dpkg-query -W -f '${Version} installed, ${Installed-Size} KiB\n' tcplens
