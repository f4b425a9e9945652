//! Attributes that scikit-learn follows by name or calls, and what its writers give them.
//!
//! A stacking classifier does `getattr(estimator, method)(X)` for each name in its `stack_method_`
//! (`sklearn/ensemble/_stacking.py`), scorers and threshold classifiers likewise
//! (`sklearn/utils/_response.py`); a meta-estimator calls `predict` of whatever stands where an
//! estimator belongs. An allowed class is a promise about these attributes as well. Read in
//! scikit-learn 1.9.1.

use super::objects::Objects;
use super::value::{Kind, Value};

/// Levels of lists and tuples that are followed.
const LEVELS: u32 = 4;
/// Values looked at in one list.
const ITEMS: usize = 256;

/// What an attribute is followed as.
#[derive(Clone, Copy)]
enum Followed {
    /// The name of a method, or a list of such, that is called.
    Method,
    /// An estimator, or a list of such, by itself or with its name.
    Estimator,
    /// A path of attributes, or a function.
    Path,
}

fn followed(attribute: &str) -> Option<Followed> {
    Some(match attribute {
        "stack_method" | "stack_method_" | "response_method" | "_response_method" => {
            Followed::Method
        }
        "importance_getter" => Followed::Path,
        "base_estimator"
        | "base_estimator_"
        | "best_estimator_"
        | "calibrated_classifiers_"
        | "calibrators"
        | "classifier"
        | "classifier_"
        | "estimator"
        | "estimator_"
        | "estimators"
        | "estimators_"
        | "final_estimator"
        | "final_estimator_"
        | "init"
        | "init_"
        | "kernel_"
        | "memory"
        | "regressor"
        | "regressor_"
        | "steps"
        | "transformer"
        | "transformer_"
        | "transformer_list"
        | "transformers"
        | "transformers_" => Followed::Estimator,
        _ => return None,
    })
}

/// An attribute with a value that no writer gives it.
pub(super) struct Departure {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) reason: &'static str,
}

/// The attributes in a state of an instance of `class` that depart from what writers emit.
pub(super) fn departures(objects: &Objects<'_>, class: &str, state: Value) -> Vec<Departure> {
    if !class.starts_with("sklearn.") || objects.kind(state) != Some(Kind::Dict) {
        return Vec::new();
    }
    let pairs = objects.kept_items(state).chunks_exact(2);
    let odd = pairs.filter_map(|pair| {
        let [key, value] = pair else { return None };
        let key = objects.text(*key)?;
        let reason = match followed(key)? {
            Followed::Method if is_method(objects, *value, LEVELS) => return None,
            Followed::Method => "it calls the method of that name, and estimators have no such",
            Followed::Path if is_path(objects, *value) => return None,
            Followed::Path => "it follows the attributes of that name",
            Followed::Estimator if is_estimator(objects, *value, LEVELS) => return None,
            Followed::Estimator => "it calls methods of what stands there, which is no estimator",
        };
        Some(Departure { key: key.to_owned(), value: objects.describe(*value), reason })
    });
    odd.take(8).collect()
}

fn is_method(objects: &Objects<'_>, value: Value, levels: u32) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return false };
    match objects.kind(value) {
        Some(Kind::Str | Kind::NativeStr) => matches!(
            objects.text(value),
            Some(
                "auto"
                    | "decision_function"
                    | "predict"
                    | "predict_log_proba"
                    | "predict_proba"
                    | "score_samples"
                    | "transform"
            )
        ),
        Some(Kind::List | Kind::Tuple) => objects
            .items(value)
            .is_some_and(|items| items.iter().all(|item| is_method(objects, *item, levels))),
        _ => value == Value::None,
    }
}

fn is_path(objects: &Objects<'_>, value: Value) -> bool {
    match objects.kind(value) {
        Some(Kind::Str | Kind::NativeStr) => {
            objects.text(value).is_some_and(|path| !path.contains("__"))
        }
        Some(_) => false,
        None => matches!(value, Value::None | Value::Global(_)) || objects.call(value).is_some(),
    }
}

fn is_estimator(objects: &Objects<'_>, value: Value, levels: u32) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return false };
    match objects.kind(value) {
        Some(Kind::List | Kind::Tuple) => {
            let items = objects.kept_items(value);
            match items {
                // (name, estimator), (name, transformer, columns)
                [name, estimator] | [name, estimator, _] if objects.text(*name).is_some() => {
                    is_estimator(objects, *estimator, levels)
                }
                _ => items.iter().take(ITEMS).all(|item| is_estimator(objects, *item, levels)),
            }
        }
        // `drop`, `passthrough`, a folder for a cache.
        Some(_) => true,
        None => {
            let class = objects
                .global(value)
                .or_else(|| objects.call(value).map(|call| objects.class(call)));
            class.is_none_or(|class| !is_data_class(class))
        }
    }
}

/// Whether a class holds data that answers methods of many names, or attributes that the file
/// chose: no estimator.
fn is_data_class(class: &str) -> bool {
    const MODULES: [&str; 8] = [
        "pandas.",
        "argparse.",
        "types.",
        "collections.",
        "omegaconf.",
        "functools.",
        "operator.",
        "sklearn.utils._bunch.",
    ];
    MODULES.iter().any(|module| class.starts_with(module))
}
