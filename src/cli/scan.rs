//! `weighstation scan`: files and folders, without a manifest.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::arguments::JudgeArguments;
use super::exit::{Failure, Verdict};
use super::judging::judge_and_write;
use super::{discovery, documents, inputs};
use crate::gate::{Request, Subject};

/// Arguments of `scan`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// A policy file or the name of a preset; nothing is taken from a scanned folder
    #[arg(long, value_name = "POLICY", env = "WEIGHSTATION_POLICY", default_value = "baseline")]
    policy: String,

    #[command(flatten)]
    judge: JudgeArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let Arguments { paths, policy, judge } = arguments;
    for path in &paths {
        let is_hub = crate::source::is_hub(&path.to_string_lossy());
        if !is_hub && let Err(error) = fs::symlink_metadata(path) {
            let shown = documents::shown(path);
            return Err(Failure::new(format!("`{shown}` cannot be scanned: {error}")));
        }
    }
    let layers = discovery::load(&discovery::policy_of(Some(&policy), None)?)?;
    let in_force = discovery::in_force(&layers, judge.profile.as_deref(), judge.fail_on)?;
    let names = names(&paths);
    let subject = |(path, name): (&PathBuf, String)| {
        Subject::of_path(name, documents::shown(path), path.clone(), Arc::clone(&in_force))
    };
    let subjects: Vec<Subject> = paths.iter().zip(names).map(subject).collect();
    let request = Request {
        inputs: inputs::of(None, &layers, None, &judge),
        ..Request::new(subjects, in_force, layers.title().to_owned())
    };
    judge_and_write(request, layers.documents().cloned().collect(), &judge, "scan")
}

/// What each path is called in reports: its last part, or all of it where several would have the
/// same.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let short: Vec<String> = paths.iter().map(|path| short_name(path)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for name in &short {
        let count = uses.entry(name).or_default();
        *count = count.saturating_add(1);
    }
    let several = |name: &String| uses.get(name.as_str()).is_some_and(|count| *count > 1);
    let pairs = short.iter().zip(paths);
    pairs
        .map(|(name, path)| if several(name) { documents::shown(path) } else { name.clone() })
        .collect()
}

fn short_name(path: &Path) -> String {
    let text = path.to_string_lossy();
    if crate::source::is_hub(&text) {
        return text.trim_start_matches("hf://").to_owned();
    }
    let named = if path.file_name().is_some() {
        path.to_owned()
    } else {
        fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
    };
    let Some(name) = named.file_name() else { return documents::shown(path) };
    let name = name.to_string_lossy();
    // A repository's folder in a cache has the repository's name, with `--` for the `/`.
    match name.strip_prefix("models--") {
        Some(repository) => repository.replacen("--", "/", 1),
        None => name.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_called_by_their_last_part_unless_two_share_it() {
        let paths = ["a/model.bin", "b/model.bin", "c/other.bin", "hub/models--acme--tiny"];
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        assert_eq!(names(&paths), ["a/model.bin", "b/model.bin", "other.bin", "acme/tiny"]);
    }
}
