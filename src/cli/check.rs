//! `weighstation check`: the gate.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::arguments::JudgeArguments;
use super::exit::{Failure, Verdict};
use super::judging::judge_and_write;
use super::locked::LockArguments;
use super::{discovery, documents, inputs, project};
use crate::base::closest;
use crate::finding::{Incident, Shard};
use crate::gate::{Request, Subject};
use crate::manifest::{Entry, Unjudged};
use crate::policy::Policy;

/// Arguments of `check`.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The manifest
    #[arg(long, value_name = "PATH", default_value = "models.yaml")]
    manifest: PathBuf,

    /// A policy file or the name of a preset; unless given, `weighstation.yaml` or
    /// `.github/weighstation.yaml` beside the manifest, else in the working directory
    #[arg(long, value_name = "POLICY", env = "WEIGHSTATION_POLICY")]
    policy: Option<String>,

    /// Judge only this model; may be given several times
    #[arg(long = "model", value_name = "NAME")]
    models: Vec<String>,

    /// Also find the models that the project below PATH (default: the working directory) loads,
    /// and fail on those that the manifest does not name
    #[arg(long, value_name = "PATH", num_args = 0..=1, default_missing_value = ".")]
    discovered: Option<PathBuf>,

    /// Judge one share of the manifest, such as 3/16; `weighstation merge` joins the reports
    #[arg(long, value_name = "NUMBER/TOTAL", conflicts_with_all = ["models", "baseline"])]
    shard: Option<Shard>,

    /// The same with a number that counts from 0, such as 2/16
    #[arg(
        long,
        value_name = "INDEX/TOTAL",
        value_parser = Shard::from_index,
        conflicts_with_all = ["models", "baseline", "shard"]
    )]
    shard_index: Option<Shard>,

    #[command(flatten)]
    lock: LockArguments,

    #[command(flatten)]
    judge: JudgeArguments,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments) -> Result<Verdict, Failure> {
    let Arguments { manifest: path, policy, models, discovered, shard, shard_index, lock, judge } =
        arguments;
    let shard = shard.or(shard_index);
    // Both are read before either's errors are told, so that one run tells all of them.
    let policy = discovery::policy_of(policy.as_deref(), Some(&path));
    let layers = policy.and_then(|policy| discovery::load(&policy));
    let (mut manifest, layers) = match (documents::manifest(&path), layers) {
        (Ok(manifest), Ok(layers)) => (manifest, layers),
        (Err(manifest), Err(policy)) => return Err(manifest.and(policy)),
        (Err(failure), Ok(_)) | (Ok(_), Err(failure)) => return Err(failure),
    };
    // What belongs to no entry is looked at by one share only.
    let is_first = shard.is_none_or(Shard::is_first);
    let discovered = discovered.filter(|_| is_first);
    let is_code_read = discovered.is_some();
    let discovered = match &discovered {
        Some(root) => project::discovered(root, &path, Some(&manifest), &judge.reports())?,
        None => project::Discovered::default(),
    };
    let lock = lock.read(&path, &manifest.entries)?;
    select(&mut manifest.entries, &models)?;
    let optional = !manifest.every_glob_counts();
    let elsewhere = match shard {
        Some(shard) => divide(&mut manifest.entries, shard),
        None => Vec::new(),
    };
    let base = path.parent().unwrap_or(Path::new(""));
    let mut subjects = Vec::with_capacity(manifest.entries.len());
    let mut problems = Vec::new();
    // Of hundreds of entries most have one policy, with thousands of names in it.
    let mut policies: HashMap<Option<String>, Arc<Policy>> = HashMap::new();
    for entry in manifest.entries {
        let profile = entry.profile.as_deref().or(judge.profile.as_deref());
        let policy = match policies.get(&profile.map(str::to_owned)) {
            Some(policy) => Arc::clone(policy),
            None => {
                if let (Some(profile), Some(place)) = (&entry.profile, &entry.profile_place)
                    && let Err(problem) = layers.for_profile(profile, place)
                {
                    problems.push(problem);
                    continue;
                }
                let policy = discovery::in_force(&layers, profile, judge.fail_on)?;
                policies.insert(profile.map(str::to_owned), Arc::clone(&policy));
                policy
            }
        };
        let subject = Subject::of_entry(entry.clone(), base, policy);
        let subject = if optional { subject.with_optional_globs() } else { subject };
        subjects.push(lock.bind(&entry, subject));
    }
    if !problems.is_empty() {
        return Err(Failure::of_problems(problems));
    }
    let comparison = lock.into_comparison();
    let says_unjudged = models.is_empty() && is_first;
    let mut incidents = if says_unjudged { unjudged(&manifest.unjudged) } else { Vec::new() };
    incidents.extend(discovered.incidents);
    let lock_document = comparison.as_ref().map(|lock| Arc::clone(&lock.lock.document));
    let documents = std::iter::once(Arc::clone(&manifest.document))
        .chain(layers.documents().cloned())
        .chain(lock_document)
        .chain(discovered.documents)
        .collect();
    let policy = discovery::in_force(&layers, judge.profile.as_deref(), judge.fail_on)?;
    let request = Request {
        manifest: Some(manifest.document.path.clone()),
        inputs: inputs::of(Some(&manifest.document), &layers, comparison.as_ref(), &judge),
        lock: comparison,
        incidents,
        references: is_code_read.then_some(discovered.references),
        shard,
        elsewhere,
        ..Request::new(subjects, policy, layers.title().to_owned())
    };
    judge_and_write(request, documents, &judge, "check")
}

/// What the manifest names and nobody judges, unless only some models were asked for.
fn unjudged(unjudged: &[Unjudged]) -> Vec<Incident> {
    let incident = |unjudged: &Unjudged| Incident {
        model: Some(unjudged.name.clone()),
        message: format!("It is {}, and only models are judged.", unjudged.what),
    };
    unjudged.iter().map(incident).collect()
}

/// Keeps the entries of one share and gives the others.
fn divide(entries: &mut Vec<Entry>, shard: Shard) -> Vec<Entry> {
    let all = std::mem::take(entries).into_iter().enumerate();
    let (own, others): (Vec<_>, Vec<_>) = all.partition(|(position, _)| shard.holds(*position));
    entries.extend(own.into_iter().map(|(_, entry)| entry));
    others.into_iter().map(|(_, entry)| entry).collect()
}

/// Keeps the models that were asked for.
fn select(entries: &mut Vec<Entry>, names: &[String]) -> Result<(), Failure> {
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
