//! A runner of composite actions: reads `action.yml`, evaluates its expressions, runs its scripts as
//! GitHub's runner does, and collects what they leave behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use crate::pipelines::expression::{Contexts, evaluated, expanded, holds};
use crate::pipelines::project;
use crate::pipelines::releases::Releases;

/// A runner with a checked-out repository, ready to run the action once.
pub(crate) struct Runner {
    root: tempfile::TempDir,
    releases: Releases,
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    pub(crate) github: Value,
}

/// What the action did.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    /// Whether the step that uses the action is green.
    pub(crate) passed: bool,
    /// Exit codes of the scripts, by the ids of their steps.
    pub(crate) codes: BTreeMap<String, i32>,
    /// Both streams of all scripts: the log that a reader sees.
    pub(crate) log: String,
    /// The action's outputs.
    pub(crate) outputs: BTreeMap<String, String>,
    /// What the scripts appended to the step summary.
    pub(crate) summary: String,
    /// Other actions that were used, with what they were given.
    pub(crate) used: Vec<(String, BTreeMap<String, String>)>,
}

impl Runner {
    /// Linux on x86-64, a push to the default branch, an empty workspace, version 1.2.3 released.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("a runner ").tempdir().unwrap();
        for folder in ["workspace", "temp", "home", "action/support"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in ["action.yml", "support/install.sh", "support/run.sh"] {
            fs::copy(repository.join(file), root.path().join("action").join(file)).unwrap();
        }
        let releases = Releases::new();
        let runner = Self {
            environment: [
                ("PATH", "/usr/bin:/bin"),
                ("HOME", root.path().join("home").to_str().unwrap()),
                ("RUNNER_OS", "Linux"),
                ("RUNNER_ARCH", "X64"),
                ("RUNNER_TEMP", root.path().join("temp").to_str().unwrap()),
                ("GITHUB_ACTIONS", "true"),
                ("CI", "true"),
                ("GITHUB_WORKSPACE", root.path().join("workspace").to_str().unwrap()),
                ("GITHUB_ACTION_PATH", root.path().join("action").to_str().unwrap()),
                ("WEIGHSTATION_RELEASES", releases.address()),
                ("HF_HUB_OFFLINE", "1"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            root,
            releases,
            inputs: BTreeMap::new(),
            github: json!({
                "event_name": "push",
                "ref_name": "main",
                "repository": "acme/shop",
                "run_id": "7",
                "run_attempt": "1",
                "event": { "repository": { "default_branch": "main" } },
            }),
        };
        let line = runner.releases.offer("1.2.3", "x86_64-unknown-linux-musl", "weighstation");
        runner.versions(&["# Versions.", &line])
    }

    /// Where a file of the repository is.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join("workspace").join(path)
    }

    /// Everything that the runner owns.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn releases(&self) -> &Releases {
        &self.releases
    }

    /// The lines of `support/versions`.
    pub(crate) fn versions(self, lines: &[&str]) -> Self {
        fs::write(self.root.path().join("action/support/versions"), lines.join("\n") + "\n")
            .unwrap();
        self
    }

    /// Checks a file out.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Checks the example of the README out into a folder.
    pub(crate) fn quickstart(self, folder: &str) -> Self {
        project::quickstart(&self.path(folder));
        self
    }

    /// The same with its good model only, and a lock.
    pub(crate) fn good_and_locked(self) -> Self {
        project::good_and_locked(&self.path(""));
        self
    }

    /// What stands behind `with:`.
    pub(crate) fn with(mut self, input: &str, value: &str) -> Self {
        self.inputs.insert(input.to_owned(), value.to_owned());
        self
    }

    /// The job's environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A pull request whose head is in this repository; `None` if that has been deleted.
    pub(crate) fn pull_request_from(mut self, repository: Option<&str>) -> Self {
        let repo = repository.map(|name| json!({ "full_name": name }));
        self.github["event_name"] = json!("pull_request");
        self.github["ref_name"] = json!("7/merge");
        self.github["event"]["pull_request"] = json!({ "head": { "repo": repo } });
        self
    }

    /// Runs the action.
    pub(crate) fn run(&self) -> Ran {
        self.action(&self.inputs)
    }

    /// Runs the action with these inputs, as a step of a job that may have others.
    pub(crate) fn action(&self, inputs: &BTreeMap<String, String>) -> Ran {
        let text = fs::read_to_string(self.root.path().join("action/action.yml")).unwrap();
        let action: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(action["runs"]["using"], "composite");
        let mut contexts = Contexts {
            values: json!({
                "inputs": given(inputs, &action["inputs"]),
                "env": self.environment,
                "github": self.github,
                "runner": {
                    "os": self.environment["RUNNER_OS"],
                    "temp": self.environment["RUNNER_TEMP"],
                },
                "steps": {},
            }),
            failed: false,
        };
        let mut ran = Ran::default();
        for step in action["runs"]["steps"].as_array().unwrap() {
            self.step(step.as_object().unwrap(), &mut contexts, &mut ran);
        }
        ran.passed = !contexts.failed;
        for (name, output) in action["outputs"].as_object().unwrap() {
            let value = expanded(output["value"].as_str().unwrap(), &contexts);
            ran.outputs.insert(name.clone(), value);
        }
        ran.log = self.scrubbed(&ran.log);
        ran.summary = self.scrubbed(&ran.summary);
        for value in ran.outputs.values_mut() {
            *value = self.scrubbed(value);
        }
        ran
    }

    fn step(&self, step: &Map<String, Value>, contexts: &mut Contexts, ran: &mut Ran) {
        for key in step.keys() {
            let known = ["name", "id", "if", "shell", "env", "run", "uses", "with"];
            assert!(known.contains(&key.as_str()), "the key `{key}` of a step");
        }
        let text = |key: &str| step.get(key).and_then(Value::as_str);
        let condition = text("if").unwrap_or("${{ success() }}").trim();
        let condition = condition.strip_prefix("${{").and_then(|it| it.strip_suffix("}}"));
        let runs = holds(&evaluated(condition.expect("`${{ … }}`"), contexts));
        let id = text("id").unwrap_or_default();
        let mut outputs = Map::new();
        if runs && let Some(used) = text("uses") {
            ran.used.push((used.to_owned(), texts(step.get("with"), contexts)));
        } else if runs {
            let script = text("run").unwrap();
            assert!(!script.contains("${{"), "an expression in a script: {script}");
            assert_eq!(text("shell"), Some("bash"));
            let code = self.script(script, texts(step.get("env"), contexts), &mut outputs, ran);
            ran.codes.insert(id.to_owned(), code);
            contexts.failed |= code != 0;
        }
        if !id.is_empty() {
            contexts.values["steps"][id] = json!({ "outputs": outputs });
        }
    }

    /// Runs a script of a step and returns its exit code.
    pub(crate) fn script(
        &self,
        script: &str,
        environment: BTreeMap<String, String>,
        outputs: &mut Map<String, Value>,
        ran: &mut Ran,
    ) -> i32 {
        let commands = tempfile::tempdir_in(self.root.path()).unwrap();
        let file = |name: &str| commands.path().join(name);
        fs::write(file("script.sh"), script).unwrap();
        fs::write(file("output"), "").unwrap();
        fs::write(file("summary"), "").unwrap();
        // `2>&1` as the runner's log has both.
        let output = Command::new("bash")
            .args(["-c", r#"exec "$@" 2>&1"#, "bash"])
            .args(["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"])
            .arg(file("script.sh"))
            .current_dir(self.path(""))
            .env_clear()
            .envs(&self.environment)
            .envs(environment)
            .env("GITHUB_OUTPUT", file("output"))
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        ran.log += std::str::from_utf8(&output.stdout).unwrap();
        ran.summary += &fs::read_to_string(file("summary")).unwrap();
        for line in fs::read_to_string(file("output")).unwrap().lines() {
            let (name, value) = line.split_once('=').expect("`name=value`");
            // Twice would mean that a text has got in as a line.
            let before = outputs.insert(name.to_owned(), Value::String(value.to_owned()));
            assert_eq!(before, None, "{name}");
        }
        output.status.code().expect("ended by itself")
    }

    /// Without what differs between machines and runs.
    fn scrubbed(&self, text: &str) -> String {
        let root = fs::canonicalize(self.root.path()).unwrap();
        text.replace(root.to_str().unwrap(), "@@RUNNER@@")
            .replace(self.root.path().to_str().unwrap(), "@@RUNNER@@")
            .replace(self.releases.address(), "@@RELEASES@@")
    }
}

impl Ran {
    /// What GitHub shows at lines of the pull request.
    pub(crate) fn annotations(&self) -> Vec<&str> {
        self.log.lines().filter(|line| line.trim_start().starts_with("::")).collect()
    }

    /// Everything that was left behind, for a snapshot.
    pub(crate) fn told(&self) -> String {
        let mut told = format!("{}\n\n", if self.passed { "green" } else { "red" });
        for (name, value) in &self.outputs {
            told += &format!("{name}={value}\n");
        }
        for (action, given) in &self.used {
            told += &format!("\nuses {} {given:?}\n", action.split('@').next().unwrap());
        }
        let summary = indented(&self.summary);
        format!("{told}\nlog\n\n{}\nsummary\n\n{summary}", indented(&self.log))
    }
}

fn given(inputs: &BTreeMap<String, String>, declared: &Value) -> Map<String, Value> {
    let declared = declared.as_object().unwrap();
    for name in inputs.keys() {
        assert!(declared.contains_key(name), "no input `{name}`");
    }
    let value = |(name, input): (&String, &Value)| {
        let default = || input["default"].as_str().unwrap_or_default().to_owned();
        let value = inputs.get(name).cloned().unwrap_or_else(default);
        (name.clone(), Value::String(value))
    };
    declared.iter().map(value).collect()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}

/// The texts of a mapping, with their expressions evaluated.
pub(crate) fn texts(mapping: Option<&Value>, contexts: &Contexts) -> BTreeMap<String, String> {
    let entries = mapping.and_then(Value::as_object).into_iter().flatten();
    entries.map(|(name, text)| (name.clone(), expanded(&scalar(text), contexts))).collect()
}

/// A text, a number or a word as YAML writes it.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => panic!("{value} where a text belongs"),
    }
}
