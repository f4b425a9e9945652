//! A file of this machine as it was seen: what tells whether its bytes may have changed.
//!
//! This is the rule of git's index. A file whose device, inode, length, modification time and
//! change time are what they were has the bytes that it had: whatever writes to a file sets its
//! change time, which no program can set to another value. Times have a granularity, though: of
//! two writes within one tick the second leaves no trace. So nothing is remembered of a file that
//! was changed so shortly before it was looked at that it may have been changed again since
//! ("racily clean"; `Documentation/technical/racy-git.adoc`).

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::base::Digest;

/// Between a change and the next that is sure to have another time. Linux takes file times from a
/// clock that ticks every 1 to 10 ms.
const TICK: Duration = Duration::from_millis(20);

/// The same where times have no more than milliseconds, as on file systems that count in seconds
/// (HFS+), in two of them (FAT) or in hundredths (exFAT).
const LONG_TICK: Duration = Duration::from_secs(2);

/// A point in time as file systems tell it: since 1970, in seconds and nanoseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Stamp(pub i64, pub i64);

impl Stamp {
    /// By the clock of this machine.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        Self(seconds, i64::from(since.subsec_nanos()))
    }

    /// How long something that was changed then has to be left alone before its time means
    /// something.
    fn tick(self) -> Duration {
        if self.1 % 1_000_000 == 0 { LONG_TICK } else { TICK }
    }

    fn nanoseconds(self) -> i128 {
        i128::from(self.0).saturating_mul(1_000_000_000).saturating_add(i128::from(self.1))
    }
}

/// A file of this machine as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    /// Digest of the absolute path: paths say more than a cache that others may get to see should.
    pub(super) place: Digest,
    pub(super) device: u64,
    pub(super) inode: u64,
    /// Bytes.
    pub(super) size: u64,
    pub(super) modified: Stamp,
    pub(super) changed: Stamp,
}

impl Default for Sighting {
    fn default() -> Self {
        let place = Digest::of(b"");
        let (device, inode, size) = (0, 0, 0);
        Self { place, device, inode, size, modified: Stamp(0, 0), changed: Stamp(0, 0) }
    }
}

impl Sighting {
    /// The file at `path`, of which the system says this. `None` where the system does not say when
    /// a file was changed (Windows has no change time in this sense): there nothing is concluded
    /// from a sighting.
    #[cfg(unix)]
    pub fn of(path: &Path, metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let absolute = std::path::absolute(path).ok()?;
        Some(Self {
            place: Digest::of(absolute.as_os_str().as_encoded_bytes()),
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            modified: Stamp(metadata.mtime(), metadata.mtime_nsec()),
            changed: Stamp(metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Nothing is concluded from a sighting here.
    #[cfg(not(unix))]
    pub fn of(_path: &Path, _metadata: &Metadata) -> Option<Self> {
        None
    }

    /// The file at `path` as it is now.
    pub fn now(path: &Path) -> Option<Self> {
        Self::of(path, &std::fs::metadata(path).ok()?)
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether every change of the file after `moment` shows in its times.
    pub fn is_settled(&self, moment: Stamp) -> bool {
        self.unsettled_for(moment).is_none()
    }

    /// How long the file has to be left alone from `moment` on until it is settled; `None` if it
    /// is.
    pub(super) fn unsettled_for(&self, moment: Stamp) -> Option<Duration> {
        let tick = i128::try_from(self.changed.tick().as_nanos()).unwrap_or(i128::MAX);
        let settled = self.changed.nanoseconds().saturating_add(tick);
        let left = settled.saturating_sub(moment.nanoseconds());
        let left = u64::try_from(left).unwrap_or(if left < 0 { 0 } else { u64::MAX });
        (left > 0).then(|| Duration::from_nanos(left))
    }
}

/// Lets a part of a tick pass.
pub(super) fn let_pass(time: Duration) {
    std::thread::sleep(time);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed_at(seconds: i64, nanoseconds: i64) -> Sighting {
        Sighting { changed: Stamp(seconds, nanoseconds), ..Sighting::default() }
    }

    #[test]
    fn what_was_changed_a_moment_ago_may_be_changed_again_unnoticed() {
        let file = changed_at(100, 999_999_999);
        assert!(!file.is_settled(Stamp(100, 999_999_999)));
        assert_eq!(
            file.unsettled_for(Stamp(101, 9_999_999)),
            Some(Duration::from_nanos(10_000_000))
        );
        assert!(!file.is_settled(Stamp(101, 19_999_998)));
        assert!(file.is_settled(Stamp(101, 19_999_999)));
        // A clock that was set back settles nothing.
        assert!(!file.is_settled(Stamp(50, 0)));
    }

    #[test]
    fn coarse_times_need_more_patience() {
        for nanoseconds in [0, 10_000_000, 999_000_000] {
            let file = changed_at(100, nanoseconds);
            assert!(!file.is_settled(Stamp(101, nanoseconds)), "{nanoseconds}");
            assert!(file.is_settled(Stamp(102, nanoseconds)), "{nanoseconds}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_changed_file_is_seen_as_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let before = Sighting::now(&path).unwrap();
        assert_eq!(Sighting::now(&path), Some(before));
        // Another file of the same length and modification time in its place.
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        let other = folder.path().join("b");
        std::fs::write(&other, "abd").unwrap();
        std::fs::File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();
        std::fs::rename(&other, &path).unwrap();
        let after = Sighting::now(&path).unwrap();
        assert_eq!((after.size, after.modified), (before.size, before.modified));
        assert_ne!(after, before);
        assert_ne!(Sighting::now(&folder.path().join("c")), Some(after));
    }
}
