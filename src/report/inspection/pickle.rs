//! One line for each thing that an unpickler would do.

use std::io::{self, Write};

use super::super::layout::{BAD, BOLD, CODE, DIM, columns, counted, grouped, styled, wrap};
use super::remark::word;
use crate::base::Untrusted;
use crate::evidence::{Call, Callee, Import, PickleFact, StreamSummary};

/// Characters of untrusted text in one line: an argument list may be a megabyte.
const LONGEST: usize = 200;

/// One line of the listing.
pub(super) enum Row {
    /// A stream begins.
    Stream(String),
    /// Something happens.
    Step {
        offset: Option<u64>,
        opcode: String,
        text: String,
        /// What is odd about it.
        remark: Option<String>,
    },
}

/// The line for a fact.
pub(super) fn row(offset: Option<u64>, fact: &PickleFact) -> Row {
    let step = |opcode: &str, text: String, remark: Option<String>| Row::Step {
        offset,
        opcode: opcode.to_owned(),
        text,
        remark,
    };
    match fact {
        PickleFact::Stream(summary) => Row::Stream(stream(summary)),
        PickleFact::Import(import) => step(import.opcode.name(), imported(import), None),
        PickleFact::Call(call) => {
            let departure = call.departure.as_deref();
            step(call.opcode.name(), called(call), departure.map(cut))
        }
        PickleFact::Attribute(import) => {
            step(import.opcode.name(), format!("names {}", imported(import)), None)
        }
        PickleFact::ImplicitCall { class, method } => {
            step("implicit", format!("calls {} of a {}", method.name(), cut(class)), None)
        }
        PickleFact::StateValue { key, value, target, departure } => {
            let text = format!("sets {} of {} to {}", cut(key), cut(target), cut(value));
            step("BUILD", text, Some(cut(departure)))
        }
        PickleFact::Mutation { opcode, target } => {
            step(opcode.name(), format!("changes {}", cut(target)), None)
        }
        PickleFact::LoadCost { what, bytes } => {
            step("cost", format!("{} costs {bytes} bytes when loaded", cut(what)), None)
        }
        PickleFact::StateKey { key, target } => {
            step("BUILD", format!("sets {} of {}", cut(key), cut(target)), None)
        }
        PickleFact::Extension { code } => {
            step("EXT", format!("object number {code} of the copyreg registry"), None)
        }
        PickleFact::OutOfBandBuffer => {
            step("NEXT_BUFFER", "a buffer that the loading program supplies".to_owned(), None)
        }
        PickleFact::PersistentId { id, reason } => step("PERSID", cut(id), Some(cut(reason))),
        PickleFact::NestedPayload { format, encoding, consumer, .. } => {
            let format = Untrusted(format.name());
            let text = format!("{format} inside an operand ({})", cut(encoding));
            let consumer = consumer.as_ref().map(|it| format!("handed to {}", cut(it)));
            step("payload", text, consumer)
        }
        PickleFact::Divergence { form, detail } => {
            let text = format!("unpicklers disagree ({})", word(form));
            step("divergence", text, Some(cut(detail)))
        }
        PickleFact::TrailingBytes { length } => {
            step("rest", format!("{} bytes that are no pickle", grouped(*length)), None)
        }
    }
}

fn cut(text: &str) -> String {
    format!("{:.LONGEST$}", Untrusted(text))
}

fn stream(summary: &StreamSummary) -> String {
    let StreamSummary { index, protocol, opcodes, length, complete } = summary;
    let opcodes = counted(usize::try_from(*opcodes).unwrap_or(usize::MAX), "opcode", "opcodes");
    let end = if *complete { "" } else { ", breaks off" };
    format!("stream {index}: protocol {protocol}, {opcodes}, {} bytes{end}", grouped(*length))
}

fn imported(import: &Import) -> String {
    let mut text = cut(&import.global());
    if let Some((module, name)) = &import.written {
        text.push_str(&format!(" (written {}.{})", cut(module), cut(name)));
    }
    with_times(text, import.times)
}

fn called(call: &Call) -> String {
    let callee = match &call.callee {
        Callee::Global(name) => cut(name),
        Callee::Computed(words) => format!("<{}>", cut(words)),
    };
    let arguments = cut(&call.arguments);
    let text = if arguments.starts_with('(') {
        format!("{callee}{arguments}")
    } else {
        format!("{callee}({arguments})")
    };
    with_times(text, call.times)
}

fn with_times(text: String, times: u64) -> String {
    if times > 1 { format!("{text}  ×{}", grouped(times)) } else { text }
}

/// Writes the lines in columns: offset, opcode, what happens.
pub(super) fn write(rows: &[Row], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut offset_width = 6;
    let mut opcode_width = 0;
    for row in rows {
        if let Row::Step { offset, opcode, .. } = row {
            offset_width = offset_width.max(offset.map_or(1, |it| it.to_string().len()));
            opcode_width = opcode_width.max(opcode.len());
        }
    }
    let indent = offset_width.saturating_add(opcode_width).saturating_add(6);
    for row in rows {
        match row {
            Row::Stream(text) => writeln!(out, "  {}", styled(DIM, text))?,
            Row::Step { offset, opcode, text, remark } => {
                let offset = offset.map_or_else(|| "–".to_owned(), |offset| offset.to_string());
                let filler = offset_width.saturating_sub(columns(&offset));
                write!(out, "  {:filler$}{}  ", "", styled(DIM, &offset))?;
                write!(out, "{}  ", styled(CODE, format!("{opcode:<opcode_width$}")))?;
                let lines = wrap(text, 0, width.saturating_sub(indent));
                for (index, line) in lines.iter().enumerate() {
                    let gap = if index == 0 { 0 } else { indent };
                    writeln!(out, "{:gap$}{}", "", styled(BOLD, line))?;
                }
                if let Some(remark) = remark {
                    let left = width.saturating_sub(indent).saturating_sub(2);
                    for (index, line) in wrap(remark, 0, left).iter().enumerate() {
                        let mark = if index == 0 { "^ " } else { "  " };
                        writeln!(out, "{:indent$}{}{line}", "", styled(BAD, mark))?;
                    }
                }
            }
        }
    }
    Ok(())
}
