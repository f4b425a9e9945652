//! Runs the real binary in a folder of its own, with an environment that holds nothing
//! but that the network is ruled out.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder to run in.
pub(crate) struct Workspace {
    root: tempfile::TempDir,
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workspace {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    /// A copy of the example that the README walks through.
    pub(crate) fn quickstart() -> Self {
        let workspace = Self::new();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
        copy(&example, workspace.root.path());
        workspace
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// A path inside the folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// The binary, ready to run here.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighstation"));
        command.args(arguments).current_dir(self.root.path()).env_clear().stdin(Stdio::null());
        command.env("HF_HUB_OFFLINE", "1").env("HF_HUB_CACHE", self.path("hub"));
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code().expect("ended by itself"),
            stdout: self.scrubbed(&output.stdout),
            stderr: self.scrubbed(&output.stderr),
        }
    }

    /// Runs the binary and gives the exit code only.
    pub(crate) fn code<S: AsRef<OsStr>>(&self, arguments: &[S]) -> i32 {
        self.run(arguments).code
    }

    /// A written file as JSON.
    pub(crate) fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(path)).unwrap()).unwrap()
    }

    /// Without what differs between machines and runs.
    fn scrubbed(&self, output: &[u8]) -> String {
        let text = String::from_utf8(output.to_vec()).expect("output is UTF-8");
        let root = fs::canonicalize(self.root.path()).unwrap();
        text.replace(root.to_str().unwrap(), "@@ROOT@@")
            .replace(self.root.path().to_str().unwrap(), "@@ROOT@@")
    }
}

/// Settings for snapshots of whole outputs: what differs between runs is replaced.
pub(crate) fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r" in (\d+ ms|less than 1 ms|\d+\.\d s)", " in @@TIME@@");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "@@NOW@@");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// A pickle of `[]`: nothing is imported, nothing is called.
pub(crate) const HARMLESS: &[u8] = b"\x80\x04].";

/// A pickle that imports and calls `os.system`; its command does nothing.
pub(crate) const HARMFUL: &[u8] = b"cos\nsystem\n(S'true'\ntR.";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
