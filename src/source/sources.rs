//! Where a run gets its models from: this machine, and the Hub as the environment describes it.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::environment::Environment;
use super::http::{Client, Settings};
use super::hub::{self, Hub};
use super::{Activity, Snapshot, SourceError, Wanted, resolve_path};
use crate::base::{Commit, RepoId};
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

    /// The commit at which a revision of a repository on the Hub stands now; `None` without the
    /// network.
    ///
    /// # Errors
    /// Why the Hub does not say, and what to do about it.
    pub fn commit_of(
        &self,
        id: &RepoId,
        revision: Option<&str>,
    ) -> Result<Option<Commit>, SourceError> {
        match self.known_network() {
            Ok(Network::Open(hub)) => hub.commit_of(id, revision).map(Some),
            Ok(Network::Closed(_)) => Ok(None),
            Err(reason) => Err(SourceError::Environment(reason.clone())),
        }
    }

    fn known_network(&self) -> &Result<Network, String> {
        self.network.get_or_init(|| self.network(|name: &str| env::var(name).ok()))
    }

    fn resolve_hub(&self, id: &RepoId, wanted: Wanted<'_>) -> Result<Snapshot, SourceError> {
        match self.known_network() {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn network(offline: bool, variables: &[(&str, &str)]) -> Result<Network, String> {
        let sources = Sources::new(SourceOptions { offline, ..SourceOptions::default() });
        sources.network(|name| {
            variables.iter().find(|it| it.0 == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_option_or_the_environment_rules_the_network_out() {
        let cache = ("HF_HUB_CACHE", "/cache");
        assert!(matches!(network(false, &[cache]), Ok(Network::Open(_))));
        let offline = [("HF_HUB_OFFLINE", "1"), cache];
        for closed in [network(true, &[cache]), network(false, &offline)] {
            let Ok(Network::Closed(folder)) = closed else { panic!("the network is ruled out") };
            assert_eq!(folder.as_deref(), Some(Path::new("/cache")));
        }
    }

    #[test]
    fn an_environment_that_cannot_be_used_is_an_error_that_names_the_variable() {
        let error = network(false, &[("HF_ENDPOINT", "not an address")]).unwrap_err();
        assert!(error.contains("`HF_ENDPOINT`"), "{error}");
    }

    #[test]
    fn models_of_this_machine_need_nothing_of_the_network() {
        let sources = Sources::new(SourceOptions::default());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.bin"), "a").unwrap();
        let resolve = |path: &str| {
            let origin = path.parse().unwrap();
            sources.resolve(&origin, folder.path(), Wanted::default())
        };
        std::thread::scope(|scope| {
            let threads = [scope.spawn(|| resolve("a.bin")), scope.spawn(|| resolve("."))];
            for thread in threads {
                assert_eq!(thread.join().unwrap().unwrap().files.len(), 1);
            }
        });
        assert!(sources.network.get().is_none());
        assert_eq!(sources.activity().requests(), 0);
    }
}
