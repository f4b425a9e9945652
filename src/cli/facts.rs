//! Facts kept between runs: the options, and what is said of them.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::OsStringValueParser;

use super::documents::shown;
use super::exit::{Failure, remark};
use crate::base::{Limits, grouped};
use crate::facts_cache::{Closed, FactsCache};
use crate::gate::Subject;

/// Arguments about the cache.
#[derive(Args, Debug)]
pub(super) struct CacheArguments {
    /// Keep facts about files in this folder, by their content, and find them there the next time
    // Not a path to the parser: an empty variable means no cache, as an unset one does.
    #[arg(
        long,
        value_name = "DIR",
        env = "WEIGHSTATION_CACHE_DIR",
        value_parser = OsStringValueParser::new()
    )]
    cache_dir: Option<OsString>,

    /// Keep and find no facts, whatever the environment says
    #[arg(long)]
    no_cache: bool,
}

impl CacheArguments {
    /// The cache that these arguments mean, if they mean one. One that cannot be made is said and
    /// done without.
    ///
    /// # Errors
    /// It lies in a folder that is to be judged, where each run would change what the next one
    /// judges.
    pub(super) fn open(&self, subjects: &[Subject]) -> Result<Option<FactsCache>, Failure> {
        let Some(folder) = self.folder() else { return Ok(None) };
        let inside = subjects.iter().filter_map(Subject::local_path).find(|path| {
            fs::canonicalize(path)
                .is_ok_and(|path| path.is_dir() && place(&folder).starts_with(path))
        });
        if let Some(path) = inside {
            let message =
                format!("the cache `{}` lies inside the model `{}`", shown(&folder), shown(path));
            return Err(Failure::new(message)
                .help("name a folder outside the models with `--cache-dir`, or use `--no-cache`"));
        }
        match FactsCache::open(&folder, &Limits::default()) {
            Ok(cache) => Ok(Some(cache)),
            Err(error) => {
                let folder = shown(&folder);
                remark(&format!("the cache `{folder}` cannot be used: {error}; nothing is kept"));
                Ok(None)
            }
        }
    }

    fn folder(&self) -> Option<PathBuf> {
        let folder = self.cache_dir.as_ref().filter(|folder| !folder.is_empty())?;
        (!self.no_cache).then(|| PathBuf::from(folder))
    }
}

/// Where a folder is or would be made: links are followed as far as it is there.
fn place(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = absolute.ancestors().find_map(|above| Some((above, fs::canonicalize(above).ok()?)));
    match there {
        Some((above, real)) => {
            absolute.strip_prefix(above).map(|rest| real.join(rest)).unwrap_or(absolute.clone())
        }
        None => absolute,
    }
}

/// Says on standard error what became of the cache: what was passed over in any case, because a
/// damaged cache is worth a look; how much was known unless it is to be quiet.
pub(super) fn tell(closed: &Closed, quiet: bool) {
    for complaint in &closed.complaints {
        remark(&format!("{complaint}; the verdict does not depend on it"));
    }
    if !quiet {
        let Closed { folder, files, known, read, .. } = closed;
        let number = |count: u64| grouped(count);
        let files =
            if *files == 1 { "1 file".to_owned() } else { format!("{} files", number(*files)) };
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(
            anstream::stderr().lock(),
            "cache `{}`: knew {} of {files}, {} bytes of models were read",
            shown(folder),
            number(*known),
            number(*read)
        );
    }
}
