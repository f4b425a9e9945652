//! Values of a reply that may be of another kind than expected, or missing: what is of another
//! kind is read as missing. Nothing that is skipped is kept in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, de};

/// Most texts of a list.
const MOST_TEXTS: usize = 1000;

/// Most bytes of a text that is only shown or compared.
const LONGEST_TEXT: usize = 4096;

/// A number, truth value, text or list of texts; anything else is `Other`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Scalar {
    #[default]
    Other,
    Flag(bool),
    Number(u64),
    Text(String),
    Texts(Vec<String>),
}

impl Scalar {
    pub(super) fn flag(&self) -> Option<bool> {
        if let Self::Flag(flag) = self { Some(*flag) } else { None }
    }

    pub(super) fn number(&self) -> Option<u64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// One text as a list of one.
    pub(super) fn texts(self) -> Vec<String> {
        match self {
            Self::Text(text) => vec![text],
            Self::Texts(texts) => texts,
            _ => Vec::new(),
        }
    }
}

/// A text cut to a length that is enough for a person. Cut ones compare as different.
pub(super) fn cut(text: &str) -> String {
    if text.len() <= LONGEST_TEXT {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(LONGEST_TEXT / 4).collect();
    kept.push('…');
    kept
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// Visits that read values of the named kinds as missing.
macro_rules! read_as_missing {
    ($missing:expr; $($kind:ident)+) => { $(read_as_missing!(@$kind $missing);)+ };
    (@bool $missing:expr) => {
        fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> { Ok($missing) }
    };
    (@number $missing:expr) => {
        fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> { Ok($missing) }
    };
    (@other_number $missing:expr) => {
        fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> { Ok($missing) }
        fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> { Ok($missing) }
    };
    (@text $missing:expr) => {
        fn visit_str<E: de::Error>(self, _: &str) -> Result<Self::Value, E> { Ok($missing) }
    };
    (@null $missing:expr) => {
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> { Ok($missing) }
    };
    (@list $missing:expr) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok($missing)
        }
    };
    (@object $missing:expr) => {
        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($missing)
        }
    };
}

fn expecting_any(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("any value")
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting_any(f)
    }

    read_as_missing!(Scalar::Other; other_number null object);

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(cut(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        let mut texts = Vec::new();
        while let Some(OneText(text)) = list.next_element()? {
            if texts.len() < MOST_TEXTS {
                texts.extend(text);
            }
        }
        Ok(Scalar::Texts(texts))
    }
}

/// An item of a list of texts.
struct OneText(Option<String>);

impl<'de> Deserialize<'de> for OneText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneTextVisitor)
    }
}

struct OneTextVisitor;

impl<'de> Visitor<'de> for OneTextVisitor {
    type Value = OneText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting_any(f)
    }

    read_as_missing!(OneText(None); bool number other_number null list object);

    fn visit_str<E: de::Error>(self, value: &str) -> Result<OneText, E> {
        Ok(OneText(Some(cut(value))))
    }
}

/// An object; anything that is none is read as missing. An object whose content is not
/// understood is an error all the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expecting_any(f)
    }

    read_as_missing!(Object(None); bool number other_number text null list);

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(|value| Object(Some(value)))
    }
}

/// A list of at most `MOST` items; a longer one is an error, before it takes any memory.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounded<T, const MOST: usize>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Bounded<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BoundedVisitor(PhantomData))
    }
}

struct BoundedVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for BoundedVisitor<T, MOST> {
    type Value = Bounded<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() >= MOST {
                return Err(de::Error::custom(format_args!("a list of more than {MOST} items")));
            }
            items.push(item);
        }
        Ok(Bounded(items))
    }
}

/// An object with at most `MOST` keys, none of them twice.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BoundedMap<T, const MOST: usize>(pub(super) BTreeMap<String, T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for BoundedMap<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BoundedMapVisitor(PhantomData))
    }
}

struct BoundedMapVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for BoundedMapVisitor<T, MOST> {
    type Value = BoundedMap<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with at most {MOST} keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut values = BTreeMap::new();
        while let Some((key, value)) = object.next_entry::<String, T>()? {
            if values.len() >= MOST {
                return Err(de::Error::custom(format_args!("an object of more than {MOST} keys")));
            }
            if values.insert(key, value).is_some() {
                return Err(de::Error::custom("a key that is there twice"));
            }
        }
        Ok(BoundedMap(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(json: &str) -> Scalar {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_of_another_kind_is_missing() {
        assert_eq!(scalar("true").flag(), Some(true));
        assert_eq!(scalar("\"true\"").flag(), None);
        assert_eq!(scalar("7").number(), Some(7));
        assert_eq!(scalar("-7").number(), None);
        assert_eq!(scalar("7.5"), Scalar::Other);
        assert_eq!(scalar("null"), Scalar::Other);
        assert_eq!(scalar("{\"a\":[{}]}"), Scalar::Other);
        assert_eq!(scalar("\"mit\"").texts(), ["mit"]);
        assert_eq!(scalar("[\"mit\",1,null,[\"x\"],{},\"gpl\"]").texts(), ["mit", "gpl"]);
        let object = |json| serde_json::from_str::<Object<Vec<(String, Scalar)>>>(json);
        for json in ["false", "1", "\"x\"", "null", "[1,{}]", "-1", "1.5"] {
            assert_eq!(object(json).unwrap().0, None, "{json}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_or_refused() {
        let long = format!("\"{}\"", "ü".repeat(5000));
        assert_eq!(scalar(&long).text().unwrap().chars().count(), LONGEST_TEXT / 4 + 1);
        let list = |items: usize| format!("[{}]", vec!["\"a\""; items].join(","));
        assert_eq!(scalar(&list(1001)).texts().len(), MOST_TEXTS);
        assert!(serde_json::from_str::<Bounded<String, 3>>(&list(3)).is_ok());
        let error = serde_json::from_str::<Bounded<String, 3>>(&list(4)).unwrap_err();
        assert!(error.to_string().starts_with("a list of more than 3 items"), "{error}");
    }
}
