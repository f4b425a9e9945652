//! A machine as jobs find it: a project in a folder, an empty home, and on the `PATH` weighstation
//! and what every Linux has.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::pipelines::project;
use crate::pipelines::tools::tools;

/// A folder with a project, and what a job in it may use.
pub(crate) struct Machine {
    root: tempfile::TempDir,
    tools: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a script left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    /// Both streams.
    pub(crate) log: String,
}

/// `docker run` of our image, as far as the examples use it: the folder that it mounts is where the
/// command runs, and weighstation is the image's entry point.
const DOCKER: &str = r#"
[ "$1 $2" = "run --rm" ] || { echo "docker $*" >&2; exit 125; }
shift 2
while [ "${1#ghcr.io/weighstation/weighstation:}" = "$1" ]; do
    if [ "$1" = --volume ]; then [ "${2##*:}" = /models ] && cd "${2%:*}" || exit 125; fi
    shift 2
done
shift
exec weighstation "$@"
"#;

impl Machine {
    /// The example of the README: one good model and four bad ones.
    pub(crate) fn quickstart() -> Self {
        Self::new(project::quickstart)
    }

    /// The good model alone.
    pub(crate) fn good() -> Self {
        Self::new(project::good)
    }

    /// The good model alone, with a lock.
    pub(crate) fn good_and_locked() -> Self {
        Self::new(project::good_and_locked)
    }

    fn new(project: fn(&Path)) -> Self {
        let root = tempfile::Builder::new().prefix("a machine ").tempdir().unwrap();
        project(&root.path().join("project"));
        std::fs::create_dir(root.path().join("home")).unwrap();
        let tools = tools(&["cp", "id", "ls", "sh"], &[("docker", DOCKER)]);
        symlink(env!("CARGO_BIN_EXE_weighstation"), tools.path().join("weighstation")).unwrap();
        Self { root, tools, environment: Vec::new() }
    }

    /// Sets a variable of the job.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// A path of the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join("project").join(path)
    }

    /// Runs a script as `shell` would, such as `["bash", "-e", "-c"]`.
    pub(crate) fn run(&self, shell: &[&str], script: &str) -> Ran {
        let output = Command::new("bash")
            .args(["-c", r#"exec "$@" 2>&1"#, "bash"])
            .args(shell)
            .arg(script)
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", self.tools.path())
            .env("HOME", self.root.path().join("home"))
            .env("HF_HUB_OFFLINE", "1")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Ran {
            code: output.status.code().expect("ended by itself"),
            log: String::from_utf8(output.stdout).unwrap(),
        }
    }

    /// Whether there is a file with something in it.
    pub(crate) fn holds(&self, path: &str) -> bool {
        std::fs::metadata(self.path(path)).is_ok_and(|file| file.is_file() && file.len() > 0)
    }
}
