//! `weighstation init`: a policy and a manifest to start from.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::{Failure, Verdict};
use crate::base::Untrusted;

const POLICY: &str = include_str!("init/weighstation.yaml");
const MANIFEST: &str = include_str!("init/models.yaml");

/// Arguments of `init`.
#[derive(Args, Debug)]
pub(super) struct InitArguments {
    /// The folder to write into
    #[arg(long, value_name = "PATH", default_value = ".")]
    dir: PathBuf,
}

/// Writes what is not there yet. A file that exists is never touched.
pub(super) fn run(arguments: &InitArguments) -> Result<Verdict, Failure> {
    let mut out = anstream::stdout().lock();
    let mut written: usize = 0;
    for (name, text) in [("weighstation.yaml", POLICY), ("models.yaml", MANIFEST)] {
        let path = arguments.dir.join(name);
        let shown = path.display().to_string();
        let shown = Untrusted(shown.strip_prefix("./").unwrap_or(&shown));
        // A reader that closed its end has seen enough; the files are what matters.
        let _ = match write_new(&path, text) {
            Ok(()) => {
                written = written.saturating_add(1);
                writeln!(out, "wrote {shown}")
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                writeln!(out, "kept {shown}, which exists")
            }
            Err(error) => {
                return Err(Failure::new(format!("`{shown}` cannot be written: {error}")));
            }
        };
    }
    let next = if written == 0 {
        "Nothing to do. `weighstation check` judges the models."
    } else {
        "Next: name your models in models.yaml, look through the policy, then run\n\
         `weighstation check`. `weighstation policy show` explains the policy in force."
    };
    let _ = writeln!(out, "{next}");
    Ok(Verdict::Pass)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::manifest::Manifest;
    use crate::policy::PolicyLayers;

    #[test]
    fn the_starters_are_read_as_they_are_and_with_every_comment_taken_off() {
        let rules: Vec<&str> = crate::rules::RULES.iter().map(|rule| rule.meta().id).collect();
        // Settings that stand as comments must be right too: a `# key:` line is one.
        let is_setting = |line: &str| {
            let content = line.trim_start().trim_start_matches("- ");
            line.starts_with("  ")
                || content.split_once(':').is_some_and(|(key, _)| {
                    !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                })
        };
        let uncommented = |text: &str| -> String {
            let lines = text.lines().map(|line| {
                let indent = line.len() - line.trim_start().len();
                match line.trim_start().strip_prefix("# ") {
                    Some(rest) if is_setting(rest) || rest.starts_with("- ") => {
                        format!("{}{rest}\n", &line[..indent])
                    }
                    _ => format!("{line}\n"),
                }
            });
            lines.collect()
        };
        for text in [POLICY.to_owned(), uncommented(POLICY)] {
            let document = Document::from_bytes("weighstation.yaml", text.as_bytes()).unwrap();
            let layers =
                PolicyLayers::read("weighstation.yaml", document, &rules, &|_| unreachable!());
            let layers = layers.unwrap_or_else(|problems| {
                panic!("{}", crate::document::render_problems(&problems, false))
            });
            assert_eq!(layers.profiles().count(), usize::from(text != POLICY));
        }
        for text in [MANIFEST.to_owned(), uncommented(MANIFEST)] {
            let document = Document::from_bytes("models.yaml", text.as_bytes()).unwrap();
            let manifest = Manifest::parse(document);
            let manifest = manifest.unwrap_or_else(|problems| {
                panic!("{}", crate::document::render_problems(&problems, false))
            });
            assert_eq!(manifest.entries.len(), if text == MANIFEST { 1 } else { 3 });
        }
    }

    #[test]
    fn a_file_that_exists_is_never_touched() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("models.yaml"), "mine").unwrap();
        let arguments = InitArguments { dir: folder.path().to_owned() };
        let verdict = run(&arguments);
        assert!(verdict.is_ok(), "what is missing is written all the same");
        assert_eq!(std::fs::read_to_string(folder.path().join("models.yaml")).unwrap(), "mine");
        assert_eq!(
            std::fs::read_to_string(folder.path().join("weighstation.yaml")).unwrap(),
            POLICY
        );
    }
}
