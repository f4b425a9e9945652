//! Where the binary comes from: nothing is unpacked that the version map does not list.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::pipelines::releases::Releases;
use crate::pipelines::runner::Runner;

/// With one harmless model.
fn project() -> Runner {
    Runner::new()
        .file("models.yaml", "version: 1\nmodels:\n  - source: ./model.pkl\n")
        .file("weighstation.yaml", "version: 1\nextends: [baseline]\n")
        .file("model.pkl", b"\x80\x04].")
}

/// The action ends at its first step, with this in its error.
fn fails_to_install(runner: &Runner, message: &str) {
    let ran = runner.run();
    assert_eq!(ran.codes.keys().collect::<Vec<_>>(), ["install"], "{}", ran.log);
    assert!(!ran.passed && ran.codes["install"] == 2, "{}", ran.log);
    assert_eq!(ran.outputs["outcome"], "");
    let annotation = ran.annotations().join("\n");
    assert!(annotation.starts_with("::error title=weighstation::"), "{}", ran.log);
    assert!(annotation.contains(message), "{annotation}");
    let unpacked = runner.root().join("temp/weighstation-bin/1.2.3/weighstation");
    assert!(!unpacked.exists());
}

#[test]
fn the_newest_listed_version_is_installed_unless_one_is_named() {
    let releases = Releases::new();
    let target = "x86_64-unknown-linux-musl";
    let old = releases.offer("1.2.3", target, "weighstation");
    let new = releases.offer("1.3.0", target, "weighstation");
    for (input, version) in [("", "1.3.0"), ("1.2.3", "1.2.3"), ("1.3.0", "1.3.0")] {
        let runner = project()
            .versions(&["# Versions.", &old, &new])
            .env("WEIGHSTATION_RELEASES", releases.address())
            .with("version", input);
        let ran = runner.run();
        assert!(ran.passed, "{}", ran.log);
        let asked = format!("/v{version}/weighstation-{version}-{target}.tar.gz");
        assert_eq!(releases.asked().last(), Some(&asked));
        assert!(ran.outputs["binary"].ends_with(&format!("/{version}/weighstation")));
    }
}

#[test]
fn another_digest_is_refused_before_it_is_unpacked() {
    let digest = "0".repeat(64);
    let line = format!("1.2.3 x86_64-unknown-linux-musl {digest}");
    let runner = project().versions(&[&line]);
    fails_to_install(&runner, &format!("expected is {digest}; it was not unpacked"));
}

#[test]
fn what_is_not_listed_is_not_asked_for() {
    let runner = project().with("version", "9.9.9");
    fails_to_install(
        &runner,
        "version 9.9.9 for x86_64-unknown-linux-musl is not in support/versions",
    );
    assert!(runner.releases().asked().is_empty());
    // Dots are dots.
    fails_to_install(&project().with("version", "1x2x3"), "is not in support/versions");
}

#[test]
fn a_platform_without_a_binary_is_told_the_way_out() {
    let runner = project().env("RUNNER_ARCH", "RISCV64");
    fails_to_install(&runner, "there is no binary for Linux on RISCV64; set the input version to");
}

#[test]
fn an_archive_that_is_gone_or_empty_is_an_error() {
    let digest = "0".repeat(64);
    let line = format!("2.0.0 x86_64-unknown-linux-musl {digest}");
    let runner = project().versions(&[&line]);
    fails_to_install(&runner, "weighstation-2.0.0-x86_64-unknown-linux-musl.tar.gz could not be");
    let releases = Releases::new();
    let line = releases.offer("1.2.3", "x86_64-unknown-linux-musl", "something-else");
    let runner = project().versions(&[&line]).env("WEIGHSTATION_RELEASES", releases.address());
    fails_to_install(&runner, "holds no binary");
}

#[test]
fn every_platform_has_its_archive_and_its_binary() {
    for (os, architecture, target, file) in [
        ("Linux", "X64", "x86_64-unknown-linux-musl", "weighstation"),
        ("Linux", "ARM64", "aarch64-unknown-linux-musl", "weighstation"),
        ("macOS", "X64", "x86_64-apple-darwin", "weighstation"),
        ("macOS", "ARM64", "aarch64-apple-darwin", "weighstation"),
        ("Windows", "X64", "x86_64-pc-windows-msvc", "weighstation.exe"),
        ("Windows", "ARM64", "x86_64-pc-windows-msvc", "weighstation.exe"),
    ] {
        let releases = Releases::new();
        let line = releases.offer("1.2.3", target, file);
        let runner = project()
            .versions(&[&line])
            .env("WEIGHSTATION_RELEASES", releases.address())
            .env("RUNNER_OS", os)
            .env("RUNNER_ARCH", architecture);
        let ran = runner.run();
        assert!(ran.passed, "{os}: {}", ran.log);
        assert!(ran.outputs["binary"].ends_with(&format!("/1.2.3/{file}")), "{os}");
        assert_eq!(releases.asked(), [format!("/v1.2.3/weighstation-1.2.3-{target}.tar.gz")]);
    }
}

/// The release workflow builds what the action looks for.
#[test]
fn the_release_workflow_builds_every_target_and_no_other() {
    let read =
        |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let triples = |text: &str| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'));
        let mut found: Vec<String> = words
            .filter(|word| word.starts_with("x86_64-") || word.starts_with("aarch64-"))
            .map(str::to_owned)
            .collect();
        found.sort();
        found.dedup();
        found
    };
    let looked_for = triples(&read("support/install.sh"));
    assert_eq!(looked_for.len(), 5, "{looked_for:?}");
    assert_eq!(triples(&read(".github/workflows/release.yml")), looked_for);
}

/// A folder with a `cargo` that writes down its arguments and "builds" the binary under test.
fn with_cargo(runner: Runner) -> Runner {
    let folder = runner.root().join("cargo");
    fs::create_dir(&folder).unwrap();
    let script = format!(
        "#!/bin/bash\necho \"cargo $*\"\n\
         while [ \"$1\" != --target-dir ]; do shift; done\n\
         mkdir -p \"$2/release\"\nln -s '{}' \"$2/release/weighstation\"\n",
        env!("CARGO_BIN_EXE_weighstation")
    );
    fs::write(folder.join("cargo"), script).unwrap();
    let status = Command::new("chmod").arg("+x").arg(folder.join("cargo")).status().unwrap();
    assert!(status.success());
    let path = format!("{}:/usr/bin:/bin", folder.display());
    runner.env("PATH", &path)
}

#[test]
fn source_is_built_when_asked_for_and_when_nothing_is_listed() {
    for runner in [project().with("version", "source"), project().versions(&["# None yet."])] {
        let ran = with_cargo(runner).run();
        assert!(ran.passed, "{}", ran.log);
        assert!(ran.outputs["binary"].ends_with("/target/release/weighstation"), "{}", ran.log);
        let build = "cargo build --release --locked --bin weighstation \
                     --manifest-path @@RUNNER@@/action/Cargo.toml";
        assert!(ran.log.contains(build), "{}", ran.log);
    }
}

#[test]
fn without_a_toolchain_the_way_out_is_told() {
    let tools = crate::pipelines::tools::tools(&[], &[]);
    let path = tools.path().to_str().unwrap();
    let runner = project().with("version", "source").env("PATH", path);
    fails_to_install(&runner, "building from source needs a Rust toolchain");
}
