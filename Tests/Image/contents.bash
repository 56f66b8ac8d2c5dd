# What is in the image, and what is not. Sourced by Tests/Image/run.
# shellcheck shell=bash disable=SC2154

root=$(podman image mount "$image")
size=$(du --apparent-size --block-size=1 --summarize "$root" | cut -f 1)
[ "$size" -lt 40000000 ] || fail "the image has $size bytes; it must be less than 40 MB"

found=$(find "$root" -type f -perm /6000)
[ -z "$found" ] || fail "files with setuid or setgid: $found"
found=$(find "$root" ! -user 0 -o ! -group 0)
[ -z "$found" ] || fail "files that are not of root: $found"
found=$(find "$root" -perm /022 ! -type l ! -path "$root/tmp")
[ -z "$found" ] || fail "files that others can write: $found"
# Programs: tcplens and nothing else; the rest that can be executed are libraries and their loader.
found=$(find "$root" -type f -perm /111 ! -name '*.so*' -printf '%P\n')
[ "$found" = usr/bin/tcplens ] || fail "there are other programs: $found"
found=$(find "$root" \( -name '*sh' -o -name 'busybox*' -o -name 'apt*' -o -name 'dpkg-*' -o -name 'perl*' \) -printf '%P\n')
[ -z "$found" ] || fail "there is a shell, or a package manager: $found"
grep -q 'BEGIN CERTIFICATE' "$root/etc/ssl/certs/ca-certificates.crt" || fail "there are no certificates of authorities"
for package in libc6 libcurl4 libssl3 libbpf1; do
    grep -q '^Version: .' "$root/var/lib/dpkg/status.d/$package" || fail "scanners do not see the version of $package"
    [ -s "$root/usr/share/doc/$package/copyright" ] || fail "the licence of $package is missing"
done

# Prints a part of the image's configuration.
configured() {
    podman image inspect --format "$1" "$image"
}
[ "$(configured '{{.Config.Entrypoint}} {{.Config.Cmd}} {{.Config.User}}')" = "[/usr/bin/tcplens] [run] 0:0" ] \
    || fail "the image does not start tcplens run as root"
version=$("$binary" --version)
[ "$(configured '{{index .Config.Labels "org.opencontainers.image.version"}}')" = "${version##* }" ] \
    || fail "the label of the version is not that of the program, ${version##* }"
for label in title description licenses revision; do
    [ -n "$(configured "{{index .Config.Labels \"org.opencontainers.image.$label\"}}")" ] || fail "no label $label"
done
podman image unmount "$image" >/dev/null
