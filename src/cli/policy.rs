//! `weighstation policy`: which policy applies, whether it is right, and its JSON Schema.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::exit::{Failure, Verdict};
use super::{discovery, documents};
use crate::base::{Untrusted, closest};
use crate::lock::lock_schema;
use crate::manifest::manifest_schema;
use crate::policy::policy_schema;
use crate::rules::RULES;

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
    /// Print the JSON Schema of policies, manifests or locks, for editors
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
    /// `models.lock`
    Lock,
}

/// Runs the command.
pub(super) fn run(arguments: &PolicyArguments) -> Result<Verdict, Failure> {
    let text = match &arguments.command {
        PolicyCommand::Show(arguments) => show(arguments)?,
        PolicyCommand::Check(arguments) => check(arguments)?,
        PolicyCommand::Schema(arguments) => schema_text(arguments.of),
    };
    // A reader that closed its end has seen enough.
    let _ = anstream::stdout().write_all(text.as_bytes());
    Ok(Verdict::Pass)
}

fn show(arguments: &ShowArguments) -> Result<String, Failure> {
    let beside = arguments.model.as_ref().map(|_| arguments.manifest.as_path());
    let layers = discovery::load(&discovery::policy_of(arguments.policy.as_deref(), beside)?)?;
    let mut profile = arguments.profile.clone();
    if let Some(name) = &arguments.model {
        let manifest = documents::manifest(&arguments.manifest)?;
        let Some(entry) = manifest.entries.iter().find(|entry| entry.name == *name) else {
            let names = manifest.entries.iter().map(|entry| entry.name.as_str());
            let failure = Failure::new(format!("the manifest names no model `{name}`"));
            return Err(match closest(name, names) {
                Some(known) => failure.help(format!("did you mean `{known}`?")),
                None => failure,
            });
        };
        if let (Some(profile), Some(place)) = (&entry.profile, &entry.profile_place) {
            layers
                .for_profile(profile, place)
                .map_err(|problem| Failure::of_problems(vec![problem]))?;
        }
        profile.clone_from(&entry.profile);
    }
    discovery::in_force(&layers, profile.as_deref(), None)?;
    Ok(layers.show(profile.as_deref()).unwrap_or_default())
}

fn check(arguments: &CheckArguments) -> Result<String, Failure> {
    let layers = discovery::load(&discovery::policy_of(arguments.policy.as_deref(), None)?)?;
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

fn schema_text(of: SchemaOf) -> String {
    let rules: Vec<(&str, &str)> =
        RULES.iter().map(|rule| (rule.meta().id, rule.meta().summary)).collect();
    let schema = match of {
        SchemaOf::Policy => policy_schema(&rules),
        SchemaOf::Manifest => manifest_schema(),
        SchemaOf::Lock => lock_schema(),
    };
    format!("{schema:#}\n")
}
