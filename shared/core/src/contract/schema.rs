//! The schema of a type, as it is written or read, by `schemars`.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{Form, close::close, exact::exact};

/// The schema of `T`.
pub(super) fn of<T: JsonSchema>(form: Form) -> Value {
    let settings = SchemaSettings::draft2020_12();
    let settings = match form {
        Form::Written => settings.for_serialize(),
        Form::Reader => settings.for_deserialize(),
    };
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    exact(&mut schema, form);
    if form == Form::Written {
        close(&mut schema);
    }
    schema
}

/// The schema with the name that it has wherever it is (`$id`), a URN: where it is served is another matter, and can change.
pub(super) fn named(schema: Value, name: &str, version: u32, form: Form) -> Value {
    let Value::Object(members) = schema else {
        return schema;
    };
    let id = match form {
        Form::Written => urn(name, version),
        Form::Reader => format!("{}:reader", urn(name, version)),
    };
    let mut named = Map::new();
    named.insert("$id".to_owned(), json!(id));
    named.extend(members);
    named.into()
}

/// The name of a version's schema.
#[must_use]
pub(crate) fn urn(name: &str, version: u32) -> String {
    format!("urn:tidings:{name}:v{version}")
}
