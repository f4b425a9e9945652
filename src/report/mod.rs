//! What a run looks like from outside: one file or folder per output, one line in [`OUTPUTS`].
//!
//! An output renders a [`Report`] and decides nothing.

mod azure;
mod cyclonedx;
mod difference;
mod explanation;
mod gathering;
mod github;
mod gitlab;
mod human;
mod inspection;
mod json;
mod junit;
mod layout;
mod safe_json;
mod sarif;

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers of a made-up report")]
mod sample;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

pub use difference::{write_difference, write_difference_json};
pub use explanation::{RuleListing, write_explanation, write_rules};
pub use inspection::{write_inspection, write_inspection_json};
pub use json::{MAXIMUM_REPORT_BYTES, ReadReport, Unusable};

use crate::document::Document;
use crate::finding::Report;

/// How a report is to be presented: what is no part of the result itself.
#[derive(Clone, Debug)]
pub struct Presentation {
    /// Columns of the terminal.
    pub width: usize,
    /// Failures only.
    pub quiet: bool,
    /// How long the run took.
    pub elapsed: Option<Duration>,
    /// The exit code of the process.
    pub exit_code: u8,
    /// Whether SARIF lists waived findings too, as suppressed results.
    pub sarif_include_waived: bool,
    /// Tells apart the SARIF files of one workflow run.
    pub sarif_category: String,
    /// The documents that findings point into, by their shown paths.
    pub documents: Vec<Arc<Document>>,
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            width: 80,
            quiet: false,
            elapsed: None,
            exit_code: 0,
            sarif_include_waived: false,
            sarif_category: "check".to_owned(),
            documents: Vec::new(),
        }
    }
}

/// One way to write a report.
#[derive(Debug)]
pub struct Output {
    /// The word behind `--format` and in front of `--output`'s `=`.
    pub name: &'static str,
    /// One line of help.
    pub about: &'static str,
    /// Whether it would say little without the SHA-256 of every file.
    pub needs_digests: bool,
    /// Writes a report. Styles are written as ANSI sequences; the stream decides on them.
    pub write: fn(&Report, &Presentation, &mut dyn Write) -> io::Result<()>,
}

/// Every output.
pub static OUTPUTS: &[Output] = &[
    Output::new("human", "for people, with colour on a terminal", human::write),
    Output::new("json", "one document with everything", json::write),
    Output::new("sarif", "SARIF 2.1.0, for code scanning", sarif::write),
    Output::new(
        "github",
        "GitHub workflow commands: annotations on the manifest's lines",
        github::annotations::write,
    ),
    Output::new(
        "github-outputs",
        "verdict and counts for GitHub's step outputs",
        github::outputs::write,
    ),
    Output::new("github-summary", "Markdown for GitHub's step summary", github::summary::write),
    Output::new("gitlab-codequality", "GitLab's Code Quality report", gitlab::code_quality::write),
    Output::new("gitlab-sast", "GitLab's SAST report", gitlab::sast::write),
    Output::new("junit", "JUnit XML: GitLab, Jenkins and others", junit::write),
    Output::new("azure", "Azure DevOps logging commands", azure::write),
    Output {
        needs_digests: true,
        ..Output::new("cyclonedx", "CycloneDX 1.6 ML-BOM", cyclonedx::write)
    },
];

impl Output {
    const fn new(
        name: &'static str,
        about: &'static str,
        write: fn(&Report, &Presentation, &mut dyn Write) -> io::Result<()>,
    ) -> Self {
        Self { name, about, needs_digests: false, write }
    }
}

/// The output of this name.
pub fn output(name: &str) -> Option<&'static Output> {
    OUTPUTS.iter().find(|output| output.name == name)
}
