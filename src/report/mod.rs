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
    /// Writes a report. Styles are written as ANSI sequences; the stream decides on them.
    pub write: fn(&Report, &Presentation, &mut dyn Write) -> io::Result<()>,
}

/// Every output.
pub static OUTPUTS: &[Output] = &[
    Output { name: "human", about: "for people, with colour on a terminal", write: human::write },
    Output { name: "json", about: "one document with everything", write: json::write },
    Output { name: "sarif", about: "SARIF 2.1.0, for code scanning", write: sarif::write },
    Output {
        name: "github",
        about: "GitHub workflow commands: annotations on the manifest's lines",
        write: github::annotations::write,
    },
    Output {
        name: "github-outputs",
        about: "verdict and counts for GitHub's step outputs",
        write: github::outputs::write,
    },
    Output {
        name: "github-summary",
        about: "Markdown for GitHub's step summary",
        write: github::summary::write,
    },
    Output {
        name: "gitlab-codequality",
        about: "GitLab's Code Quality report",
        write: gitlab::code_quality::write,
    },
    Output { name: "gitlab-sast", about: "GitLab's SAST report", write: gitlab::sast::write },
    Output { name: "junit", about: "JUnit XML: GitLab, Jenkins and others", write: junit::write },
    Output { name: "azure", about: "Azure DevOps logging commands", write: azure::write },
    Output { name: "cyclonedx", about: "CycloneDX 1.6 ML-BOM", write: cyclonedx::write },
];

/// The output of this name.
pub fn output(name: &str) -> Option<&'static Output> {
    OUTPUTS.iter().find(|output| output.name == name)
}
