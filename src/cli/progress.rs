//! Progress on long work, where somebody watches.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::examine::Counts;

/// Nothing is shown before: most runs are over by then.
const PATIENCE: Duration = Duration::from_millis(300);

/// Between two looks at the counts.
const INTERVAL: Duration = Duration::from_millis(100);

/// Shows how far the work is, on standard error.
pub(super) struct Progress;

impl Progress {
    /// Whether somebody watches: a terminal, and no CI that would record every frame.
    pub(super) fn wanted(wanted: bool) -> bool {
        wanted && std::io::stderr().is_terminal() && std::env::var_os("CI").is_none()
    }

    /// Watches until `wait`, which returns after the given time at the latest, says that the work
    /// is finished.
    pub(super) fn watch(wait: impl Fn(Duration) -> Counts, files: usize, models: usize) {
        let mut counts = wait(PATIENCE);
        if counts.finished {
            return;
        }
        let bar = ProgressBar::with_draw_target(
            Some(files as u64),
            ProgressDrawTarget::stderr_with_hz(10),
        );
        let style =
            ProgressStyle::with_template("  {spinner} [{wide_bar}] {pos}/{len} files {msg}");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        let of_models = if models == 1 { "1 model".to_owned() } else { format!("{models} models") };
        while !counts.finished {
            bar.set_position(counts.files as u64);
            let megabytes = counts.bytes / 1_000_000;
            bar.set_message(format!("of {of_models}, {megabytes} MB"));
            bar.tick();
            counts = wait(INTERVAL);
        }
        bar.finish_and_clear();
    }
}
