//! Any type, a few levels deep.

use proptest::prelude::*;

use super::types::{Field, Type};

pub const FORMATS: [&str; 6] = ["date-time", "date", "uuid", "email", "ipv4", "uri"];
pub const PATTERNS: [&str; 5] = [
    "^[a-z]+$",
    "^[a-z]{2}$",
    "^[A-Z]{2}$",
    "^ord-[0-9a-f]{4}$",
    "^ord-",
];
pub const INTEGERS: [&str; 5] = ["uint8", "uint32", "int32", "int64", "uint64"];

fn fields(kind: impl Strategy<Value = Type> + Clone + 'static) -> impl Strategy<Value = Vec<Field>> {
    let field =
        (kind, any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(kind, required, default)| Field {
            name: String::new(),
            kind,
            required,
            default,
        });
    prop::collection::vec(field, 1..4).prop_map(|mut fields| {
        for (index, field) in fields.iter_mut().enumerate() {
            field.name = ["a", "b", "c", "d"][index].to_owned();
        }
        fields
    })
}

fn variants(
    kind: impl Strategy<Value = Type> + Clone + 'static,
) -> impl Strategy<Value = Vec<(String, Vec<Field>)>> {
    prop::collection::vec(fields(kind), 1..4).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(index, fields)| (["red", "green", "blue"][index].to_owned(), fields))
            .collect()
    })
}

fn contents(
    kind: impl Strategy<Value = Type> + Clone + 'static,
) -> impl Strategy<Value = Vec<(String, Type)>> {
    prop::collection::vec(kind, 1..3).prop_map(|kinds| {
        let named = ["a", "b"].map(ToOwned::to_owned).into_iter();
        named.zip(kinds).collect()
    })
}

/// Any type, a few levels deep.
pub fn any_type() -> impl Strategy<Value = Type> {
    let bound = || prop::option::of(-3_i64..6);
    let names = || prop::sample::subsequence(vec!["red", "green", "blue", "gold"], 1..4);
    let leaf = prop_oneof![
        1 => Just(Type::Any),
        1 => Just(Type::Unit),
        1 => Just(Type::Bool),
        1 => Just(Type::NonZero),
        4 => (prop::sample::select(&INTEGERS), bound(), prop::option::of(6_i64..20))
            .prop_map(|(format, min, max)| Type::Integer(format, min, max)),
        2 => (bound(), prop::option::of(6_i64..20)).prop_map(|(min, max)| Type::Float(min, max)),
        4 => (0_u64..4, prop::option::of(4_u64..9)).prop_map(|(min, max)| Type::Text(min, max)),
        2 => prop::sample::select(&PATTERNS).prop_map(Type::Pattern),
        2 => prop::sample::select(&FORMATS).prop_map(Type::Format),
        3 => (names(), any::<bool>())
            .prop_map(|(names, documented)| Type::UnitVariants(names.into_iter().map(ToOwned::to_owned).collect(), documented)),
        1 => prop::sample::select(vec!["red", "one"]).prop_map(|value| Type::Const(value.to_owned())),
    ];
    leaf.prop_recursive(3, 14, 3, |inner| {
        let inner = inner.boxed();
        prop_oneof![
            3 => inner.clone().prop_map(|kind| Type::Option(Box::new(kind))),
            2 => (inner.clone(), 0_u64..2, prop::option::of(2_u64..4), prop::bool::weighted(0.3))
                .prop_map(|(item, min, max, unique)| Type::Array(Box::new(item), min, max, unique)),
            2 => prop::collection::vec(inner.clone(), 1..3).prop_map(Type::Tuple),
            2 => inner.clone().prop_map(|kind| Type::Map(Box::new(kind))),
            1 => inner.clone().prop_map(|kind| Type::Numbered(Box::new(kind))),
            1 => (fields(inner.clone()), inner.clone())
                .prop_map(|(fields, rest)| Type::Rest(fields, Box::new(rest))),
            6 => (fields(inner.clone()), any::<bool>(), any::<bool>())
                .prop_map(|(fields, closed, named)| Type::Struct { fields, closed, named }),
            2 => fields(inner.clone()).prop_map(Type::Recursive),
            3 => variants(inner.clone()).prop_map(Type::Internal),
            2 => (contents(inner.clone()), prop::sample::subsequence(vec!["none", "some"], 0..3))
                .prop_map(|(variants, units)| {
                    Type::External(units.into_iter().map(ToOwned::to_owned).collect(), variants)
                }),
            1 => contents(inner.clone()).prop_map(Type::Adjacent),
            2 => prop::collection::vec(inner.clone(), 1..3).prop_map(Type::Untagged),
            2 => (fields(inner.clone()), variants(inner.clone())).prop_map(|(fields, mut variants)| {
                // Names of a flattened enum's fields are others than the struct's.
                let fields: Vec<Field> = fields.into_iter().take(2).collect();
                for field in variants.iter_mut().flat_map(|variant| &mut variant.1) {
                    field.name = format!("{}{}", field.name, field.name);
                }
                Type::Flattened(fields, variants)
            }),
            3 => (inner, 1_u64..5).prop_map(|(kind, most)| Type::Refined(Box::new(kind), most)),
        ]
    })
}
