//! The engine: from a [`Request`] to a [`Report`](crate::finding::Report).
//!
//! Models are resolved, every file is examined on several threads, what models build on is
//! followed, and the rules judge what was found. Nothing is printed, no argument is read and no
//! exit code is known here: whoever asks may watch through [`Progress`] and lend a cache of facts.
//!
//! ```
//! use std::sync::Arc;
//!
//! use weighstation::finding::Outcome;
//! use weighstation::gate::{self, Request, Subject};
//! use weighstation::policy::PolicyLayers;
//! use weighstation::rules::RULES;
//!
//! let folder = std::env::temp_dir().join(format!("gate-example-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! let model = folder.join("model.pkl");
//! std::fs::write(&model, b"cos\nsystem\n(S'true'\ntR.")?;
//!
//! let rules: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
//! let layers = PolicyLayers::preset("baseline", &rules).expect("a preset is right");
//! let policy = Arc::new(layers.effective(None).expect("no profile is asked for"));
//!
//! let (name, shown) = ("model".to_owned(), model.display().to_string());
//! let subject = Subject::of_path(name, shown, model, Arc::clone(&policy));
//! let report = gate::check(Request::new(vec![subject], policy, "preset baseline".to_owned()));
//!
//! assert_eq!(report.outcome, Outcome::Fail);
//! assert!(report.findings.iter().any(|finding| finding.rule == "denied-global"));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod base_models;
mod check;
mod examine;
mod in_parallel;
mod progress;
mod request;
mod subject;

pub use check::check;
pub use examine::{Digested, Files, digests, examine_file};
pub use progress::{Counts, Phase, Progress};
pub use request::Request;
pub use subject::Subject;
