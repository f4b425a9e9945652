//! Progress on long work, on a terminal.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::gate::{Counts, Phase, Progress};
use crate::source::Activity;

/// Nothing is shown before: most runs are over by then.
const DELAY: Duration = Duration::from_millis(300);

/// Between two looks at the counts.
const INTERVAL: Duration = Duration::from_millis(100);

/// A bar on standard error.
pub(super) struct Bar;

impl Bar {
    /// The bar, unless it is unwanted or nobody watches: no terminal, or a CI that would record
    /// every frame.
    pub(super) fn unless(unwanted: bool) -> Option<&'static dyn Progress> {
        let watched = std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        (watched && !unwanted).then_some(&Self as &dyn Progress)
    }
}

impl Progress for Bar {
    fn watch(&self, phase: Phase, wait: &dyn Fn(Duration) -> Counts, activity: &Activity) {
        let mut counts = wait(DELAY);
        if counts.finished {
            return;
        }
        let bar = match phase {
            Phase::Resolving { models } => bar(models, "models resolved"),
            Phase::Examining { files, .. } => bar(files, "files"),
        };
        while !counts.finished {
            bar.set_position(counts.done as u64);
            bar.set_message(message(phase, counts, activity));
            bar.tick();
            counts = wait(INTERVAL);
        }
        bar.finish_and_clear();
    }
}

fn message(phase: Phase, counts: Counts, activity: &Activity) -> String {
    let Phase::Examining { models, .. } = phase else { return network(activity) };
    let of_models = if models == 1 { "1 model".to_owned() } else { format!("{models} models") };
    let read = if activity.requests() > 0 { network(activity) } else { amount(counts.bytes) };
    format!("of {of_models}, {read}")
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
