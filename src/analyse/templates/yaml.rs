//! Templates in YAML: the configurations of serving tools have a `chat_template` too.

use super::{Place, examine_template, has_tags};
use crate::analyse::text::plain::Text;
use crate::analyse::{Analyser, Artifact, Examination, Probe, Role, Stop};
use crate::base::read_up_to;
use crate::document::{Content, Document, MAXIMUM_DOCUMENT_BYTES, Node, read_yaml};
use crate::evidence::Format;

/// A YAML document with a key of templates.
pub(in crate::analyse) struct YamlTemplates;

impl Analyser for YamlTemplates {
    fn format(&self) -> Format {
        // Text is not asked again where this has run.
        Text::FORMAT
    }

    fn role(&self) -> Role {
        Role::Passive
    }

    fn claims(&self, probe: &Probe<'_>) -> bool {
        matches!(probe.extension().as_deref(), Some("yaml" | "yml"))
            && probe.head.windows(KEY.len()).any(|window| window == KEY.as_bytes())
            && Text.claims(probe)
    }

    fn analyse(
        &self,
        artifact: &Artifact<'_>,
        examination: &mut Examination<'_>,
    ) -> Result<(), Stop> {
        Text.analyse(artifact, examination)?;
        let length = usize::try_from(artifact.bytes.len()?).unwrap_or(usize::MAX);
        if length > MAXIMUM_DOCUMENT_BYTES {
            return Ok(());
        }
        let mut bytes = vec![0; length];
        read_up_to(artifact.bytes, 0, &mut bytes)?;
        let Ok(document) = Document::from_bytes(artifact.name, &bytes) else { return Ok(()) };
        // What is no YAML, no tool reads a template from.
        let mut pending: Vec<(Node, bool)> = Vec::new();
        pending.extend(read_yaml(&document, &mut Vec::new()).map(|root| (root, false)));
        while let Some((node, is_template)) = pending.pop() {
            match node.content {
                Content::Scalar { text, .. } if is_template && has_tags(&text) => {
                    let place = Place::Value(node.span.start as u64);
                    examine_template(&text, place, examination);
                }
                Content::Scalar { .. } => {}
                Content::List(items) => {
                    pending.extend(items.into_iter().map(|item| (item, is_template)));
                }
                Content::Map(entries) => pending.extend(entries.into_iter().map(|(key, value)| {
                    let is_template = is_template || key.value.contains(KEY);
                    (value, is_template)
                })),
            }
        }
        Ok(())
    }
}

/// What the keys of templates contain.
const KEY: &str = "template";
