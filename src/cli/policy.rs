//! `weighstation policy`: which policy applies, whether it is right, and its JSON Schema.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};

use crate::base::{Document, MAXIMUM_DOCUMENT_BYTES, Problem, Untrusted, closest, render_problems};
use crate::manifest::{Manifest, manifest_schema};
use crate::policy::{PolicyLayers, is_preset_name, policy_schema};

/// Where a policy is looked for in a folder, in this order.
const PLACES: [&str; 4] = [
    ".github/weighstation.yaml",
    ".github/weighstation.yml",
    "weighstation.yaml",
    "weighstation.yml",
];

/// Arguments of `policy`.
#[derive(Args, Debug)]
pub(super) struct PolicyArguments {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Print the policy in force, with the origin of every value
    Show(ShowArguments),
    /// Check a policy without judging any model
    Check(CheckArguments),
    /// Print the JSON Schema of policies or manifests, for editors
    Schema(SchemaArguments),
}

#[derive(Args, Debug)]
struct ShowArguments {
    /// A policy file or the name of a preset; unless given, the one of this folder
    #[arg(long, value_name = "POLICY", env = "WEIGHSTATION_POLICY")]
    policy: Option<String>,

    /// The policy for the manifest entries with this profile
    #[arg(long, value_name = "NAME", conflicts_with = "model")]
    profile: Option<String>,

    /// The policy for this model of the manifest
    #[arg(long, value_name = "NAME")]
    model: Option<String>,

    /// The manifest that `--model` is looked up in
    #[arg(long, value_name = "PATH", default_value = "models.yaml")]
    manifest: PathBuf,
}

#[derive(Args, Debug)]
struct CheckArguments {
    /// A policy file or the name of a preset; unless given, the one of this folder
    #[arg(value_name = "POLICY", env = "WEIGHSTATION_POLICY")]
    policy: Option<String>,
}

#[derive(Args, Debug)]
struct SchemaArguments {
    /// Of what
    #[arg(value_enum, default_value_t = SchemaOf::Policy)]
    of: SchemaOf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SchemaOf {
    /// `weighstation.yaml`
    Policy,
    /// `models.yaml`
    Manifest,
}

/// Why there is no policy to go by, or none that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum PolicyFailure {
    /// Either of two could be meant.
    #[error("several policies: {}", .0.join(" and "))]
    Several(Vec<String>),
    /// None was named and none lies where one is looked for.
    #[error("no policy was found")]
    Missing,
    /// A file that can't be read.
    #[error("cannot read `{path}`: {error}")]
    Unreadable {
        /// The path as shown.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// It can be read and is wrong.
    #[error("{} in the policy or manifest", counted(.0.len()))]
    Wrong(Vec<Problem>),
    /// The manifest has no such model.
    #[error("the manifest names no model `{name}`")]
    UnknownModel {
        /// The name as asked for.
        name: String,
        /// The closest of those that it names.
        suggestion: Option<String>,
    },
}

impl PolicyFailure {
    /// The way out, if it is not part of the problems themselves.
    pub(super) fn help(&self) -> Option<String> {
        match self {
            Self::Several(_) => Some("keep one of them, or name it with `--policy`".to_owned()),
            Self::Missing => Some(
                "`weighstation init` writes one; `--policy` names one that lies elsewhere, or a preset such as `baseline`"
                    .to_owned(),
            ),
            Self::Unreadable { error, .. } if error.kind() == io::ErrorKind::NotFound => {
                Some("`weighstation init` writes one to start from".to_owned())
            }
            Self::UnknownModel { suggestion: Some(suggestion), .. } => {
                Some(format!("did you mean `{suggestion}`?"))
            }
            Self::Unreadable { .. } | Self::Wrong(_) | Self::UnknownModel { .. } => None,
        }
    }

    /// Writes the problems with their lines, then the failure itself, to standard error.
    pub(super) fn report(&self) -> ExitCode {
        let mut err = anstream::stderr().lock();
        // Nobody is left to tell when standard error is closed.
        if let Self::Wrong(problems) = self {
            let _ = write!(err, "{}", render_problems(problems, true));
        }
        let red = anstyle::AnsiColor::Red.on_default().bold();
        let _ = writeln!(err, "{red}error{red:#}: {self}");
        if let Some(help) = self.help() {
            let _ = writeln!(err, "  help: {help}");
        }
        ExitCode::from(2)
    }
}

fn counted(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

/// A policy that was named or found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PolicyChoice {
    /// A policy file.
    File(PathBuf),
    /// A preset by name.
    Preset(String),
}

/// The policy to go by: the one that is named (a preset if the name has neither a `/` nor a YAML
/// suffix), else the one that lies in the first of `folders` that has any.
///
/// `None` when none was named and none lies there.
///
/// # Errors
/// Two in one folder, because either could be meant.
pub(super) fn locate(
    named: Option<&str>,
    folders: &[&Path],
) -> Result<Option<PolicyChoice>, PolicyFailure> {
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        return Ok(Some(if is_preset_name(named) {
            PolicyChoice::Preset(named.to_owned())
        } else {
            PolicyChoice::File(PathBuf::from(named))
        }));
    }
    for folder in folders {
        let paths = PLACES.iter().map(|place| folder.join(place));
        let mut found: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
        if found.len() > 1 {
            let names = found.iter().map(|path| format!("`{}`", shown(path)));
            return Err(PolicyFailure::Several(names.collect()));
        }
        if let Some(path) = found.pop() {
            return Ok(Some(PolicyChoice::File(path)));
        }
    }
    Ok(None)
}

/// Reads the policy of a choice, with all that it extends. `rules` are the ids of all rules.
///
/// # Errors
/// A file that can't be read, and everything that is wrong in any of the files.
pub(super) fn load(choice: &PolicyChoice, rules: &[&str]) -> Result<PolicyLayers, PolicyFailure> {
    let layers = match choice {
        PolicyChoice::Preset(name) => PolicyLayers::preset(name, rules),
        PolicyChoice::File(path) => {
            let document = read_document(path)?;
            let extended = |path: &str| read_bytes(Path::new(path));
            PolicyLayers::read(&slashes(path), document, rules, &extended)
        }
    };
    layers.map_err(PolicyFailure::Wrong)
}

/// Reads a policy or manifest.
///
/// # Errors
/// It can't be read, is no UTF-8 or too long.
pub(super) fn read_document(path: &Path) -> Result<Arc<Document>, PolicyFailure> {
    let path_shown = shown(path);
    match read_bytes(path) {
        Ok(bytes) => Document::from_bytes(path_shown, &bytes)
            .map_err(|problem| PolicyFailure::Wrong(vec![problem])),
        Err(error) => Err(PolicyFailure::Unreadable { path: path_shown, error }),
    }
}

/// The bytes of a file, of which no more are read than a document may have and one.
fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let most = u64::try_from(MAXIMUM_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path with `/` between its parts.
fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// A path as shown: relative to the working directory where it lies below it.
fn shown(path: &Path) -> String {
    let current = std::env::current_dir().ok();
    let below = current.and_then(|current| path.strip_prefix(current).ok().map(Path::to_owned));
    let path = below.as_deref().filter(|below| !below.as_os_str().is_empty()).unwrap_or(path);
    let text = slashes(path);
    let text = text.strip_prefix("./").filter(|rest| !rest.is_empty()).unwrap_or(&text);
    Untrusted(text).to_string()
}

/// Runs the command. `rules` are the ids and summaries of all rules.
pub(super) fn run(arguments: &PolicyArguments, rules: &[(&str, &str)]) -> ExitCode {
    let ids: Vec<&str> = rules.iter().map(|(id, _)| *id).collect();
    let text = match &arguments.command {
        PolicyCommand::Show(arguments) => show(arguments, &ids),
        PolicyCommand::Check(arguments) => check(arguments, &ids),
        PolicyCommand::Schema(arguments) => Ok(schema_text(arguments.of, rules)),
    };
    match text {
        Ok(text) => {
            // A reader that closed its end has seen enough.
            let _ = anstream::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(failure) => failure.report(),
    }
}

fn named_or_found(
    named: Option<&str>,
    beside: Option<&Path>,
) -> Result<PolicyChoice, PolicyFailure> {
    let here = Path::new("");
    let folders = [beside.unwrap_or(here), here];
    locate(named, &folders)?.ok_or(PolicyFailure::Missing)
}

fn show(arguments: &ShowArguments, rules: &[&str]) -> Result<String, PolicyFailure> {
    let beside = arguments.model.as_ref().and_then(|_| arguments.manifest.parent());
    let choice = named_or_found(arguments.policy.as_deref(), beside)?;
    let layers = load(&choice, rules)?;
    let mut profile = arguments.profile.clone();
    if let Some(name) = &arguments.model {
        let manifest =
            Manifest::parse(read_document(&arguments.manifest)?).map_err(PolicyFailure::Wrong)?;
        let Some(entry) = manifest.entries.iter().find(|entry| entry.name == *name) else {
            let names = manifest.entries.iter().map(|entry| entry.name.as_str());
            let suggestion = closest(name, names).map(str::to_owned);
            return Err(PolicyFailure::UnknownModel { name: name.clone(), suggestion });
        };
        if let (Some(profile), Some(place)) = (&entry.profile, &entry.profile_place) {
            layers
                .for_profile(profile, place)
                .map_err(|problem| PolicyFailure::Wrong(vec![problem]))?;
        }
        profile.clone_from(&entry.profile);
    }
    layers.show(profile.as_deref()).ok_or_else(|| {
        // The name came from the command line, which has no line to point at.
        let name = profile.unwrap_or_default();
        let place =
            Arc::new(Document { path: "--profile".to_owned(), text: String::new() }).whole();
        PolicyFailure::Wrong(layers.for_profile(&name, &place).err().into_iter().collect())
    })
}

fn check(arguments: &CheckArguments, rules: &[&str]) -> Result<String, PolicyFailure> {
    let choice = named_or_found(arguments.policy.as_deref(), None)?;
    let layers = load(&choice, rules)?;
    let profiles: Vec<String> = layers.profiles().map(|name| Untrusted(name).to_string()).collect();
    let waivers = layers.effective(None).map_or(0, |policy| policy.waivers.len());
    let mut text = format!("{} is right", layers.title());
    if !profiles.is_empty() {
        text.push_str(&format!("; profiles: {}", profiles.join(", ")));
    }
    if waivers > 0 {
        text.push_str(&format!("; waivers: {waivers}"));
    }
    text.push('\n');
    Ok(text)
}

fn schema_text(of: SchemaOf, rules: &[(&str, &str)]) -> String {
    let schema = match of {
        SchemaOf::Policy => policy_schema(rules),
        SchemaOf::Manifest => manifest_schema(),
    };
    format!("{schema:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_preset_and_a_path_is_a_file() {
        let locate = |named| locate(Some(named), &[]).unwrap().unwrap();
        assert_eq!(locate("baseline"), PolicyChoice::Preset("baseline".to_owned()));
        for path in ["./baseline", "p.yaml", "p.yml", "a/b"] {
            assert_eq!(locate(path), PolicyChoice::File(PathBuf::from(path)));
        }
    }

    #[test]
    fn the_first_folder_that_has_a_policy_counts_and_two_in_one_are_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let folders = [folder.path(), other.path()];
        assert_eq!(locate(None, &folders).unwrap(), None);
        assert_eq!(locate(Some(""), &folders).unwrap(), None);
        let there = other.path().join("weighstation.yml");
        std::fs::write(&there, "{}").unwrap();
        assert_eq!(locate(None, &folders).unwrap(), Some(PolicyChoice::File(there)));
        std::fs::create_dir(folder.path().join(".github")).unwrap();
        let first = folder.path().join(".github/weighstation.yaml");
        std::fs::write(&first, "{}").unwrap();
        assert_eq!(locate(None, &folders).unwrap(), Some(PolicyChoice::File(first)));
        std::fs::write(folder.path().join("weighstation.yaml"), "{}").unwrap();
        assert!(matches!(locate(None, &folders), Err(PolicyFailure::Several(_))));
    }

    #[test]
    fn extended_files_are_read_from_beside_the_policy() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.yaml"), "extends: [./sub/b.yaml]\n").unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(folder.path().join("sub/b.yaml"), "fail_on: low\n").unwrap();
        let layers = load(&PolicyChoice::File(folder.path().join("a.yaml")), &[]).unwrap();
        assert_eq!(layers.effective(None).unwrap().fail_on, crate::base::Severity::Low);
        assert_eq!(layers.documents().count(), 2);
        std::fs::remove_file(folder.path().join("sub/b.yaml")).unwrap();
        assert!(matches!(
            load(&PolicyChoice::File(folder.path().join("a.yaml")), &[]),
            Err(PolicyFailure::Wrong(problems)) if problems.len() == 1
        ));
        let missing = load(&PolicyChoice::File(folder.path().join("none.yaml")), &[]).unwrap_err();
        assert!(missing.help().unwrap().contains("weighstation init"));
    }
}
