//! Building from source: what a pull request brings along decides nothing of it.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pipelines::runner::Runner;

/// A source that cargo really builds, without a dependency: the program runs the binary under test.
fn with_source(runner: &Runner) {
    let folder = runner.root().join("action");
    let package = "[package]\nname = \"weighstation\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";
    write(&folder.join("Cargo.toml"), &format!("{package}\n[workspace]\n"));
    let lock = "version = 4\n\n[[package]]\nname = \"weighstation\"\nversion = \"1.0.0\"\n";
    write(&folder.join("Cargo.lock"), lock);
    let program = format!(
        "use std::os::unix::process::CommandExt;\n\
         fn main() {{ panic!(\"{{}}\", std::process::Command::new({:?})\
         .args(std::env::args_os().skip(1)).exec()) }}\n",
        env!("CARGO_BIN_EXE_weighstation")
    );
    write(&folder.join("src/main.rs"), &program);
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A program that leaves a mark beside the workspace and then does what it was to do.
fn intruder(runner: &Runner, path: &str, then: &str) -> String {
    let path = runner.path(path);
    let mark = runner.root().join("owned");
    write(&path, &format!("#!/bin/sh\n: >'{}'\n{then}\n", mark.display()));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A workspace that wants to build for us, by every file and variable that cargo and rustup obey.
fn hostile() -> Runner {
    let runner = Runner::new()
        .file("models.yaml", "version: 1\nmodels:\n  - source: ./model.pkl\n")
        .file("weighstation.yaml", "version: 1\nextends: [baseline]\n")
        .file("model.pkl", b"\x80\x04].")
        .with("version", "source");
    with_source(&runner);
    let wrapper = intruder(&runner, "wrap", r#"exec "$@""#);
    let linker = intruder(&runner, "link", r#"exec cc "$@""#);
    for program in ["cargo", "rustc"] {
        intruder(&runner, &format!("toolchain/bin/{program}"), "exit 1");
    }
    let toolchain = runner.path("toolchain").to_str().unwrap().to_owned();
    let configuration = format!(
        "[build]\nrustc-wrapper = {wrapper:?}\n\
         [target.'cfg(all())']\nlinker = {linker:?}\n"
    );
    let pinned = format!("[toolchain]\npath = {toolchain:?}\n");
    // In the workspace, above it and the action, and in the user's home.
    for folder in ["workspace", "", "home"] {
        let folder = runner.root().join(folder);
        write(&folder.join(".cargo/config.toml"), &configuration);
        write(&folder.join("rust-toolchain.toml"), &pinned);
    }
    write(&runner.path("cargo-home/config.toml"), &configuration);
    let cargo_home = runner.path("cargo-home").to_str().unwrap().to_owned();
    let flags = format!("-Clinker={linker}");
    runner
        .env("CARGO_HOME", &cargo_home)
        .env("RUSTC_WRAPPER", &wrapper)
        .env("RUSTC_WORKSPACE_WRAPPER", &wrapper)
        .env("CARGO_BUILD_RUSTC_WRAPPER", &wrapper)
        .env("RUSTC", &format!("{toolchain}/bin/rustc"))
        .env("RUSTFLAGS", &flags)
        .env("CARGO_ENCODED_RUSTFLAGS", &flags)
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", &linker)
        .env("RUSTUP_TOOLCHAIN", &toolchain)
}

/// Where this machine's cargo and its toolchains are.
fn with_toolchain(runner: Runner) -> Runner {
    let rustup = env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let rustup = rustup.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".rustup")));
    let runner = match rustup {
        Some(folder) => runner.env("RUSTUP_HOME", folder.to_str().unwrap()),
        None => runner,
    };
    runner.env("PATH", &env::var("PATH").unwrap())
}

#[test]
fn a_pull_request_does_not_build_for_us() {
    let runner = with_toolchain(hostile());
    let ran = runner.run();
    assert!(ran.passed, "{}", ran.log);
    assert!(ran.outputs["binary"].ends_with("/target/release/weighstation"), "{}", ran.log);
    assert!(!runner.root().join("owned").exists(), "{}", ran.log);
}

/// The workspace above would have its way with whoever builds in it.
#[test]
fn who_builds_in_the_workspace_is_taken_over() {
    let runner = hostile();
    fs::remove_file(runner.path("rust-toolchain.toml")).unwrap();
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--manifest-path"])
        .arg(runner.root().join("action/Cargo.toml"))
        .arg("--target-dir")
        .arg(runner.root().join("temp/target"))
        .current_dir(runner.path(""))
        .output()
        .unwrap();
    assert!(runner.root().join("owned").exists(), "{output:?}");
}

/// What runs beside a workspace builds through `support/install.sh` or not at all: neither the
/// template nor an example nor the hook, which pre-commit builds in its own copy of this repository.
#[test]
fn nothing_else_that_runs_in_a_workspace_builds() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![
        repository.join("action.yml"),
        repository.join(".pre-commit-hooks.yaml"),
        repository.join("support/run.sh"),
    ];
    let mut folders = vec![repository.join("templates"), repository.join("examples/pipelines")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(files.len() > 10);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        for word in words {
            assert!(!matches!(word, "cargo" | "rustup" | "rustc"), "{}: {word}", file.display());
        }
    }
}
