//! HTML in Markdown: its text and its headings, without its markup.

/// What HTML says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text between tags.
    Text(String),
    /// `<h1>` to `<h6>`.
    HeadingStart(u8),
    /// `</h1>` to `</h6>`.
    HeadingEnd,
    /// A tag that parts words or paragraphs.
    Break,
}

/// Where we are in the HTML; lines come one by one.
#[derive(Default)]
pub(super) struct Html {
    inside: Inside,
    /// The tag as far as it was read.
    tag: String,
    /// `script` or `style`, whose content is no text.
    hidden: Option<&'static str>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Text,
    Tag,
    Comment,
}

/// Longest tag whose name is looked at.
const LONGEST_TAG: usize = 4096;

impl Html {
    /// Takes the next part of the HTML in.
    pub(super) fn read(&mut self, html: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = html;
        loop {
            match self.inside {
                Inside::Comment => match rest.split_once("-->") {
                    Some((_, behind)) => {
                        self.inside = Inside::Text;
                        rest = behind;
                    }
                    None => break,
                },
                Inside::Tag => match rest.split_once('>') {
                    Some((tag, behind)) => {
                        self.grow_tag(tag);
                        self.inside = Inside::Text;
                        rest = behind;
                        let piece = self.end_tag();
                        if !text.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut text)));
                        }
                        pieces.extend(piece);
                    }
                    None => {
                        self.grow_tag(rest);
                        break;
                    }
                },
                Inside::Text => match rest.split_once('<') {
                    Some((before, behind)) => {
                        self.grow_text(&mut text, before);
                        if let Some(comment) = behind.strip_prefix("!--") {
                            self.inside = Inside::Comment;
                            rest = comment;
                        } else if behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
                        {
                            self.inside = Inside::Tag;
                            self.tag.clear();
                            rest = behind;
                        } else {
                            self.grow_text(&mut text, "<");
                            rest = behind;
                        }
                    }
                    None => {
                        self.grow_text(&mut text, rest);
                        break;
                    }
                },
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        pieces
    }

    fn grow_text(&self, text: &mut String, more: &str) {
        if self.hidden.is_none() {
            text.push_str(more);
        }
    }

    fn grow_tag(&mut self, more: &str) {
        if self.tag.len() < LONGEST_TAG {
            self.tag.push_str(more);
        }
    }

    fn end_tag(&mut self) -> Option<Piece> {
        let tag = self.tag.trim_start();
        let (closes, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).take(16).collect();
        let name = name.to_ascii_lowercase();
        for hidden in ["script", "style"] {
            if name == hidden {
                self.hidden = (!closes).then_some(hidden);
            }
        }
        let level = match name.as_bytes() {
            [b'h', level @ b'1'..=b'6'] => Some(level.wrapping_sub(b'0')),
            _ => None,
        };
        match (level, closes) {
            (Some(level), false) => Some(Piece::HeadingStart(level)),
            (Some(_), true) => Some(Piece::HeadingEnd),
            (None, _) => {
                let parts_words = matches!(
                    name.as_str(),
                    "p" | "div"
                        | "br"
                        | "li"
                        | "ul"
                        | "ol"
                        | "td"
                        | "th"
                        | "tr"
                        | "table"
                        | "summary"
                        | "details"
                        | "hr"
                );
                parts_words.then_some(Piece::Break)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_comments_are_left_out() {
        let mut html = Html::default();
        let pieces = html.read("<h2 align=\"center\">Bias</h2> a < b <!-- hidden");
        assert_eq!(
            pieces,
            [
                Piece::HeadingStart(2),
                Piece::Text("Bias".into()),
                Piece::HeadingEnd,
                Piece::Text(" a < b ".into()),
            ]
        );
        assert_eq!(html.read("still --> shown<br"), [Piece::Text(" shown".into())]);
        assert_eq!(html.read("/><style>p{}</style>x"), [Piece::Break, Piece::Text("x".into())]);
    }
}
