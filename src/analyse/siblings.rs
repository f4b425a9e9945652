//! The files beside the one under analysis.

use std::io;
use std::sync::Arc;

use crate::base::ReadAt;

/// The other files of the same model: an index names its shards.
pub trait Siblings: Sync {
    /// The paths of all files of the model.
    fn paths(&self) -> Vec<String>;

    /// Opens one by its exact path inside the model; `None` if there is no such file.
    fn open(&self, path: &str) -> Option<io::Result<Arc<dyn ReadAt>>>;

    /// What is to be called before an analysis decodes more than a little: not too many may at the
    /// same time.
    fn before_heavy_work(&self) -> Option<HeavyWork> {
        None
    }
}

/// Called before heavy work. An error puts the analysis off: it is to end, and begins anew when
/// there is room.
pub type HeavyWork = Arc<dyn Fn() -> io::Result<()> + Send + Sync>;

/// A file that stands alone.
#[derive(Clone, Copy, Debug)]
pub struct NoSiblings;

impl Siblings for NoSiblings {
    fn paths(&self) -> Vec<String> {
        Vec::new()
    }

    fn open(&self, _path: &str) -> Option<io::Result<Arc<dyn ReadAt>>> {
        None
    }
}
