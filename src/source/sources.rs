//! Where a run gets its models from: this machine, and the Hub as the environment describes it.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::environment::Environment;
use super::http::{Client, Settings};
use super::hub::{self, Hub};
use super::{Activity, Snapshot, SourceError, Wanted, resolve_path};
use crate::base::RepoId;
use crate::manifest::Source;

/// What a run asks of its sources.
#[derive(Clone, Copy, Debug)]
pub struct SourceOptions {
    /// Whether the network is ruled out, whatever the environment says.
    pub offline: bool,
    /// How many of a repository's latest commits are wanted: at most 1000.
    pub recent_commits: u64,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self { offline: false, recent_commits: 50 }
    }
}

/// Where a run gets its models from. Nothing is read from the environment, no thread started and
/// no connection made before the first model of the Hub is asked for.
///
/// Models may be resolved on several threads at once.
#[derive(Debug)]
pub struct Sources {
    options: SourceOptions,
    activity: Arc<Activity>,
    /// Looked up once, because what the environment says must not change within a run; an error
    /// is as good as an answer.
    network: OnceLock<Result<Network, String>>,
}

/// The Hub as the environment describes it.
#[derive(Debug)]
enum Network {
    Open(Hub),
    /// The network is ruled out; there may be a cache.
    Closed(Option<PathBuf>),
}

impl Sources {
    /// Sources for a run.
    pub fn new(options: SourceOptions) -> Self {
        Self { options, activity: Arc::new(Activity::default()), network: OnceLock::new() }
    }

    /// What the run has asked of the network so far.
    pub fn activity(&self) -> Arc<Activity> {
        Arc::clone(&self.activity)
    }

    /// Turns a source into a snapshot. Relative paths are relative to `base`.
    ///
    /// # Errors
    /// Why there is no snapshot, and what to do about it.
    pub fn resolve(
        &self,
        origin: &Source,
        base: &Path,
        wanted: Wanted<'_>,
    ) -> Result<Snapshot, SourceError> {
        match origin {
            Source::Local(path) => resolve_path(&base.join(path), wanted),
            Source::Hub(id) => self.resolve_hub(id, wanted),
        }
    }

    fn resolve_hub(&self, id: &RepoId, wanted: Wanted<'_>) -> Result<Snapshot, SourceError> {
        let lookup = |name: &str| env::var(name).ok();
        let network = self.network.get_or_init(|| self.network(lookup));
        match network {
            Ok(Network::Open(hub)) => hub.resolve(id, wanted),
            Ok(Network::Closed(cache)) => hub::resolve_offline(id, wanted, cache.as_deref()),
            Err(reason) => Err(SourceError::Environment(reason.clone())),
        }
    }

    fn network(&self, lookup: impl Fn(&str) -> Option<String>) -> Result<Network, String> {
        let environment = Environment::read(lookup).map_err(|error| error.to_string())?;
        let cache = environment.cache().map(Path::to_owned);
        if self.options.offline || environment.is_offline() {
            return Ok(Network::Closed(cache));
        }
        let settings = Settings::new(&environment).map_err(|error| error.to_string())?;
        let client = Client::new(settings, self.activity()).map_err(|error| error.to_string())?;
        Ok(Network::Open(Hub::new(Arc::new(client), cache, self.options.recent_commits)))
    }
}
