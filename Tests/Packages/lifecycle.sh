# Installs, upgrades, removes and purges the package: sh lifecycle.sh PACKAGE NEWER CHANGED
#
#   NEWER       the same with a higher version
#   CHANGED     one with a still higher version, and another /etc/tcplens/tcplens.env
#
# Tests/Packages/run calls this in a throwaway copy of a system with man, the shells, what the package depends on, and
# systemd, which does not run.
set -eu
package=$1 newer=$2 changed=$3
env=/etc/tcplens/tcplens.env
# The shells write into the home of their user.
export DEBIAN_FRONTEND=noninteractive HOME=/tmp
# Without these dpkg would ask what to do about a file that both sides have changed.
keep="-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"

fail() {
    echo "$*" >&2
    exit 1
}

install() {
    # shellcheck disable=SC2086    # these are words
    apt-get install -y -qq --no-install-recommends $keep "$@" > /tmp/apt.log 2>&1 || { cat /tmp/apt.log >&2; fail "apt failed"; }
}

# All files of the system, without what apt and dpkg themselves write.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /mnt -o -path /run -o -path /var/lib/apt \
        -o -path /var/cache/apt -o -path /var/log -o -path '/var/lib/dpkg/*-old' -o -path /var/lib/dpkg/lock \
        -o -path /var/lib/dpkg/updates -o -path /var/cache/man -o -path /var/cache/debconf \) -prune -o -print | sort
}

files > /tmp/before

install "$package"
[ -z "$(dpkg --verify tcplens)" ] || fail "files differ from the package: $(dpkg --verify tcplens)"
[ "$(stat -c '%a %U' $env)" = "640 root" ] || fail "$env has these rights and owner: $(stat -c '%a %U' $env)"
! find /etc/systemd -name 'tcplens*' | grep . || fail "the service is on before it is configured"
units=tcplens.service
# The unit with a BPF token uses settings that older systems do not know.
[ "$(systemctl --version | awk 'NR == 1 { print $2 }')" -lt 258 ] || units=$(dpkg -L tcplens | grep '\.service$')
# shellcheck disable=SC2086    # these are words
systemd-analyze verify $units 2> /tmp/verify || fail "systemd: $(cat /tmp/verify)"
! grep tcplens /tmp/verify || fail "systemd warns about a unit"

# The manual and the completions, in the way that people get them.
man tcplens 2> /dev/null | grep -q 'tcplens snapshot' || fail "man tcplens does not describe snapshot"
# shellcheck disable=SC2016    # bash expands these
bash --norc -c '
    . /usr/share/bash-completion/bash_completion
    if declare -F _comp_load > /dev/null; then _comp_load tcplens; else _completion_loader tcplens || true; fi
    COMP_WORDS=(tcplens snap) COMP_CWORD=1 COMP_LINE="tcplens snap" COMP_POINT=12
    function=$(complete -p tcplens | sed "s/.*-F \([^ ]*\).*/\1/")
    $function tcplens snap tcplens
    printf "%s\n" "${COMPREPLY[@]}"' | grep -q '^snapshot' || fail "bash does not complete snapshot"
fish -c 'complete --do-complete "tcplens snap"' | grep -q '^snapshot' || fail "fish does not complete snapshot"
# shellcheck disable=SC2016
[ "$(zsh -fc 'autoload -Uz compinit && compinit -u -D && print $_comps[tcplens]')" = _tcplens ] \
    || fail "zsh does not find its completions"

# An upgrade keeps what the administrator has changed.
echo 'OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318' >> $env
systemctl enable tcplens 2> /dev/null
install "$newer"
[ "$(dpkg-query -W -f '${Version}' tcplens)" = "$(dpkg-deb -f "$newer" Version)" ] || fail "there was no upgrade"
grep -q '^OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318' $env || fail "an upgrade loses the configuration"
[ -z "$(find /etc/tcplens -name '*.dpkg-*')" ] || fail "an upgrade without a new $env asks about it"
systemctl is-enabled -q tcplens || fail "an upgrade turns the service off"
install "$changed"
grep -q '^OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318' $env || fail "an upgrade overwrites the configuration"
[ -e $env.dpkg-dist ] || fail "an upgrade does not leave its own $env beside the changed one"

# What the service writes, and what else is configured there.
mkdir -p /var/lib/private/tcplens/spool
ln -s private/tcplens /var/lib/tcplens
touch /etc/tcplens/tcplens.yaml

apt-get remove -y -qq tcplens > /dev/null
! command -v tcplens > /dev/null || fail "the program is still there after its removal"
[ -e $env ] && [ -e /etc/tcplens/tcplens.yaml ] || fail "a removal deletes the configuration"
[ -d /var/lib/private/tcplens/spool ] || fail "a removal deletes the spool"
install "$package"
grep -q '^OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318' $env || fail "a new installation loses the configuration"
systemctl is-enabled -q tcplens || fail "a new installation turns the service off"

apt-get purge -y -qq tcplens > /tmp/apt.log 2>&1 || { cat /tmp/apt.log >&2; fail "purge failed"; }
files > /tmp/after
diff /tmp/before /tmp/after > /tmp/left || fail "a purge leaves or takes too much: $(grep '^[<>]' /tmp/left)"

# After a purge everything is new, and a configuration that nobody changed is replaced by the next one.
install "$package"
! grep -q collector: $env || fail "a configuration survives a purge"
! systemctl is-enabled -q tcplens || fail "the service is on after a purge and a new installation"
install "$changed"
grep -q '^# changed' $env || fail "an upgrade does not bring its new $env"
