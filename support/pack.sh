#!/usr/bin/env bash
# Builds one release archive: support/pack.sh VERSION TARGET. Writes distribution/ with the archive
# (program, licenses, manual pages, completions), its SHA-256 and its line for support/versions.
set -euo pipefail

version=$1
target=$2
rustup target add "$target"
# Linux targets link musl statically; ring's C parts are compiled with the system's gcc.
variable=CC_$(echo "$target" | tr - _)
case "$target" in
*-musl) export "$variable=gcc" ;;
esac
cargo build --release --locked --target "$target"
mkdir -p distribution
binary=target/$target/release/weighstation
[ ! -f "$binary.exe" ] || binary=$binary.exe
staged=$(mktemp -d)
cp "$binary" README.md LICENSE-MIT LICENSE-APACHE "$staged/"
# Completions and manual pages come from the program itself. One for another processor may not run
# here: then one for this machine is built.
program=$binary
if ! "$program" --version >/dev/null 2>&1; then
    cargo build --release --locked
    program=target/release/weighstation
fi
"$program" man --dir "$staged/man/man1"
mkdir "$staged/completions"
"$program" completions bash >"$staged/completions/weighstation.bash"
"$program" completions zsh >"$staged/completions/_weighstation"
"$program" completions fish >"$staged/completions/weighstation.fish"
"$program" completions powershell >"$staged/completions/_weighstation.ps1"
"$program" completions elvish >"$staged/completions/weighstation.elv"
archive=weighstation-$version-$target.tar.gz
tar -czf "distribution/$archive" -C "$staged" .
if command -v sha256sum >/dev/null; then
    digest=$(sha256sum "distribution/$archive" | cut -d ' ' -f 1)
else
    digest=$(shasum -a 256 "distribution/$archive" | cut -d ' ' -f 1)
fi
echo "$digest  $archive" >"distribution/$archive.sha256"
echo "$version $target $digest" >"distribution/$archive.versions"
