//! Python literals: strings, numbers, tuples, lists, dicts, `True`, `False`, `None`. No names, no
//! calls, no operators.

/// How deep literals may nest; real headers nest about four levels.
const DEPTH: u32 = 32;

/// A literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    /// `None` inside: negative, or beyond 64 bits.
    Integer(Option<u64>),
    Boolean(bool),
    None,
    Tuple(Vec<Self>),
    List(Vec<Self>),
    Dict(Vec<(Self, Self)>),
}

/// Parses a text that is one literal, blanks around it allowed. `long_integers`: whether the `L`
/// of Python 2 may stand behind a number.
pub(super) fn parse(text: &str, long_integers: bool) -> Result<Literal, String> {
    let mut parser = Parser { rest: text, long_integers };
    let literal = parser.literal(DEPTH)?;
    parser.blanks();
    if parser.rest.is_empty() {
        Ok(literal)
    } else {
        Err("something follows the header's dict".to_owned())
    }
}

struct Parser<'a> {
    rest: &'a str,
    long_integers: bool,
}

impl Parser<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0C']);
    }

    fn take(&mut self, token: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn literal(&mut self, depth: u32) -> Result<Literal, String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err("the header nests too deep".to_owned());
        };
        self.blanks();
        match self.rest.chars().next() {
            Some('{') => self.dict(depth),
            Some('(') => {
                self.take('(');
                let (items, comma) = self.items(')', depth)?;
                match <[Literal; 1]>::try_from(items) {
                    // Parentheses around one value make no tuple.
                    Ok([single]) if !comma => Ok(single),
                    Ok([single]) => Ok(Literal::Tuple(vec![single])),
                    Err(items) => Ok(Literal::Tuple(items)),
                }
            }
            Some('[') => {
                self.take('[');
                Ok(Literal::List(self.items(']', depth)?.0))
            }
            Some('\'' | '"') => self.text(),
            Some('0'..='9' | '-' | '+') => self.integer(),
            Some(letter) if letter.is_ascii_alphabetic() => self.word(),
            _ => Err("the header is no Python literal".to_owned()),
        }
    }

    fn items(&mut self, end: char, depth: u32) -> Result<(Vec<Literal>, bool), String> {
        let mut items = Vec::new();
        loop {
            if self.take(end) {
                // A comma in front of the end, if there are items at all.
                return Ok((items, true));
            }
            items.push(self.literal(depth)?);
            if self.take(end) {
                return Ok((items, false));
            }
            if !self.take(',') {
                return Err("a comma is missing in the header".to_owned());
            }
        }
    }

    fn dict(&mut self, depth: u32) -> Result<Literal, String> {
        self.take('{');
        let mut entries = Vec::new();
        loop {
            if self.take('}') {
                return Ok(Literal::Dict(entries));
            }
            let key = self.literal(depth)?;
            if !self.take(':') {
                return Err("a colon is missing in the header".to_owned());
            }
            entries.push((key, self.literal(depth)?));
            if self.take('}') {
                return Ok(Literal::Dict(entries));
            }
            if !self.take(',') {
                return Err("a comma is missing in the header".to_owned());
            }
        }
    }

    fn text(&mut self) -> Result<Literal, String> {
        let mut characters = self.rest.chars();
        let quote = characters.next();
        let mut text = String::new();
        while let Some(character) = characters.next() {
            match character {
                c if Some(c) == quote => {
                    self.rest = characters.as_str();
                    return Ok(Literal::Text(text));
                }
                '\n' => break,
                '\\' => {
                    let escaped = characters.next();
                    text.push(match escaped {
                        Some(c @ ('\\' | '\'' | '"')) => c,
                        Some('n') => '\n',
                        Some('t') => '\t',
                        Some('r') => '\r',
                        Some(letter @ ('x' | 'u' | 'U')) => {
                            let digits = match letter {
                                'x' => 2,
                                'u' => 4,
                                _ => 8,
                            };
                            let mut code = 0_u32;
                            for _ in 0..digits {
                                let digit = characters.next().and_then(|c| c.to_digit(16));
                                let digit = digit.ok_or("a broken escape in the header")?;
                                code = (code << 4) | digit;
                            }
                            char::from_u32(code).ok_or("a broken escape in the header")?
                        }
                        _ => return Err("an unknown escape in the header".to_owned()),
                    });
                }
                c => text.push(c),
            }
        }
        Err("a string in the header has no end".to_owned())
    }

    fn integer(&mut self) -> Result<Literal, String> {
        let (negative, digits) = match self.rest.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, self.rest),
        };
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = digits.split_at_checked(count).unwrap_or((digits, ""));
        if number.is_empty() || (number.len() > 1 && number.starts_with('0')) {
            return Err("a broken number in the header".to_owned());
        }
        let rest = match rest.strip_prefix(['L', 'l']) {
            Some(rest) if self.long_integers => rest,
            Some(_) => return Err("a number of Python 2 in a header of version 3".to_owned()),
            None => rest,
        };
        if rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.')) {
            return Err("a number in the header that is no whole one".to_owned());
        }
        self.rest = rest;
        let value = number.parse().ok().filter(|value| !negative || *value == 0);
        Ok(Literal::Integer(value))
    }

    fn word(&mut self) -> Result<Literal, String> {
        let count = self.rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (word, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, ""));
        if matches!(word, "u" | "b" | "U" | "B") && rest.starts_with(['\'', '"']) {
            self.rest = rest;
            return self.text();
        }
        let literal = match word {
            "True" => Literal::Boolean(true),
            "False" => Literal::Boolean(false),
            "None" => Literal::None,
            _ => return Err(format!("the header has the name `{word:.64}`, no literal")),
        };
        self.rest = rest;
        Ok(literal)
    }
}
