//! Markdown on a terminal: as much of it as the help of rules uses.

use std::io::{self, Write};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::super::layout::{BOLD, CODE, columns, styled, wrap};

/// Columns in front of code.
const CODE_INDENT: usize = 4;

/// Writes a Markdown text, wrapped to `width` columns.
pub(super) fn write(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { width, out, block: String::new(), marks: Vec::new(), first: true };
    let mut in_code = false;
    let mut link: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Paragraph) => page.flush()?,
            Event::End(TagEnd::Heading(_)) => page.heading()?,
            Event::End(TagEnd::Paragraph | TagEnd::TableRow | TagEnd::TableHead) => page.flush()?,
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                page.flush()?;
                in_code = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                in_code = false;
                page.code()?;
            }
            Event::Start(Tag::List(first)) => {
                page.flush()?;
                page.marks.push(Marks { next: first, begins: false, told: false });
            }
            Event::End(TagEnd::List(_)) => {
                page.flush()?;
                page.marks.pop();
            }
            Event::Start(Tag::Item) => {
                page.flush()?;
                if let Some(marks) = page.marks.last_mut() {
                    marks.begins = true;
                }
            }
            Event::End(TagEnd::Item) => page.flush()?,
            Event::Start(Tag::Link { dest_url, .. }) => link = Some(dest_url.into_string()),
            Event::End(TagEnd::Link) => {
                if let Some(target) = link.take()
                    && !page.block.ends_with(&target)
                {
                    page.block.push_str(&format!(" ({target})"));
                }
            }
            Event::End(TagEnd::TableCell) => page.block.push_str("   "),
            Event::Start(Tag::Strong) => page.block.push_str(&BOLD.to_string()),
            Event::End(TagEnd::Strong) => {
                page.block.push_str(&BOLD.render_reset().to_string());
            }
            Event::Text(text) => page.block.push_str(&text),
            // Wrapped like any words, but each in its style: a line break resets nothing.
            Event::Code(code) => {
                let words: Vec<String> =
                    code.split(' ').map(|word| styled(CODE, word).to_string()).collect();
                page.block.push_str(&words.join(" "));
            }
            Event::SoftBreak => page.block.push(if in_code { '\n' } else { ' ' }),
            Event::HardBreak => page.block.push('\n'),
            _ => {}
        }
    }
    page.flush()
}

/// A list that is being written.
struct Marks {
    /// The number of the next item; `None` for bullets.
    next: Option<u64>,
    /// Whether the next block begins an item.
    begins: bool,
    /// Whether an item was written.
    told: bool,
}

struct Page<'a> {
    width: usize,
    out: &'a mut dyn Write,
    /// The text of the block that is being read.
    block: String,
    /// The lists that we are in.
    marks: Vec<Marks>,
    /// Whether nothing was written yet.
    first: bool,
}

impl Page<'_> {
    fn take(&mut self) -> Option<String> {
        let block = std::mem::take(&mut self.block);
        (!block.trim().is_empty()).then_some(block)
    }

    /// An empty line between blocks, none between the items of a list.
    fn separate(&mut self) -> io::Result<()> {
        let inside_list = self.marks.last().is_some_and(|marks| marks.told);
        if !std::mem::take(&mut self.first) && !inside_list {
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn heading(&mut self) -> io::Result<()> {
        let Some(text) = self.take() else { return Ok(()) };
        self.separate()?;
        writeln!(self.out, "{}", styled(BOLD, text))
    }

    fn code(&mut self) -> io::Result<()> {
        let Some(text) = self.take() else { return Ok(()) };
        self.separate()?;
        for line in text.lines() {
            if line.is_empty() {
                writeln!(self.out)?;
            } else {
                writeln!(self.out, "{:CODE_INDENT$}{}", "", styled(CODE, line))?;
            }
        }
        Ok(())
    }

    /// Writes the block as a paragraph or as an item of a list.
    fn flush(&mut self) -> io::Result<()> {
        let Some(text) = self.take() else { return Ok(()) };
        self.separate()?;
        let depth = self.marks.len().saturating_sub(1).saturating_mul(2);
        let mut mark = String::new();
        if let Some(marks) = self.marks.last_mut() {
            let bullet = match &mut marks.next {
                Some(number) => {
                    let bullet = format!("{number}. ");
                    *number = number.saturating_add(u64::from(marks.begins));
                    bullet
                }
                None => "- ".to_owned(),
            };
            mark = if marks.begins { bullet } else { " ".repeat(columns(&bullet)) };
            marks.begins = false;
            marks.told = true;
        }
        let indent = depth.saturating_add(columns(&mark));
        for (index, line) in wrap(&text, 0, self.width.saturating_sub(indent)).iter().enumerate() {
            if index == 0 {
                writeln!(self.out, "{:depth$}{mark}{line}", "")?;
            } else {
                writeln!(self.out, "{:indent$}{line}", "")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn headings_lists_code_and_links_are_laid_out() {
        let text = "## How\n\nUse `torch.save` and\nread [the docs](https://example.org/a).\n\n\
                    - one item that is too long for a line\n- two\n\n1. first\n2. second\n\n\
                    ```yaml\nrules:\n\n  x: off\n```\n\n**Mind** the gap.\n";
        let mut out = Vec::new();
        super::write(text, 34, &mut out).unwrap();
        let plain = anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string();
        assert_eq!(
            plain,
            "How\n\nUse torch.save and read the docs\n(https://example.org/a).\n\n\
             - one item that is too long for a\n  line\n- two\n\n1. first\n2. second\n\n    \
             rules:\n\n      x: off\n\nMind the gap.\n"
        );
    }
}
