//! The real validator (crate `jsonschema`), which every witness is shown to.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

use crate::shape::Side;

/// A validator of a whole schema, as the gate asks it: dialect 2020-12, formats asserted, nothing fetched.
///
/// # Errors
/// Says what is wrong with the schema.
pub fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .offline()
        .build(schema)
        .map_err(|error| error.to_string())
}

/// A validator by its place; none where none can be made.
type Made = HashMap<(Side, String), Option<Rc<Validator>>>;

/// Validators of subschemas of two documents, made when they are first asked for.
pub(crate) struct Validators {
    documents: [Rc<Value>; 2],
    made: RefCell<Made>,
}

impl Validators {
    pub(crate) fn of(documents: &[Rc<Value>; 2]) -> Self {
        Self {
            documents: documents.clone(),
            made: RefCell::default(),
        }
    }

    /// Whether the subschema at `pointer` takes `value`; none where no validator can be made of it.
    pub(crate) fn accepts(&self, side: Side, pointer: &str, value: &Value) -> Option<bool> {
        let key = (side, pointer.to_owned());
        let known = self.made.borrow().get(&key).cloned();
        let validator = known.unwrap_or_else(|| {
            let made = make(&self.documents[side as usize], pointer).map(Rc::new);
            self.made.borrow_mut().insert(key, made.clone());
            made
        })?;
        Some(validator.is_valid(value))
    }
}

fn make(document: &Value, pointer: &str) -> Option<Validator> {
    if pointer.is_empty() {
        return validator(document).ok();
    }
    const NAME: &str = "urn:tidings:compared";
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add(NAME, document.clone())
        .ok()?
        .prepare()
        .ok()?;
    let part = json!({ "$ref": format!("{NAME}#{}", fragment(pointer)) });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .offline()
        .with_registry(&registry)
        .build(&part)
        .ok()
}

/// The pointer as a fragment of a URI (RFC 6901, 6): a name can be a pattern, in which most is not allowed there (RFC 3986, 3.5).
fn fragment(pointer: &str) -> String {
    let mut fragment = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        match byte {
            b'/' | b'~' | b'$' | b'-' | b'.' | b'_' => fragment.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => fragment.push(byte.into()),
            byte => fragment.push_str(&format!("%{byte:02X}")),
        }
    }
    fragment
}
