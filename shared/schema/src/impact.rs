//! Who is touched by a change of a field: who reads it, who publishes it, and what removing it, renaming it or requiring it would break.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    compare::change,
    content::ContentModel,
    dialect::modern,
    finding::{Outcome, Verdict},
    gate::{Catalogue, Function},
    rule::Mode,
};

/// A function that is touched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Touched {
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: String,
    /// The version that it reads or publishes; none where it passes events on without looking into them.
    pub version: Option<u32>,
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Would {
    /// The change: `removed`, `renamed`, `made required`, `made optional`.
    pub change: &'static str,
    /// What comes of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The consumers that would fail on it, or lose data without noticing.
    pub breaks: Vec<String>,
}

/// The impact of a type, or of one of its fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Impact {
    /// The type.
    #[serde(rename = "type")]
    pub name: String,
    /// The current version.
    pub version: u32,
    /// The field that was asked about.
    pub field: Option<String>,
    /// All fields that are read, with the place of each.
    pub fields: Vec<String>,
    /// Consumers whose types read it.
    pub readers: Vec<Touched>,
    /// Consumers that get the event and do not look at it.
    pub others: Vec<Touched>,
    /// Who publishes it.
    pub publishers: Vec<Touched>,
    /// What changes of the field would do.
    pub would: Vec<Would>,
}

/// A question that has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// There is no such type.
    #[error("there is no type {name}; there are {known}")]
    NoType {
        /// What was asked.
        name: String,
        /// What there is.
        known: String,
    },
    /// It has no such field.
    #[error("{name} has no field {field}; it has {known}")]
    NoField {
        /// The type.
        name: String,
        /// What was asked.
        field: String,
        /// What there is.
        known: String,
    },
}

/// The impact of a type of the catalogue, or of a field of it (`items.sku`).
///
/// # Errors
/// When there is no such type, or no such field.
pub fn impact(catalogue: &Catalogue, name: &str, field: Option<&str>) -> Result<Impact, Unanswered> {
    let Some(contract) = catalogue.contract(name) else {
        let known: Vec<&str> = catalogue
            .contracts
            .iter()
            .map(|contract| contract.name.as_str())
            .collect();
        return Err(Unanswered::NoType {
            name: name.to_owned(),
            known: known.join(", "),
        });
    };
    let Some(current) = contract.version(contract.current) else {
        return Err(Unanswered::NoType {
            name: format!("{name} v{}", contract.current),
            known: name.to_owned(),
        });
    };
    let (written, read) = (modern(&current.written), modern(current.reader()));
    let (fields, known) = (places(&read), places(&written));
    let field = field.map(plain);
    if let Some(field) = &field
        && !known.iter().chain(&fields).any(|(place, _)| place == field)
    {
        let known: Vec<&str> = known.iter().map(|(place, _)| place.as_str()).collect();
        return Err(Unanswered::NoField {
            name: name.to_owned(),
            field: field.clone(),
            known: known.join(", "),
        });
    }
    let is_read = field
        .as_ref()
        .is_none_or(|field| fields.iter().any(|(place, _)| place == field));
    let touched = |function: &Function, version| Touched {
        name: function.name.clone(),
        service: function.service.clone(),
        version,
    };
    let (readers, others): (Vec<_>, Vec<_>) = catalogue
        .consumers_of(name)
        .map(|consumer| touched(consumer, consumer.reads(name)))
        .partition(|consumer| consumer.version.is_some() && is_read);
    let publishers = catalogue.publishers_of(name).map(|publisher| {
        let of = publisher.publishes.iter().find(|of| of.name == name);
        touched(publisher, of.map(|of| of.version))
    });
    let pointer = field
        .as_ref()
        .and_then(|field| known.iter().find(|(place, _)| place == field));
    let would = pointer
        .map(|(_, pointer)| would(&written, pointer, &readers))
        .unwrap_or_default();
    Ok(Impact {
        name: name.to_owned(),
        version: contract.current,
        fields: fields.into_iter().map(|(place, _)| place).collect(),
        field,
        publishers: publishers.collect(),
        readers,
        others,
        would,
    })
}

/// Changes a property of an object schema.
type Change = fn(&mut Value, &str);

/// What changes of the field at `pointer` would do, by comparing the schema with and without them.
fn would(written: &Value, pointer: &str, readers: &[Touched]) -> Vec<Would> {
    let changes: [(&'static str, Change); 4] = [
        ("removed", |object, name| drop(remove(object, name))),
        ("renamed", |object, name| {
            let required = is_required(object, name);
            if let Some(schema) = remove(object, name) {
                let renamed = format!("{name}2");
                object["properties"][&renamed] = schema;
                if required {
                    require(object, &renamed);
                }
            }
        }),
        ("made required", require),
        ("made optional", |object, name| {
            if let Some(Value::Array(required)) = object.get_mut("required") {
                required.retain(|one| one != name);
            }
        }),
    ];
    let (place, name) = pointer.rsplit_once("/properties/").unwrap_or(("", pointer));
    let name = name.replace("~1", "/").replace("~0", "~");
    let told = changes.into_iter().filter_map(|(change_name, apply)| {
        let mut new = written.clone();
        apply(new.pointer_mut(place)?, &name);
        if new == *written {
            return None;
        }
        let outcome = change(written, &new, Mode::Full, ContentModel::Lenient);
        // Who reads the old version fails on new data; what only a new reader would fail on, breaks who reads after the change.
        let breaks = match outcome.verdict {
            Verdict::Compatible => Vec::new(),
            _ => readers.iter().map(|reader| reader.name.clone()).collect(),
        };
        Some(Would {
            change: change_name,
            outcome,
            breaks,
        })
    });
    told.collect()
}

fn is_required(object: &Value, name: &str) -> bool {
    object["required"]
        .as_array()
        .is_some_and(|required| required.iter().any(|one| one == name))
}

fn remove(object: &mut Value, name: &str) -> Option<Value> {
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.retain(|one| one != name);
    }
    object.get_mut("properties")?.as_object_mut()?.remove(name)
}

fn require(object: &mut Value, name: &str) {
    match object.get_mut("required") {
        Some(Value::Array(required)) if required.iter().any(|one| one == name) => {}
        Some(Value::Array(required)) => required.push(json!(name)),
        _ => object["required"] = json!([name]),
    }
}

/// `$.items[0].sku`, `items[].sku` and `items.sku` are the same field.
fn plain(field: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for c in field.trim_start_matches('$').trim_start_matches('.').chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// Every field of a schema: its place, and the pointer to its schema.
fn places(schema: &Value) -> Vec<(String, String)> {
    let mut places = Vec::new();
    gather(schema, "", "", &mut Vec::new(), &mut places);
    places
}

fn gather(
    document: &Value,
    pointer: &str,
    place: &str,
    open: &mut Vec<String>,
    places: &mut Vec<(String, String)>,
) {
    let Some(schema) = document.pointer(pointer) else {
        return;
    };
    if open.iter().any(|known| known == pointer) {
        return;
    }
    open.push(pointer.to_owned());
    if let Some(target) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|name| name.strip_prefix('#'))
    {
        gather(document, target, place, open, places);
    }
    for applicator in ["allOf", "anyOf", "oneOf"] {
        let parts = schema
            .get(applicator)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        (0..parts).for_each(|index| {
            gather(
                document,
                &format!("{pointer}/{applicator}/{index}"),
                place,
                open,
                places,
            )
        });
    }
    for inside in ["items", "additionalProperties"] {
        if schema.get(inside).is_some_and(Value::is_object) {
            gather(document, &format!("{pointer}/{inside}"), place, open, places);
        }
    }
    for name in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name)
    {
        let below = format!(
            "{pointer}/properties/{}",
            name.replace('~', "~0").replace('/', "~1")
        );
        let named = if place.is_empty() {
            name.clone()
        } else {
            format!("{place}.{name}")
        };
        if !places.iter().any(|(known, _)| *known == named) {
            places.push((named.clone(), below.clone()));
        }
        gather(document, &below, &named, open, places);
    }
    open.pop();
}
