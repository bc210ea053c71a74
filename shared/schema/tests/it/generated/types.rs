//! Types as Rust has them.

/// A field of a struct.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub kind: Type,
    pub required: bool,
    /// Filled in by readers when it is absent.
    pub default: bool,
}

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `serde_json::Value`.
    Any,
    Unit,
    Bool,
    /// An integer of this format, perhaps with a range.
    Integer(&'static str, Option<i64>, Option<i64>),
    /// `NonZeroI32`.
    NonZero,
    Float(Option<i64>, Option<i64>),
    /// A string of a length.
    Text(u64, Option<u64>),
    Pattern(&'static str),
    Format(&'static str),
    /// An enum of unit variants; with documentation each becomes a `const`.
    UnitVariants(Vec<String>, bool),
    Const(String),
    Option(Box<Type>),
    Array(Box<Type>, u64, Option<u64>, bool),
    Tuple(Vec<Type>),
    Map(Box<Type>),
    /// A map whose keys are numbers.
    Numbered(Box<Type>),
    /// A struct into which a map of all other properties is flattened.
    Rest(Vec<Field>, Box<Type>),
    /// A struct, which may refuse unknown fields, and may be a definition that is named.
    Struct {
        fields: Vec<Field>,
        closed: bool,
        named: bool,
    },
    /// A struct that has children of its own kind.
    Recursive(Vec<Field>),
    /// An enum with an internal tag: a variant's name and its fields.
    Internal(Vec<(String, Vec<Field>)>),
    /// An enum with external tags: its unit variants, and those that have something in them.
    External(Vec<String>, Vec<(String, Type)>),
    /// An enum with a tag beside its content.
    Adjacent(Vec<(String, Type)>),
    /// An untagged enum.
    Untagged(Vec<Type>),
    /// A struct into which an enum with an internal tag is flattened.
    Flattened(Vec<Field>, Vec<(String, Vec<Field>)>),
    /// A definition with more said beside it (`allOf`).
    Refined(Box<Type>, u64),
}

impl Type {
    /// Every type in the type, itself last.
    pub fn each(&self, visit: &mut dyn FnMut(&Type)) {
        // One walk for both, on a copy: types are small.
        self.clone().each_mut(&mut |part| visit(part));
    }

    /// Every type in the type, itself last. What replaces one is not gone into.
    pub fn each_mut(&mut self, visit: &mut dyn FnMut(&mut Type)) {
        let fields = |fields: &mut Vec<Field>, visit: &mut dyn FnMut(&mut Type)| {
            fields.iter_mut().for_each(|field| field.kind.each_mut(visit));
        };
        match self {
            Self::Option(inner) | Self::Array(inner, ..) | Self::Map(inner) | Self::Numbered(inner) => {
                inner.each_mut(visit);
            }
            Self::Refined(inner, _) => inner.each_mut(visit),
            Self::Tuple(all) | Self::Untagged(all) => all.iter_mut().for_each(|one| one.each_mut(visit)),
            Self::Struct { fields: own, .. } | Self::Recursive(own) => fields(own, visit),
            Self::Rest(own, rest) => {
                fields(own, visit);
                rest.each_mut(visit);
            }
            Self::Internal(variants) => variants
                .iter_mut()
                .for_each(|variant| fields(&mut variant.1, visit)),
            Self::External(_, variants) | Self::Adjacent(variants) => {
                variants.iter_mut().for_each(|variant| variant.1.each_mut(visit));
            }
            Self::Flattened(own, variants) => {
                fields(own, visit);
                variants
                    .iter_mut()
                    .for_each(|variant| fields(&mut variant.1, visit));
            }
            _ => {}
        }
        visit(self);
    }
}
