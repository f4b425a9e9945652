//! Runs the real binary in a folder of its own against a hub, and looks for the token everywhere.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use loopback_hub::LoopbackHub;
use serde_json::Value;

/// What must never be seen but by the Hub.
pub(crate) const TOKEN: &str = "hf_loopbackTokenThatNobodySees";

/// After so long a run hangs.
const LIMIT: Duration = Duration::from_secs(180);

/// A folder to run in.
pub(crate) struct Project {
    root: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    /// A manifest with these sources and revisions, and a policy that extends `baseline`.
    pub(crate) fn new(models: &[(&str, Option<&str>)]) -> Self {
        let mut manifest = "version: 1\nmodels:\n".to_owned();
        for (source, revision) in models {
            manifest.push_str(&format!("  - source: hf://{source}\n"));
            if let Some(revision) = revision {
                manifest.push_str(&format!("    revision: {revision}\n"));
            }
        }
        let project = Self { root: tempfile::tempdir().unwrap(), variables: Vec::new() };
        project
            .with("models.yaml", &manifest)
            .with("weighstation.yaml", "version: 1\nextends: [baseline]\n")
    }

    /// One model of a hub, at the commit of a revision.
    pub(crate) fn pinned(hub: &LoopbackHub, id: &str) -> Self {
        Self::new(&[(id, Some(&hub.commit_id(id, "main")))])
    }

    /// Writes a file.
    pub(crate) fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Sets a variable of the environment, which else holds only what a run needs.
    pub(crate) fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// With a token.
    pub(crate) fn token(self) -> Self {
        self.variable("HF_TOKEN", TOKEN)
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// The binary, ready to run here; at an endpoint, if there is one.
    pub(crate) fn command(&self, endpoint: Option<&str>, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weighstation"));
        command
            .args(arguments)
            .current_dir(self.root.path())
            .env_clear()
            .env("HOME", self.path("home"))
            .env("HF_HOME", self.path("hf"))
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(endpoint) = endpoint {
            command.env("HF_ENDPOINT", endpoint);
        }
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    /// Runs the binary against a hub. Whatever else a test wants: the token is in no output, in
    /// no file that was written and at no other server.
    pub(crate) fn run(&self, hub: &LoopbackHub, arguments: &[&str]) -> Ran {
        let ran = finished(self.command(Some(hub.endpoint()), arguments).spawn().unwrap());
        let leaks = hub.leaks(TOKEN);
        assert!(leaks.is_empty(), "the token at another host: {leaks:?}");
        for (name, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            assert!(!text.contains(TOKEN), "the token in {name}: {text}");
        }
        assert_no_token(self.root.path());
        ran
    }

    /// Runs `check` and reads its JSON.
    pub(crate) fn check(&self, hub: &LoopbackHub) -> Report {
        self.check_with(hub, &[])
    }

    /// Runs `check` with further arguments and reads its JSON.
    pub(crate) fn check_with(&self, hub: &LoopbackHub, arguments: &[&str]) -> Report {
        let arguments = [&["check", "--format", "json"], arguments].concat();
        Report::of(self.run(hub, &arguments))
    }
}

/// No file below holds the token, unless it is the token's own.
fn assert_no_token(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_no_token(&path);
        } else if path.file_name().unwrap() != "token" {
            let bytes = fs::read(&path).unwrap();
            let found = bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes());
            assert!(!found, "the token in {}", path.display());
        }
    }
}

/// The end of a run; one that hangs is killed and fails.
pub(crate) fn finished(mut child: Child) -> Ran {
    let (sender, receiver) = mpsc::channel();
    let read = |pipe: Option<Box<dyn Read + Send>>| -> JoinHandle<String> {
        let sender = sender.clone();
        let mut pipe = pipe.unwrap();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).unwrap();
            sender.send(()).unwrap();
            String::from_utf8(bytes).unwrap()
        })
    };
    let stdout = read(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let stderr = read(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    for _ in 0..2 {
        if receiver.recv_timeout(LIMIT).is_err() {
            child.kill().unwrap();
            let said = stderr.join().unwrap();
            panic!("a run hangs; it was killed after {LIMIT:?} and had said: {said}");
        }
    }
    let code = child.wait().unwrap().code().expect("ended by itself");
    Ran { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

/// A run of `check` and what it wrote.
pub(crate) struct Report {
    pub(crate) code: i32,
    pub(crate) json: Value,
    /// As it was written.
    pub(crate) text: String,
    pub(crate) stderr: String,
}

impl Report {
    pub(crate) fn of(ran: Ran) -> Self {
        let json = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", ran.stdout, ran.stderr));
        Self { code: ran.code, json, text: ran.stdout, stderr: ran.stderr }
    }

    /// The findings of a rule.
    pub(crate) fn findings(&self, rule: &str) -> Vec<&Value> {
        let findings = self.json["findings"].as_array().unwrap();
        findings.iter().filter(|finding| finding["rule"] == rule).collect()
    }

    /// The messages of all incidents.
    pub(crate) fn incidents(&self) -> Vec<&str> {
        let incidents = self.json["incidents"].as_array().unwrap();
        incidents.iter().map(|incident| incident["message"].as_str().unwrap()).collect()
    }

    /// Everything that was written, for the message of an assertion.
    pub(crate) fn all(&self) -> String {
        format!("exit {}\n{:#}\n{}", self.code, self.json, self.stderr)
    }

    /// Judged, and nothing to object to.
    #[track_caller]
    pub(crate) fn assert_passes(&self) {
        assert_eq!(self.code, 0, "{}", self.all());
        assert!(self.incidents().is_empty(), "{}", self.all());
    }

    /// Not judged, and the one reason says all of this.
    #[track_caller]
    pub(crate) fn assert_incomplete(&self, words: &[&str]) {
        assert_eq!(self.code, 3, "{}", self.all());
        let incidents = self.incidents();
        let said = incidents.iter().any(|text| words.iter().all(|word| text.contains(word)));
        assert!(said, "none of {incidents:#?} says {words:?}");
    }
}
