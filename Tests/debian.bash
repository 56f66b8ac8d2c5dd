# Uses apt with lists of its own, for scripts that take files out of Debian's packages. It installs nothing and changes
# nothing of the system. The packages come from the archive that this machine's apt uses.
#
# Usage: set `cache` (a folder), `releases` and `security_releases`, and source this file. Then call `update_lists`, and
# give "${options[@]}" to each apt-get and apt-cache. The lists are renewed once a day.
# shellcheck shell=bash

# shellcheck disable=SC2154    # the script that sources this sets them
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

# Prints the first Debian repository of this machine whose release matches a pattern. If this machine never updated its
# lists, apt doesn't know the origins, and only the release is compared.
repository() {
    # shellcheck disable=SC2016    # apt expands these, not the shell
    apt-get indextargets --format '$(COMPONENT) $(RELEASE) $(REPO_URI) $(ORIGIN)' 'Created-By: Packages' \
        | awk -v release="^($1)\$" '$1 == "main" && $2 ~ release && ($4 == "Debian" || $4 ~ /^\$/) && !n++ { print $3 }'
}

# Renews the lists, at most once a day.
update_lists() {
    local archive security release codename architecture
    [ -z "$(find "$apt/updated" -mtime -1 2>/dev/null)" ] || return 0
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
    architecture=$(dpkg --print-architecture)
    archive=$(repository "$codename|(old)*stable|testing|unstable|sid")
    security=$(repository ".*-security")
    [ -n "$archive" ] || fail "apt has no Debian archive configured, so there is no source of packages"
    # shellcheck disable=SC2154
    for release in $releases; do
        echo "deb [arch=$architecture signed-by=$keyring] $archive $release main"
    done >"$apt/sources.list"
    # shellcheck disable=SC2154
    for release in ${security:+$security_releases}; do
        echo "deb [arch=$architecture signed-by=$keyring] $security $release main"
    done >>"$apt/sources.list"
    # This fails if a release has left the archive, but the lists of the others are there.
    if apt-get "${options[@]}" update 2>"$apt/complaints"; then
        touch "$apt/updated"
    else
        sed "s/^/$(basename "$0"): apt: /" "$apt/complaints" >&2
        # After any other error the next call tries again.
        if ! grep '^E:' "$apt/complaints" | grep -qv 'does not have a Release file'; then
            touch "$apt/updated"
        fi
    fi
}
