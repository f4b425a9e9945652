//! Which policy applies, and what it says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::documents;
use super::exit::Failure;
use crate::base::{Severity, closest};
use crate::document::{Document, Problem};
use crate::policy::{Policy, PolicyLayers, is_preset_name};
use crate::rules::RULES;

/// Where a policy is looked for in a folder, in this order.
const PLACES: [&str; 4] = [
    ".github/weighstation.yaml",
    ".github/weighstation.yml",
    "weighstation.yaml",
    "weighstation.yml",
];

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
) -> Result<Option<PolicyChoice>, Failure> {
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
            let names: Vec<String> =
                found.iter().map(|path| format!("`{}`", documents::shown(path))).collect();
            return Err(Failure::new(format!("several policies: {}", names.join(" and ")))
                .help("keep one of them, or name it with `--policy`"));
        }
        if let Some(path) = found.pop() {
            return Ok(Some(PolicyChoice::File(path)));
        }
    }
    Ok(None)
}

/// The policy that is named, else the project's own: beside the manifest, else in the working
/// directory.
///
/// # Errors
/// None, because a gate without a policy would pass everything that its author did not think of.
pub(super) fn policy_of(
    named: Option<&str>,
    manifest: Option<&Path>,
) -> Result<PolicyChoice, Failure> {
    let here = Path::new("");
    let beside = manifest.and_then(Path::parent).unwrap_or(here);
    locate(named, &[beside, here])?.ok_or_else(|| {
        Failure::new("no policy was found").help(
            "`weighstation init` writes one; `--policy` names one that lies elsewhere, or a \
             preset such as `baseline`",
        )
    })
}

/// Reads the policy of a choice, with all that it extends.
///
/// # Errors
/// A file that can't be read, and everything that is wrong in any of the files.
pub(super) fn load(choice: &PolicyChoice) -> Result<PolicyLayers, Failure> {
    let layers = match choice {
        PolicyChoice::Preset(name) => {
            let rules: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
            PolicyLayers::preset(name, &rules)
        }
        PolicyChoice::File(path) => layers_of(path, documents::read(path, "policy")?),
    };
    layers.map_err(Failure::of_problems)
}

/// Reads the policy that `document` holds, with all that it extends; `path` is where it lies.
///
/// # Errors
/// Everything that is wrong in any of the files.
pub(super) fn layers_of(
    path: &Path,
    document: Arc<Document>,
) -> Result<PolicyLayers, Vec<Problem>> {
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
    let extended = |path: &str| documents::read_bytes(Path::new(path));
    PolicyLayers::read(&documents::slashes(path), document, &rules, &extended)
}

/// The policy in force for a profile that the command line names, or for none.
///
/// # Errors
/// An unknown profile.
pub(super) fn in_force(
    layers: &PolicyLayers,
    profile: Option<&str>,
    fail_on: Option<Severity>,
) -> Result<Arc<Policy>, Failure> {
    let Some(mut policy) = layers.effective(profile) else {
        let profile = profile.unwrap_or_default();
        let failure = Failure::new(format!("the policy has no profile `{profile}`"));
        return Err(match closest(profile, layers.profiles()) {
            Some(known) => failure.help(format!("did you mean `{known}`?")),
            None => failure.help("name it under `profiles:`"),
        });
    };
    if let Some(fail_on) = fail_on {
        policy.fail_on = fail_on;
    }
    Ok(Arc::new(policy))
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
        let several = locate(None, &folders).unwrap_err().to_string();
        assert!(several.starts_with("several policies: "), "{several}");
    }

    #[test]
    fn extended_files_are_read_from_beside_the_policy() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.yaml"), "extends: [./sub/b.yaml]\n").unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(folder.path().join("sub/b.yaml"), "fail_on: low\n").unwrap();
        let layers = load(&PolicyChoice::File(folder.path().join("a.yaml"))).unwrap();
        assert_eq!(layers.effective(None).unwrap().fail_on, Severity::Low);
        assert_eq!(layers.documents().count(), 2);
        std::fs::remove_file(folder.path().join("sub/b.yaml")).unwrap();
        let broken = load(&PolicyChoice::File(folder.path().join("a.yaml"))).unwrap_err();
        assert!(broken.to_string().contains("1 problem"), "{broken}");
        let missing = load(&PolicyChoice::File(folder.path().join("none.yaml"))).unwrap_err();
        assert!(missing.to_string().contains("cannot be read"), "{missing}");
    }
}
