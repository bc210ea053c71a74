//! What the types of this test are written as is what schemars writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroI32,
};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use tidings_schema::dialect::{modern, without_annotations};

use super::{
    schema::Form,
    types::{Field, Type},
};

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Open {
    a: u32,
    b: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Closed {
    #[schemars(length(min = 1, max = 5))]
    a: String,
    #[schemars(range(min = 1, max = 9))]
    b: i64,
    #[schemars(regex(pattern = "^ord-"))]
    c: String,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is asked for")]
enum Color {
    Red,
    Green,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is asked for")]
enum Documented {
    /// Documented.
    Red,
    /// Documented.
    Green,
}

#[derive(JsonSchema)]
#[schemars(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is asked for")]
enum Internal {
    Red { a: bool },
    Green { a: Option<String> },
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is asked for")]
enum External {
    None,
    A(bool),
    B(Vec<String>),
}

#[derive(JsonSchema)]
#[schemars(tag = "t", content = "c", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is asked for")]
enum Adjacent {
    A(bool),
    B(u8),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is asked for")]
enum Untagged {
    A(bool),
    B(Open),
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Flattened {
    a: u32,
    #[schemars(flatten)]
    rest: Internal2,
}

#[derive(JsonSchema)]
#[schemars(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is asked for")]
enum Internal2 {
    Red { aa: bool },
    Green { bb: Option<String> },
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Rest {
    a: u32,
    #[schemars(flatten)]
    rest: BTreeMap<String, bool>,
}

fn field(name: &str, kind: Type, required: bool) -> Field {
    Field {
        name: name.to_owned(),
        kind,
        required,
        default: false,
    }
}

fn text() -> Type {
    Type::Text(0, None)
}

fn optional(kind: Type) -> Type {
    Type::Option(Box::new(kind))
}

fn list(kind: Type, unique: bool) -> Type {
    Type::Array(Box::new(kind), 0, None, unique)
}

fn integer(format: &'static str) -> Type {
    Type::Integer(format, None, None)
}

fn open() -> Type {
    let fields = vec![
        field("a", integer("uint32"), true),
        field("b", optional(text()), false),
    ];
    Type::Struct {
        fields,
        closed: false,
        named: false,
    }
}

fn colors(documented: bool) -> Type {
    Type::UnitVariants(["red", "green"].map(ToOwned::to_owned).into(), documented)
}

fn held<T: JsonSchema>(kind: &Type) {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let written = settings.into_generator().into_root_schema_for::<T>().to_value();
    let said = |schema: &Value| sorted(&without_annotations(&modern(schema)));
    assert_eq!(said(&kind.schema(Form::Given)), said(&written), "{kind:?}");
}

/// Lists of names in one order.
fn sorted(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), sorted(value)))
            .collect(),
        Value::Array(all) if all.iter().all(Value::is_string) => all
            .iter()
            .filter_map(Value::as_str)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        Value::Array(all) => all.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[test]
fn schemars_writes_plain_types_so() {
    held::<()>(&Type::Unit);
    held::<bool>(&Type::Bool);
    held::<u8>(&integer("uint8"));
    held::<u32>(&integer("uint32"));
    held::<i32>(&integer("int32"));
    held::<i64>(&integer("int64"));
    held::<u64>(&integer("uint64"));
    held::<f64>(&Type::Float(None, None));
    held::<NonZeroI32>(&Type::NonZero);
    held::<String>(&text());
    held::<char>(&Type::Text(1, Some(1)));
    held::<Value>(&Type::Any);
    held::<jiff::Timestamp>(&Type::Format("date-time"));
    held::<Option<u8>>(&optional(integer("uint8")));
    held::<Option<Value>>(&optional(Type::Any));
    held::<Vec<String>>(&list(text(), false));
    held::<BTreeSet<String>>(&list(text(), true));
    held::<[bool; 2]>(&Type::Array(Box::new(Type::Bool), 2, Some(2), false));
    held::<(bool, String)>(&Type::Tuple(vec![Type::Bool, text()]));
    held::<BTreeMap<String, bool>>(&Type::Map(Box::new(Type::Bool)));
    held::<BTreeMap<u32, bool>>(&Type::Numbered(Box::new(Type::Bool)));
    held::<Color>(&colors(false));
    held::<Documented>(&colors(true));
}

#[test]
fn schemars_writes_structs_and_enums_so() {
    held::<Open>(&open());
    let fields = vec![
        field("a", Type::Text(1, Some(5)), true),
        field("b", Type::Integer("int64", Some(1), Some(9)), true),
        field("c", Type::Pattern("^ord-"), true),
    ];
    held::<Closed>(&Type::Struct {
        fields,
        closed: true,
        named: false,
    });
    held::<Option<Open>>(&optional(open()));
    let variants = |one: &str, other: &str| {
        let [red, green] = ["red", "green"].map(ToOwned::to_owned);
        let (bool, text) = (
            field(one, Type::Bool, true),
            field(other, optional(text()), false),
        );
        vec![(red, vec![bool]), (green, vec![text])]
    };
    held::<Internal>(&Type::Internal(variants("a", "a")));
    let [a, b] = ["a", "b"].map(ToOwned::to_owned);
    let contents = vec![(a.clone(), Type::Bool), (b.clone(), list(text(), false))];
    held::<External>(&Type::External(vec!["none".to_owned()], contents));
    held::<Adjacent>(&Type::Adjacent(vec![(a, Type::Bool), (b, integer("uint8"))]));
    held::<Untagged>(&Type::Untagged(vec![Type::Bool, open()]));
    let fields = vec![field("a", integer("uint32"), true)];
    held::<Flattened>(&Type::Flattened(fields.clone(), variants("aa", "bb")));
    held::<Rest>(&Type::Rest(fields, Box::new(Type::Bool)));
}
