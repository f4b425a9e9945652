//! What a run reads before it looks at the first model.

use divan::{Bencher, black_box};
use weighstation::document::Document;
use weighstation::manifest::Manifest;
use weighstation::policy::PolicyLayers;
use weighstation::rules::RULES;

fn main() {
    divan::main();
}

/// A preset, read and merged.
#[divan::bench(args = ["baseline", "strict"])]
fn preset(bencher: Bencher<'_, '_>, name: &str) {
    let rules: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
    bencher.bench(|| {
        let layers = PolicyLayers::preset(black_box(name), &rules);
        layers.ok().and_then(|layers| layers.effective(None))
    });
}

/// A manifest of so many models.
#[divan::bench(args = [10, 1000])]
fn manifest(bencher: Bencher<'_, '_>, models: usize) {
    let mut text = "version: 1\nmodels:\n".to_owned();
    for number in 0..models {
        text.push_str(&format!("  - name: model-{number}\n    source: ./models/{number}\n"));
    }
    bencher.bench(|| {
        let document = Document::from_bytes("models.yaml", text.as_bytes());
        document.ok().and_then(|document| Manifest::parse(document).ok())
    });
}
