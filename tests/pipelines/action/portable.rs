//! The scripts use what the runners of macOS and Windows have too.

use std::fs;
use std::path::Path;

use crate::pipelines::releases::Releases;
use crate::pipelines::runner::Runner;
use crate::pipelines::tools::tools;

/// Whichever the machine of this test has.
const SHA256: &str = r#"PATH=/usr/bin:/bin
if command -v sha256sum >/dev/null; then exec sha256sum "$@"; else exec shasum -a 256 "$@"; fi"#;

fn project() -> Runner {
    Runner::new()
        .file("models.yaml", "version: 1\nmodels:\n  - source: ./model.pkl\n")
        .file("weighstation.yaml", "version: 1\nextends: [baseline]\n")
        .file("model.pkl", b"\x80\x04].")
}

#[test]
fn macos_has_shasum_and_no_sha256sum() {
    let releases = Releases::new();
    let line = releases.offer("1.2.3", "aarch64-apple-darwin", "weighstation");
    let shasum = format!(r#"[ "$1 $2" = "-a 256" ] && shift 2 && {SHA256}"#);
    let tools = tools(&[], &[("shasum", &shasum)]);
    let ran = project()
        .versions(&[&line])
        .env("WEIGHSTATION_RELEASES", releases.address())
        .env("RUNNER_OS", "macOS")
        .env("RUNNER_ARCH", "ARM64")
        .env("PATH", tools.path().to_str().unwrap())
        .run();
    assert!(ran.passed, "{}", ran.log);
    assert!(!ran.log.contains("not found"), "{}", ran.log);
}

/// GNU tar takes `D:` for a host, so that it must be given no path with a drive letter.
#[test]
fn on_windows_tar_is_given_names_inside_its_folder() {
    let releases = Releases::new();
    let line = releases.offer("1.2.3", "x86_64-pc-windows-msvc", "weighstation.exe");
    let tar = r#"echo "tar $*" >&2; exec /usr/bin/tar "$@""#;
    let tools = tools(&[], &[("tar", tar), ("sha256sum", SHA256)]);
    let ran = project()
        .versions(&[&line])
        .env("WEIGHSTATION_RELEASES", releases.address())
        .env("RUNNER_OS", "Windows")
        .env("PATH", tools.path().to_str().unwrap())
        .run();
    assert!(ran.passed, "{}", ran.log);
    let asked = ran.log.lines().find(|line| line.starts_with("tar ")).unwrap();
    assert_eq!(asked, "tar -xzf weighstation-1.2.3-x86_64-pc-windows-msvc.tar.gz");
}

/// The bash of macOS is 3.2.
#[test]
fn scripts_of_the_action_use_no_newer_bash_and_no_option_of_gnu() {
    for script in ["support/install.sh", "support/run.sh", "support/pack.sh"] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(script)).unwrap();
        let code: Vec<&str> =
            text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        for newer in [
            "declare -A",
            "mapfile",
            "readarray",
            ",,}",
            "^^}",
            "|&",
            "&>>",
            "coproc",
            "${!",
            "readlink",
            "realpath",
            "sed -i",
            "sed -E",
            "sed -r",
            "grep -P",
            "grep -o",
            "date ",
            "stat ",
            "cp -a",
            "mktemp --",
            "mktemp -t",
            "sort -V",
            "xargs",
            "timeout ",
            "wget",
        ] {
            let line = code.iter().find(|line| line.contains(newer));
            assert!(line.is_none(), "{script}: `{newer}` in {line:?}");
        }
    }
}
