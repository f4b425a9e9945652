//! The headings of a card, and what stands below each.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::html::{Html, Piece};
use super::prose::{counted_words, words};
use crate::evidence::CardSection;

/// Headings that are kept.
const SECTIONS: usize = 1000;

/// Characters of a heading that are kept.
const LONGEST_HEADING: usize = 256;

/// Reads the Markdown whose first line is line `first_line` of its file: all words of it, and its
/// sections.
pub(super) fn read(markdown: &str, first_line: u64) -> (u64, Vec<CardSection>) {
    let mut options = Options::empty();
    options.insert(Options::ENABLE_TABLES);
    options.insert(Options::ENABLE_STRIKETHROUGH);
    options.insert(Options::ENABLE_TASKLISTS);
    options.insert(Options::ENABLE_FOOTNOTES);
    let mut reader = Reader {
        markdown,
        counted_to: 0,
        line: first_line,
        words: 0,
        sections: Vec::new(),
        open: Vec::new(),
        paragraph: String::new(),
        heading: None,
        html: Html::default(),
        code: false,
        images: 0,
    };
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        reader.take(event, range);
    }
    reader.end_heading();
    reader.end_paragraph();
    (reader.words, reader.sections)
}

struct Reader<'a> {
    markdown: &'a str,
    /// Up to where lines are counted, and how many.
    counted_to: usize,
    line: u64,
    words: u64,
    sections: Vec<CardSection>,
    /// The sections we are in, outermost first.
    open: Vec<usize>,
    /// Text since the last block began.
    paragraph: String,
    /// Level, line and text of the heading we are in.
    heading: Option<(u8, u64, String)>,
    html: Html,
    code: bool,
    images: u32,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let level = u8::try_from(level as usize).unwrap_or(6);
                self.start_heading(level, range.start);
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::CodeBlock(_)) => {
                self.end_paragraph();
                self.code = true;
            }
            Event::End(TagEnd::CodeBlock) => self.code = false,
            Event::Start(Tag::Image { .. }) => self.images = self.images.saturating_add(1),
            Event::End(TagEnd::Image) => self.images = self.images.saturating_sub(1),
            Event::Start(Tag::HtmlBlock) => {
                self.end_paragraph();
                self.html = Html::default();
            }
            Event::End(TagEnd::HtmlBlock) => {
                self.end_heading();
                self.end_paragraph();
            }
            Event::Start(tag) if !is_inline(&tag) => self.end_paragraph(),
            Event::End(end) if is_block_end(end) => self.end_paragraph(),
            Event::Text(text) | Event::Code(text) if !self.code && self.images == 0 => {
                self.text(&text);
            }
            Event::SoftBreak | Event::HardBreak => self.text(" "),
            Event::Html(html) => {
                for piece in self.html.read(&html) {
                    match piece {
                        Piece::Text(text) => self.text(&text),
                        Piece::HeadingStart(level) => self.start_heading(level, range.start),
                        Piece::HeadingEnd => self.end_heading(),
                        Piece::Break if self.heading.is_none() => self.end_paragraph(),
                        Piece::Break => self.text(" "),
                    }
                }
            }
            // Only the tag itself.
            Event::InlineHtml(_) => {}
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.heading {
            Some((_, _, heading)) => heading.push_str(text),
            None => self.paragraph.push_str(text),
        }
    }

    fn line_of(&mut self, offset: usize) -> u64 {
        let between = self.markdown.as_bytes().get(self.counted_to..offset).unwrap_or_default();
        let breaks = between.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.line = self.line.saturating_add(breaks);
        self.counted_to = self.counted_to.max(offset);
        self.line
    }

    fn start_heading(&mut self, level: u8, offset: usize) {
        self.end_heading();
        self.end_paragraph();
        let line = self.line_of(offset);
        self.heading = Some((level, line, String::new()));
    }

    fn end_heading(&mut self) {
        let Some((level, line, text)) = self.heading.take() else { return };
        self.words = self.words.saturating_add(words(&text));
        while self
            .open
            .last()
            .and_then(|at| self.sections.get(*at))
            .is_some_and(|section| section.level >= level)
        {
            self.open.pop();
        }
        if self.sections.len() < SECTIONS {
            let heading = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let heading = heading.chars().take(LONGEST_HEADING).collect();
            self.open.push(self.sections.len());
            self.sections.push(CardSection { heading, level, line, words: 0 });
        }
    }

    fn end_paragraph(&mut self) {
        let count = counted_words(&self.paragraph);
        self.paragraph.clear();
        self.words = self.words.saturating_add(count);
        for at in &self.open {
            if let Some(section) = self.sections.get_mut(*at) {
                section.words = section.words.saturating_add(count);
            }
        }
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

fn is_block_end(end: TagEnd) -> bool {
    !matches!(
        end,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}
