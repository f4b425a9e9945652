//! Progress on long work, where somebody watches.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::examine::Counts;
use crate::source::Activity;

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

    /// Does `work`, which counts the models that it has resolved. While it lasts, shows the count
    /// and what the network does, if that is `wanted`.
    pub(super) fn resolving<T>(
        wanted: Option<&Activity>,
        models: usize,
        work: impl FnOnce(&AtomicUsize) -> T,
    ) -> T {
        let resolved = AtomicUsize::new(0);
        let Some(activity) = wanted.filter(|_| Self::wanted(true)) else {
            return work(&resolved);
        };
        // Dropped when the work is done, a panic included: the watching thread sees that at once.
        let (at_work, ended) = mpsc::channel::<()>();
        let shown = &resolved;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let goes_on =
                    |time| ended.recv_timeout(time) == Err(mpsc::RecvTimeoutError::Timeout);
                if !goes_on(PATIENCE) {
                    return;
                }
                let bar = bar(models, "models resolved");
                while goes_on(INTERVAL) {
                    bar.set_position(shown.load(Ordering::Relaxed) as u64);
                    bar.set_message(network(activity));
                    bar.tick();
                }
                bar.finish_and_clear();
            });
            let result = work(&resolved);
            drop(at_work);
            result
        })
    }

    /// Watches until `wait`, which returns after the given time at the latest, says that the work
    /// is finished.
    pub(super) fn watch(
        wait: impl Fn(Duration) -> Counts,
        files: usize,
        models: usize,
        activity: &Activity,
    ) {
        let mut counts = wait(PATIENCE);
        if counts.finished {
            return;
        }
        let bar = bar(files, "files");
        let of_models = if models == 1 { "1 model".to_owned() } else { format!("{models} models") };
        while !counts.finished {
            bar.set_position(counts.files as u64);
            let read =
                if activity.requests() > 0 { network(activity) } else { amount(counts.bytes) };
            bar.set_message(format!("of {of_models}, {read}"));
            bar.tick();
            counts = wait(INTERVAL);
        }
        bar.finish_and_clear();
    }
}

fn bar(length: usize, what: &str) -> ProgressBar {
    let bar =
        ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stderr_with_hz(10));
    let template = format!("  {{spinner}} [{{wide_bar}}] {{pos}}/{{len}} {what} {{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// What the network has brought, and whether it keeps us waiting.
fn network(activity: &Activity) -> String {
    let received = format!("{} received", amount(activity.bytes()));
    match activity.waiting() {
        0 => received,
        waiting => format!("{received}, {waiting} waiting to ask again"),
    }
}

/// Bytes as people read them.
fn amount(bytes: u64) -> String {
    if bytes < 10_000_000 {
        format!("{} kB", bytes / 1_000)
    } else {
        format!("{} MB", bytes / 1_000_000)
    }
}
