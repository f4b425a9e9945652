//! `weighstation check`: the gate.

use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::JudgeArguments;
use super::exit::{Failure, Verdict};
use super::{discovery, documents, outputs, pipeline, shim};
use crate::base::closest;

/// Arguments of `check`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The manifest
    #[arg(long, value_name = "PATH", default_value = "models.yaml")]
    manifest: PathBuf,

    /// The policy; unless given, `weighstation.yaml` or `.github/weighstation.yaml` beside the
    /// manifest, else in the working directory
    #[arg(long, value_name = "PATH", env = "WEIGHSTATION_POLICY")]
    policy: Option<PathBuf>,

    /// Judge only this model; may be given several times
    #[arg(long = "model", value_name = "NAME")]
    models: Vec<String>,

    #[command(flatten)]
    judge: JudgeArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let Arguments { manifest: path, policy, models, judge } = arguments;
    let missing = "`weighstation init` writes one; `weighstation scan PATH…` needs none";
    let manifest = documents::read(&path, "manifest", missing)?;
    let mut entries = shim::parse_manifest(&manifest)?;
    select(&mut entries, &models)?;
    let policy = match policy {
        Some(policy) => policy,
        None => discovery::policy_of(&path)?,
    };
    let policies = shim::Policies::read(&policy)?;
    let base = path.parent().unwrap_or(Path::new(""));
    let mut subjects = Vec::with_capacity(entries.len());
    for entry in entries {
        let profile = entry.profile.as_deref().or(judge.profile.as_deref());
        let policy = policies.in_force(profile, judge.fail_on)?;
        subjects.push(pipeline::Subject::of_entry(entry, base, policy));
    }
    let request = pipeline::Request {
        subjects,
        manifest: Some(manifest),
        policy: policies.in_force(judge.profile.as_deref(), judge.fail_on)?,
        policy_name: policies.shown(),
        policy_documents: policies.documents(),
        sha256: judge.sha256,
        jobs: judge.jobs,
        progress: !judge.quiet,
    };
    outputs::write(pipeline::run(request), &judge, "check")
}

/// Keeps the models that were asked for.
fn select(entries: &mut Vec<crate::manifest::Entry>, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    for name in names {
        if !entries.iter().any(|entry| entry.name == *name) {
            let known = entries.iter().map(|entry| entry.name.as_str());
            let help = match closest(name, known) {
                Some(known) => format!("did you mean `{known}`?"),
                None => {
                    let known: Vec<&str> =
                        entries.iter().map(|entry| entry.name.as_str()).collect();
                    format!("it names {}", known.join(", "))
                }
            };
            let failure = Failure::new(format!("the manifest names no model `{name}`"));
            return Err(failure.help(help));
        }
    }
    entries.retain(|entry| names.contains(&entry.name));
    Ok(())
}
