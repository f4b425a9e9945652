//! Values from layers, each with its origin.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use crate::document::{Document, Located, Place, Span};

/// Whose settings they are: a file's or one of its profiles'.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'a> {
    pub(super) document: &'a Arc<Document>,
    /// Whether the document is a preset.
    pub(super) preset: bool,
    /// The profile, if these are a profile's settings.
    pub(super) profile: Option<&'a str>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin<'a> {
    /// Nobody wrote it.
    Default,
    /// A layer.
    Written { layer: Layer<'a>, span: Span },
}

/// A value and where it comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sourced<'a, T> {
    pub(super) value: T,
    pub(super) origin: Origin<'a>,
}

/// A list, each entry with its origin.
pub(super) type SourcedList<'a, T> = Vec<Sourced<'a, T>>;

impl<T> Sourced<'_, T> {
    /// A value that nobody wrote.
    pub(super) fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

impl<'a> Layer<'a> {
    pub(super) fn sourced<T>(self, value: T, span: Span) -> Sourced<'a, T> {
        Sourced { value, origin: Origin::Written { layer: self, span } }
    }

    /// Overrides a single value, if the layer writes it.
    pub(super) fn set<T: Copy>(self, value: &mut Sourced<'a, T>, written: Option<Located<T>>) {
        if let Some(written) = written {
            *value = self.sourced(written.value, written.span);
        }
    }

    /// Replaces a list if the layer writes it, and adds what it adds.
    pub(super) fn list<W, T>(
        self,
        list: &mut SourcedList<'a, T>,
        written: Option<&'a Vec<Located<W>>>,
        extra: Option<&'a Vec<Located<W>>>,
        view: impl Fn(&'a W) -> T,
    ) {
        if let Some(written) = written {
            *list = self.entries(written, &view);
        }
        if let Some(extra) = extra {
            list.extend(self.entries(extra, &view));
        }
    }

    /// Replaces a list that may be absent, if the layer writes it.
    pub(super) fn replace<W, T>(
        self,
        list: &mut Option<SourcedList<'a, T>>,
        written: Option<&'a Vec<Located<W>>>,
        view: impl Fn(&'a W) -> T,
    ) {
        if let Some(written) = written {
            *list = Some(self.entries(written, view));
        }
    }

    /// The entries of a list as this layer's.
    pub(super) fn entries<W, T>(
        self,
        written: &'a [Located<W>],
        view: impl Fn(&'a W) -> T,
    ) -> SourcedList<'a, T> {
        written.iter().map(|entry| self.sourced(view(&entry.value), entry.span)).collect()
    }
}

impl Origin<'_> {
    /// Where the value is written.
    pub(super) fn place(&self) -> Option<Place> {
        match self {
            Self::Default => None,
            Self::Written { layer, span } => {
                Some(Place { document: Arc::clone(layer.document), span: *span })
            }
        }
    }
}

/// The values of a list, each once, where it first occurs.
pub(super) fn distinct<'s, T: Copy + Eq + Hash>(
    list: &'s [Sourced<'_, T>],
) -> impl Iterator<Item = T> + 's {
    let mut seen = HashSet::new();
    list.iter().map(|entry| entry.value).filter(move |value| seen.insert(*value))
}

/// The texts of a list, each once, where it first occurs.
pub(super) fn distinct_texts(list: &[Sourced<'_, &str>]) -> Vec<String> {
    distinct(list).map(str::to_owned).collect()
}
