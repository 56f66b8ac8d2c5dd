# apt with lists of its own, for scripts that take files out of Debian's packages: nothing of the system's is changed, and
# nothing is installed. The packages come from where this machine's apt gets its own.
#
# Usage: source it with `cache` (a folder), `releases` and `security_releases` set; then call `update_lists`, and give
# "${options[@]}" to each apt-get and apt-cache. The lists are renewed once a day.
# shellcheck shell=bash

# shellcheck disable=SC2154    # who sources this sets them
apt=$cache/apt
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
options=(
    -qq
    -o "Dir::Etc::SourceList=$apt/sources.list"
    -o Dir::Etc::SourceParts=/dev/null
    -o Dir::Etc::PreferencesParts=/dev/null
    -o "Dir::State::Lists=$apt/lists"
    -o "Dir::Cache=$apt"
    -o Dir::Cache::pkgcache=pkgcache.bin
    -o Dir::Cache::srcpkgcache=srcpkgcache.bin
    -o "APT::Sandbox::User=$(id -un)"
    -o Acquire::Languages=none
    -o Acquire::Retries=2
)

# Ends the script with a reason and, if not 1, its exit status.
fail() {
    echo "$(basename "$0"): $1" >&2
    exit "${2:-1}"
}

# The first Debian repository whose release matches a pattern, of those that this machine uses. A machine that never
# updated its lists doesn't know the origin; then the release has to do.
repository() {
    # shellcheck disable=SC2016    # apt expands these, not the shell
    apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI) $(ORIGIN)' 'Created-By: Packages' \
        | awk -v release="^($1)\$" '$1 == "main" && $2 ~ release && ($4 == "Debian" || $4 ~ /^\$/) && !n++ { print $3 }'
}

# Renews the lists unless that was done within a day.
update_lists() {
    local archive security release codename architecture
    [ -z "$(find "$apt/updated" -mtime -1 2>/dev/null)" ] || return 0
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
    architecture=$(dpkg --print-architecture)
    archive=$(repository "$codename|(old)*stable|testing|unstable|sid")
    security=$(repository ".*-security")
    [ -n "$archive" ] || fail "apt has no Debian archive configured, so there is nowhere to get packages from"
    # shellcheck disable=SC2154
    for release in $releases; do
        echo "deb [arch=$architecture signed-by=$keyring] $archive $release main"
    done >"$apt/sources.list"
    # shellcheck disable=SC2154
    for release in ${security:+$security_releases}; do
        echo "deb [arch=$architecture signed-by=$keyring] $security $release main"
    done >>"$apt/sources.list"
    # A release that has left the archive makes this fail, and the others are there nevertheless.
    if apt-get "${options[@]}" update 2>"$apt/complaints"; then
        touch "$apt/updated"
    else
        sed "s/^/$(basename "$0"): apt: /" "$apt/complaints" >&2
        # With complaints of another kind the next call tries again.
        if ! grep '^E:' "$apt/complaints" | grep -qv 'does not have a Release file'; then
            touch "$apt/updated"
        fi
    fi
}
