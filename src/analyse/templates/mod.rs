//! Jinja chat templates: parsed to a tree and never rendered.
//!
//! A tokenizer renders its template for every conversation. transformers does so in a sandbox,
//! older llama-cpp-python without one (CVE-2024-34359), and the sandbox itself had ways out
//! (CVE-2024-56201, CVE-2024-56326, CVE-2025-27516). A template that asks for nothing but what a
//! conversation needs is harmless in all of them.

mod budget;
mod constant;
mod names;
mod text;
mod tree;
mod yaml;

use minijinja::machinery::parse;
pub(super) use yaml::YamlTemplates;

use super::text::plain::Text;
use super::{Analyser, Artifact, Examination, Probe, Role, Stop};
use crate::base::{Budget, Digest, read_up_to};
use crate::evidence::{CoverageFact, Format, TemplateFact, TemplateHazard};

/// Bytes of the longest template that is parsed: less than what is kept of a JSON string. The
/// longest of a hundred that vLLM and llama.cpp ship has 22 KiB.
const LONGEST: usize = 512 << 10;

/// Hazards of one template that are recorded one by one.
const HAZARDS_RECORDED: usize = 100;

/// A template in a file of its own: `chat_template.jinja`, `additional_chat_templates/*.jinja`.
pub(super) struct Template;

impl Template {
    /// The name that defects of its syntax are told under.
    const FORMAT: Format = Format::new("jinja");
}

impl Analyser for Template {
    fn format(&self) -> Format {
        // Text is not asked again where this has run.
        Text::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    /// Jinja is text without a magic: the name decides.
    fn claims(&self, probe: &Probe<'_>) -> bool {
        let extension = probe.extension();
        matches!(extension.as_deref(), Some("jinja" | "jinja2" | "j2" | "template"))
            && Text.claims(probe)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        let length = usize::try_from(artifact.bytes.len()?).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(LONGEST.saturating_add(1))];
        let read = read_up_to(artifact.bytes, 0, &mut bytes)?;
        bytes.truncate(read);
        // Bytes that are no UTF-8 are no template that Python reads; text tells of them.
        Text.analyse(artifact, examination)?;
        examine_template(&String::from_utf8_lossy(&bytes), Place::File, examination);
        Ok(())
    }
}

/// Where the text of a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the file, so that a place in it is an offset of the file.
    File,
    /// It is a value that begins at this offset; places in it are lines.
    Value(u64),
}

impl Place {
    fn offset(self, inside: u32) -> u64 {
        match self {
            Self::File => u64::from(inside),
            Self::Value(offset) => offset,
        }
    }
}

/// A hazard and where in the template it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hazardous {
    hazard: TemplateHazard,
    line: u32,
    offset: u32,
}

/// Whether a text has tags of Jinja.
pub(super) fn has_tags(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|tag| text.contains(tag))
}

/// Records what a template does. One that cannot be parsed is malformed, and names of Python's
/// internals in it are told all the same.
pub(super) fn examine_template(source: &str, place: Place, examination: &mut Examination<'_>) {
    let start = place.offset(0);
    if source.len() > LONGEST {
        let limit = LONGEST as u64;
        examination.record(start, CoverageFact::BudgetExhausted { budget: Budget::Text, limit });
        return;
    }
    let normal = source.replace("\r\n", "\n");
    let normal = normal.trim();
    let sha256 = Digest::of(normal.as_bytes());
    let length = normal.len() as u64;
    examination.record(start, TemplateFact::Template { sha256, length });

    let readable = without_generation(source);
    let hazards = match budget::check(&readable).and_then(|()| parsed(&readable)) {
        Ok((hazards, is_whole)) => {
            if !is_whole {
                let reason = "too intricate to be followed".to_owned();
                examination
                    .record(start, CoverageFact::Malformed { format: Template::FORMAT, reason });
            }
            hazards
        }
        Err(reason) => {
            let format = Template::FORMAT;
            examination.record(start, CoverageFact::Malformed { format, reason });
            names::internals_in(source)
        }
    };
    for Hazardous { hazard, line, offset } in hazards.into_iter().take(HAZARDS_RECORDED) {
        let fact = TemplateFact::Hazard { hazard, line, sha256 };
        examination.record(place.offset(offset), fact);
    }
}

fn parsed(source: &str) -> Result<(Vec<Hazardous>, bool), String> {
    let syntax = minijinja::syntax::SyntaxConfig::default();
    match parse(source, "template", syntax) {
        Ok(tree) => Ok(tree::hazards(source, &tree)),
        Err(error) => {
            let detail = error.detail().unwrap_or("not understood").to_owned();
            Err(match error.line() {
                Some(line) => format!("line {line} of the template: {detail}"),
                None => detail,
            })
        }
    }
}

/// The text with `{% generation %}` as a comment of the same length: a marker of transformers for
/// the parts that a model wrote, which Jinja itself does not know.
fn without_generation(source: &str) -> String {
    let mut readable = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("{%") {
        readable.push_str(before);
        let end = after.find("%}");
        let word = end.and_then(|end| after.get(..end)).map(|tag| tag.trim_matches(['-', '+']));
        match (end, word.map(str::trim)) {
            (Some(end), Some("generation" | "endgeneration")) => {
                let (tag, behind) = after.split_at(end);
                readable.push_str("{#");
                readable.push_str(tag);
                readable.push_str("#}");
                rest = behind.get(2..).unwrap_or("");
            }
            _ => {
                readable.push_str("{%");
                rest = after;
            }
        }
    }
    readable.push_str(rest);
    readable
}

#[cfg(test)]
mod tests;
