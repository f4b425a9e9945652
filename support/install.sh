#!/usr/bin/env bash
# Puts the binary in place for the action and prints its path on the last line.
#
# A released version comes as an archive whose SHA-256 stands in support/versions. Without a version
# the source beside this script is built, which needs a Rust toolchain and a few minutes.
#
#   WEIGHSTATION_VERSION     a version of support/versions; `source` builds; empty: the newest listed
#                            version, else `source`
#   WEIGHSTATION_RELEASES    where releases are downloaded from: a mirror holds FOLDER/vVERSION/ARCHIVE
#
# It runs in the workspace of a pull request, and nothing of that may decide what is built or how: see
# `build`.
#
# The bash of macOS is 3.2, and its tools are not GNU's. On Windows RUNNER_TEMP has a drive letter,
# which tar takes for a host: archives are named from inside their folder.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
versions=$here/versions
releases=${WEIGHSTATION_RELEASES:-https://github.com/weighstation/weighstation/releases/download}
home=${RUNNER_TEMP:-$(mktemp -d)}/weighstation-bin
mkdir -p "$home"

fail() {
    echo "::error title=weighstation::$1" >&2
    exit 2
}

digest() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1" | cut -d ' ' -f 1
    else
        shasum -a 256 "$1" | cut -d ' ' -f 1
    fi
}

target() {
    case "${RUNNER_OS:-$(uname -s)}-${RUNNER_ARCH:-$(uname -m)}" in
    Linux-X64 | Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64 | Linux-aarch64) echo aarch64-unknown-linux-musl ;;
    macOS-ARM64 | Darwin-arm64) echo aarch64-apple-darwin ;;
    macOS-X64 | Darwin-x86_64) echo x86_64-apple-darwin ;;
    # Windows on ARM runs it too.
    Windows-X64 | Windows-ARM64 | MINGW*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) fail "there is no binary for ${RUNNER_OS:-$(uname -s)} on ${RUNNER_ARCH:-$(uname -m)}; set the input version to source" ;;
    esac
}

# Cargo and rustup take orders from files of the folder that they are started in, from those of all
# folders above it, and from the environment: wrappers and linkers, which are programs that they run,
# other sources of crates, another toolchain. They are therefore started at the root, with a home of
# their own and with the variables listed here; only the source is the action's folder.
build() {
    command -v cargo >/dev/null || fail "building from source needs a Rust toolchain; set the input version to a released one"
    source=$(cd "$here/.." && pwd)
    for file in /.cargo/config /.cargo/config.toml /rust-toolchain /rust-toolchain.toml; do
        [ ! -e "$file" ] || fail "$file would decide how the source is built; remove it, or set the input version to a released one"
    done
    rm -rf "$home/cargo"
    mkdir -p "$home/cargo"
    # What finds rustup's toolchains, temporary files, a proxy and its certificates, and on Windows
    # the system.
    environment=("PATH=$PATH" "CARGO_HOME=$home/cargo" "RUSTUP_HOME=${RUSTUP_HOME:-${HOME:-/}/.rustup}")
    for name in HOME TMPDIR http_proxy https_proxy HTTPS_PROXY no_proxy NO_PROXY SSL_CERT_FILE SSL_CERT_DIR \
        TEMP TMP USERPROFILE APPDATA LOCALAPPDATA SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT \
        PROGRAMFILES PROGRAMDATA ALLUSERSPROFILE PROCESSOR_ARCHITECTURE NUMBER_OF_PROCESSORS; do
        if value=$(printenv "$name"); then
            environment+=("$name=$value")
        fi
    done
    # The log of the build must not hide the report.
    (cd / && env -i "${environment[@]}" cargo build --release --locked --bin weighstation \
        --manifest-path "$source/Cargo.toml" --target-dir "$home/target") >&2
    for name in weighstation weighstation.exe; do
        if [ -f "$home/target/release/$name" ]; then
            echo "$home/target/release/$name"
        fi
    done
}

version=${WEIGHSTATION_VERSION:-}
if [ -z "$version" ]; then
    version=$(awk '!/^#/ && NF == 3 { version = $1 } END { print version }' "$versions")
fi
if [ -z "$version" ] || [ "$version" = source ]; then
    build
    exit 0
fi

case "$version" in
*[!0-9A-Za-z.+-]*) fail "that is no version; see support/versions" ;;
esac
target=$(target)
expected=$(awk -v version="$version" -v target="$target" '$1 == version && $2 == target { print $3 }' "$versions")
[ -n "$expected" ] || fail "version $version for $target is not in support/versions; use a listed version, or source"
archive=weighstation-$version-$target.tar.gz
mkdir -p "$home/$version"
cd "$home/$version"
# No other protocol than the mirror's own, after a redirect either.
curl --fail --silent --show-error --location --retry 3 --proto "=${releases%%:*}" --output "$archive" "$releases/v$version/$archive" ||
    fail "$archive could not be downloaded from $releases"
actual=$(digest "$archive")
if [ "$actual" != "$expected" ]; then
    rm -f "$archive"
    fail "$archive has the SHA-256 $actual, expected is $expected; it was not unpacked"
fi
tar -xzf "$archive"
rm -f "$archive"
for name in weighstation weighstation.exe; do
    if [ -f "$name" ]; then
        chmod +x "$name"
        echo "$home/$version/$name"
        exit 0
    fi
done
fail "$archive holds no binary"
