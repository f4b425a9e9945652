//! Whether a call is one of those that the allow-list leaves a name.

use crate::evidence::{Argument, Call, CallOpcode, ContainerKind, ImplicitMethod};
use crate::policy::{
    self, ArgumentForm, ArgumentsForm, CallForm, GlobalEntry, GlobalSet, ValueForm, ValueKind,
};

/// Whether one of `forms` is the form of a call.
pub(super) fn is_call_allowed(forms: &[CallForm], call: &Call) -> bool {
    if call.known {
        // The machine has compared every call of it, and tells one for all that do not depart.
        let calls = |form: &CallForm| {
            matches!(form, CallForm::Known | CallForm::New(_) | CallForm::Call(_))
        };
        return forms.iter().any(calls);
    }
    forms.iter().any(|form| match form {
        CallForm::New(arguments) => {
            let creates = match call.opcode {
                CallOpcode::Newobj | CallOpcode::NewobjEx => true,
                // Without arguments a class is created without its constructor.
                CallOpcode::Inst | CallOpcode::Obj => call.values.as_deref() == Some(&[]),
                CallOpcode::Reduce => false,
            };
            creates && are_arguments(arguments, call)
        }
        CallForm::Call(arguments) => are_arguments(arguments, call),
        CallForm::Enumeration => match call.values.as_deref() {
            Some([value]) => value.is_constant(),
            _ => false,
        },
        CallForm::Never | CallForm::Known | CallForm::Implicit(_) => false,
    })
}

/// Whether `forms` leave a method that opcodes call on instances.
pub(super) fn is_implicit_call_allowed(forms: &[CallForm], method: ImplicitMethod) -> bool {
    let implied = |form: &CallForm| match form {
        CallForm::Implicit(allowed) => *allowed == method_of(method),
        // What is made of its arguments is a value, and values are keys.
        CallForm::Call(_) | CallForm::Enumeration | CallForm::Known => {
            method == ImplicitMethod::Hash
        }
        CallForm::New(arguments) => {
            method == ImplicitMethod::Hash && *arguments != ArgumentsForm::default()
        }
        CallForm::Never => false,
    };
    forms.iter().any(implied)
}

const fn method_of(method: ImplicitMethod) -> policy::ImplicitMethod {
    match method {
        ImplicitMethod::SetItem => policy::ImplicitMethod::SetItem,
        ImplicitMethod::Append => policy::ImplicitMethod::Append,
        ImplicitMethod::Add => policy::ImplicitMethod::Add,
        ImplicitMethod::Hash => policy::ImplicitMethod::Hash,
    }
}

/// The forms as a sentence's part: "`new`, `(str, int)`".
pub(super) fn in_words(forms: &[CallForm]) -> String {
    let shown = forms.iter().map(|form| format!("`{form}`"));
    shown.collect::<Vec<_>>().join(", ")
}

fn are_arguments(form: &ArgumentsForm, call: &Call) -> bool {
    call.values.as_deref().is_some_and(|values| are_values(form, values))
}

fn are_values(form: &ArgumentsForm, values: &[Argument]) -> bool {
    let Some((required, more)) = values.split_at_checked(form.required.len()) else {
        return false;
    };
    let optional = more.get(..form.optional.len()).unwrap_or(more);
    let rest = more.get(optional.len()..).unwrap_or_default();
    let all = |forms: &[ArgumentForm], values: &[Argument]| {
        forms.iter().zip(values).all(|(form, value)| is_argument(form, value))
    };
    all(&form.required, required)
        && all(&form.optional, optional)
        && match &form.rest {
            Some(form) => rest.iter().all(|value| is_argument(form, value)),
            None => rest.is_empty(),
        }
}

fn is_argument(form: &ArgumentForm, value: &Argument) -> bool {
    form.0.iter().any(|form| is_value(form, value))
}

fn is_value(form: &ValueForm, value: &Argument) -> bool {
    match (form, value) {
        (ValueForm::Kind(kind), _) => is_kind(*kind, value),
        (ValueForm::Text(text), Argument::Text(Some(value))) => text == value,
        (ValueForm::Integer(number), Argument::Integer(Some(value))) => number == value,
        (ValueForm::Truth(truth), Argument::Truth(value)) => truth == value,
        (
            ValueForm::Tuple(form),
            Argument::Container { kind: ContainerKind::Tuple, items: Some(items), .. },
        ) => are_values(form, items),
        (
            ValueForm::Dict(entries),
            Argument::Container { kind: ContainerKind::Dict, items: Some(items), .. },
        ) => is_dict(entries, items),
        (ValueForm::Import(entry), Argument::Global(global))
        | (ValueForm::Instance(entry), Argument::Instance(global)) => is_global(entry, global),
        _ => false,
    }
}

fn is_kind(kind: ValueKind, value: &Argument) -> bool {
    let container = |wanted| matches!(value, Argument::Container { kind, .. } if *kind == wanted);
    match kind {
        ValueKind::Str => matches!(value, Argument::Text(_)),
        ValueKind::Bytes => matches!(value, Argument::Bytes),
        ValueKind::Int => matches!(value, Argument::Integer(_)),
        ValueKind::Float => matches!(value, Argument::Float),
        ValueKind::Bool => matches!(value, Argument::Truth(_)),
        ValueKind::None => matches!(value, Argument::None),
        ValueKind::Tuple => container(ContainerKind::Tuple),
        ValueKind::List => container(ContainerKind::List),
        ValueKind::Dict => container(ContainerKind::Dict),
        ValueKind::Set => container(ContainerKind::Set),
        ValueKind::Data => value.is_constant(),
        ValueKind::Class => matches!(value, Argument::Global(_)),
        ValueKind::Object => !matches!(value, Argument::Global(_) | Argument::Unknown),
        ValueKind::Any => !matches!(value, Argument::Unknown),
    }
}

/// Whether a dict has just the entries of a form. A key that stands twice counts each time.
fn is_dict(entries: &[(String, bool, ArgumentForm)], items: &[Argument]) -> bool {
    let is_key =
        |item: &Argument, key: &str| matches!(item, Argument::Text(Some(text)) if text == key);
    let pairs = || items.chunks_exact(2);
    let known = pairs().all(|pair| match pair {
        [key, value] => {
            entries.iter().any(|(name, _, form)| is_key(key, name) && is_argument(form, value))
        }
        _ => false,
    });
    let complete = entries
        .iter()
        .filter(|(_, required, _)| *required)
        .all(|(name, _, _)| pairs().any(|pair| pair.first().is_some_and(|key| is_key(key, name))));
    known && complete && items.len() & 1 == 0
}

/// Whether an entry means `global`, which is `module.name`. Which of its dots separates them is
/// not known any more, so that each is tried.
fn is_global(entry: &GlobalEntry, global: &str) -> bool {
    let mut set = GlobalSet::default();
    set.insert(entry.clone());
    global
        .match_indices('.')
        .filter_map(|(dot, _)| Some((global.get(..dot)?, global.get(dot.checked_add(1)?..)?)))
        .take(16)
        .any(|(module, name)| set.contains(module, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Callee;

    fn text(text: &str) -> Argument {
        Argument::Text(Some(text.to_owned()))
    }

    fn container(kind: ContainerKind, items: Vec<Argument>) -> Argument {
        let constant = items.iter().all(Argument::is_constant);
        Argument::Container { kind, constant, items: Some(items) }
    }

    fn call(opcode: CallOpcode, values: Option<Vec<Argument>>) -> Call {
        Call {
            callee: Callee::Global("a.f".to_owned()),
            opcode,
            arguments: String::new(),
            values,
            known: false,
            departure: None,
            through: None,
            stream: 0,
            times: 1,
        }
    }

    fn allows(form: &str, values: &[Argument]) -> bool {
        let forms = [form.parse::<CallForm>().unwrap()];
        is_call_allowed(&forms, &call(CallOpcode::Reduce, Some(values.to_vec())))
    }

    #[test]
    fn arguments_are_those_of_the_form() {
        let int = Argument::Integer(Some(7));
        let instance = |class: &str| Argument::Instance(class.to_owned());
        assert!(allows("(str, int?)", &[text("x")]));
        assert!(allows("(str, int?)", &[text("x"), int.clone()]));
        assert!(!allows("(str, int?)", &[]));
        assert!(!allows("(str, int?)", &[text("x"), int.clone(), int.clone()]));
        assert!(!allows("(int)", &[Argument::Truth(true)]));
        assert!(allows("(int...)", &[]) && allows("(int...)", &[int.clone(), int.clone()]));
        assert!(!allows("(int...)", &[int.clone(), text("x")]));
        assert!(allows("('latin1')", &[text("latin1")]));
        assert!(!allows("('latin1')", &[text("rot13")]));
        assert!(!allows("('latin1')", &[Argument::Text(None)]));
        assert!(allows("(7, True)", &[int.clone(), Argument::Truth(true)]));
        let pair = container(ContainerKind::Tuple, vec![int.clone(), instance("a.C")]);
        assert!(allows("((int, a.C()))", std::slice::from_ref(&pair)));
        assert!(!allows("((int, int))", std::slice::from_ref(&pair)));
        assert!(allows("(tuple)", std::slice::from_ref(&pair)));
        assert!(!allows("(data)", std::slice::from_ref(&pair)));
        assert!(allows("(object)", &[instance("b.D")]) && !allows("(class)", &[instance("b.D")]));
        let import = Argument::Global("a.C".to_owned());
        assert!(allows("(class)", std::slice::from_ref(&import)));
        assert!(allows("(any | a.C)", std::slice::from_ref(&import)));
        assert!(!allows("(object)", std::slice::from_ref(&import)));
        assert!(allows("(a.C)", std::slice::from_ref(&import)) && !allows("(a.C())", &[import]));
        assert!(allows("(a.*())", &[instance("a.C")]) && !allows("(b.*())", &[instance("a.C")]));
        assert!(!allows("(any)", &[Argument::Unknown]));
    }

    #[test]
    fn a_dict_has_the_keys_of_the_form_and_no_others() {
        let dict = |pairs: &[(&str, Argument)]| {
            let items = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()]);
            [container(ContainerKind::Dict, items.collect())]
        };
        let form = "({'data': object, 'name'?: str | None})";
        assert!(allows(form, &dict(&[("data", Argument::None)])));
        assert!(allows(form, &dict(&[("data", Argument::None), ("name", Argument::None)])));
        assert!(!allows(form, &dict(&[("name", Argument::None)])));
        assert!(!allows(form, &dict(&[("data", Argument::None), ("tz", text("x"))])));
        assert!(!allows(form, &dict(&[("data", Argument::Global("a.f".to_owned()))])));
        let twice = dict(&[("data", Argument::None), ("data", Argument::Unknown)]);
        assert!(!allows(form, &twice));
    }

    #[test]
    fn how_it_is_created_counts() {
        let allowed = |form: &str, opcode, values: Option<&[Argument]>| {
            let forms = [form.parse::<CallForm>().unwrap()];
            is_call_allowed(&forms, &call(opcode, values.map(<[_]>::to_vec)))
        };
        let one: &[Argument] = &[Argument::Float];
        for opcode in [CallOpcode::Newobj, CallOpcode::NewobjEx, CallOpcode::Inst, CallOpcode::Obj]
        {
            assert!(allowed("new", opcode, Some(&[])), "{opcode:?}");
            assert!(!allowed("new", opcode, Some(one)), "{opcode:?}");
            assert!(!allowed("new", opcode, None), "{opcode:?}");
        }
        assert!(!allowed("new", CallOpcode::Reduce, Some(&[])));
        assert!(allowed("new(float)", CallOpcode::Newobj, Some(one)));
        assert!(!allowed("new(float)", CallOpcode::Reduce, Some(one)));
        assert!(allowed("(float)", CallOpcode::Newobj, Some(one)));
        assert!(allowed("enum", CallOpcode::Reduce, Some(one)));
        assert!(!allowed("enum", CallOpcode::Reduce, Some(&[])));
        for form in ["never", "known", "setitem", "hash"] {
            assert!(!allowed(form, CallOpcode::Newobj, Some(&[])), "{form}");
        }
    }

    #[test]
    fn items_and_keys_need_their_own_word() {
        let allowed = |form: &str, method| {
            is_implicit_call_allowed(&[form.parse::<CallForm>().unwrap()], method)
        };
        assert!(allowed("setitem", ImplicitMethod::SetItem));
        assert!(!allowed("setitem", ImplicitMethod::Append));
        assert!(allowed("append", ImplicitMethod::Append) && allowed("add", ImplicitMethod::Add));
        for form in ["hash", "(int)", "new(int)", "enum", "known"] {
            assert!(allowed(form, ImplicitMethod::Hash), "{form}");
        }
        assert!(!allowed("new", ImplicitMethod::Hash) && !allowed("never", ImplicitMethod::Hash));
        assert!(!allowed("new", ImplicitMethod::SetItem));
    }
}
