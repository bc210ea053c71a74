//! Types evolve: one change, of one kind, at one place.

use proptest::sample::Index;

use super::{
    strategy::{FORMATS, INTEGERS, PATTERNS},
    types::{Field, Type},
};

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// Nothing but the names of definitions.
    Nothing,
    Another,
    ToAny,
    Nullable,
    LowerBound,
    UpperBound,
    Width,
    Pattern,
    Format,
    ValueAdded,
    ValueRemoved,
    Documented,
    FieldAdded,
    RequiredFieldAdded,
    DefaultedFieldAdded,
    FieldRemoved,
    FieldRenamed,
    Required,
    Closed,
    Inlined,
    ItemAdded,
    Unique,
    VariantAdded,
    VariantRemoved,
    UntaggedAdded,
    Refined,
}

pub const CHANGES: &[Change] = &[
    Change::Nothing,
    Change::Another,
    Change::ToAny,
    Change::Nullable,
    Change::LowerBound,
    Change::UpperBound,
    Change::Width,
    Change::Pattern,
    Change::Format,
    Change::ValueAdded,
    Change::ValueRemoved,
    Change::Documented,
    Change::FieldAdded,
    Change::RequiredFieldAdded,
    Change::DefaultedFieldAdded,
    Change::FieldRemoved,
    Change::FieldRenamed,
    Change::Required,
    Change::Closed,
    Change::Inlined,
    Change::ItemAdded,
    Change::Unique,
    Change::VariantAdded,
    Change::VariantRemoved,
    Change::UntaggedAdded,
    Change::Refined,
];

/// The type after the change; none where it has no place for one.
pub fn evolved(old: &Type, change: Change, place: Index) -> Option<Type> {
    let mut places = Vec::new();
    let mut copy = old.clone();
    copy.each_mut(&mut |kind| places.push(apply(kind, change, place).is_some()));
    let fitting: Vec<usize> = (0..places.len()).filter(|index| places[*index]).collect();
    let chosen = *fitting.get(place.index(fitting.len().max(1)))?;
    let (mut new, mut at) = (old.clone(), 0);
    new.each_mut(&mut |kind| {
        if at == chosen
            && let Some(changed) = apply(kind, change, place)
        {
            *kind = changed;
        }
        at += 1;
    });
    Some(new)
}

fn apply(kind: &Type, change: Change, place: Index) -> Option<Type> {
    let mut new = kind.clone();
    let other = |all: &[&'static str], own: &str| {
        all.iter()
            .copied()
            .cycle()
            .skip(place.index(all.len()))
            .find(|one| *one != own)
    };
    match (change, &mut new) {
        (Change::Nothing, _) => {}
        (Change::Another, Type::Bool) => new = Type::Text(0, None),
        (Change::Another, Type::Text(..) | Type::Pattern(_)) => new = Type::Integer("int32", None, None),
        (Change::Another, _) => new = Type::Bool,
        (Change::ToAny, kind) if *kind != Type::Any => new = Type::Any,
        (Change::Nullable, Type::Option(inner)) => new = (**inner).clone(),
        (Change::Nullable, _) => new = Type::Option(Box::new(new)),
        (Change::LowerBound, Type::Integer(_, min, _) | Type::Float(min, _)) => {
            *min = min.map_or(Some(1), |min| {
                (place.index(3) > 0).then_some(min + place.index(5) as i64 - 2)
            });
        }
        (Change::LowerBound, Type::Text(min, _) | Type::Array(_, min, ..)) => {
            *min = if *min == 0 { 1 } else { 0 }
        }
        (Change::UpperBound, Type::Integer(_, _, max) | Type::Float(_, max)) => {
            *max = max.map_or(Some(9), |max| {
                (place.index(3) > 0).then_some(max + place.index(5) as i64 - 2)
            });
        }
        (Change::UpperBound, Type::Text(_, max) | Type::Array(_, _, max, _)) => {
            *max = max.map_or(Some(5), |max| (place.index(2) > 0).then_some(max + 1));
        }
        (Change::Width, Type::NonZero) => new = Type::Integer("int32", None, None),
        (Change::Width, Type::Integer("int32", None, None)) => new = Type::NonZero,
        (Change::Width, Type::Integer(format, ..)) => *format = other(&INTEGERS, format)?,
        (Change::Width, Type::Float(min, max)) => new = Type::Integer("int64", *min, *max),
        (Change::Pattern, Type::Pattern(pattern)) => match place.index(3) {
            0 => new = Type::Text(0, None),
            _ => *pattern = other(&PATTERNS, pattern)?,
        },
        (Change::Pattern, Type::Text(..)) => new = Type::Pattern(PATTERNS[place.index(PATTERNS.len())]),
        (Change::Format, Type::Format(format)) => match place.index(3) {
            0 => new = Type::Text(0, None),
            _ => *format = other(&FORMATS, format)?,
        },
        (Change::Format, Type::Text(..)) => new = Type::Format(FORMATS[place.index(FORMATS.len())]),
        (Change::ValueAdded, Type::UnitVariants(names, _)) => names.push("new".to_owned()),
        (Change::ValueAdded, Type::Const(value)) => {
            new = Type::UnitVariants(vec![value.clone(), "new".to_owned()], place.index(2) == 0);
        }
        (Change::ValueRemoved, Type::UnitVariants(names, _)) if names.len() > 1 => {
            drop(names.remove(place.index(names.len())))
        }
        (Change::Documented, Type::UnitVariants(_, documented)) => *documented = !*documented,
        (Change::Closed, Type::Struct { closed, .. }) => *closed = !*closed,
        (Change::Inlined, Type::Struct { named, .. }) => *named = !*named,
        (Change::ItemAdded, Type::Tuple(items)) => match place.index(2) {
            1 if items.len() > 1 => drop(items.pop()),
            _ => items.push(Type::Bool),
        },
        (Change::Unique, Type::Array(_, _, _, unique)) => *unique = !*unique,
        (Change::VariantAdded, Type::Internal(variants) | Type::Flattened(_, variants)) => {
            variants.push(("new".to_owned(), vec![field("zz", Type::Bool, true, false)]));
        }
        (Change::VariantAdded, Type::External(_, variants) | Type::Adjacent(variants)) => {
            variants.push(("new".to_owned(), Type::Bool));
        }
        (Change::ValueAdded, Type::External(units, _)) => units.push("new".to_owned()),
        (Change::ValueRemoved, Type::External(units, _)) => drop(units.pop()?),
        (Change::VariantRemoved, Type::Internal(variants) | Type::Flattened(_, variants))
            if variants.len() > 1 =>
        {
            drop(variants.remove(place.index(variants.len())));
        }
        (Change::VariantRemoved, Type::External(_, variants) | Type::Adjacent(variants))
            if variants.len() > 1 =>
        {
            drop(variants.pop());
        }
        (Change::UntaggedAdded, Type::Untagged(kinds)) => match place.index(2) {
            0 => kinds.push(Type::Text(2, Some(3))),
            _ if kinds.len() > 1 => drop(kinds.pop()),
            _ => return None,
        },
        (Change::Refined, Type::Refined(inner, most)) => match place.index(2) {
            0 => *most += 1,
            _ => new = (**inner).clone(),
        },
        (change, Type::Struct { fields, .. } | Type::Recursive(fields) | Type::Flattened(fields, _)) => {
            change_fields(change, fields, place)?;
        }
        (change, Type::Rest(fields, _)) => {
            change_fields(change, fields, place)?;
        }
        (change, Type::Internal(variants)) => {
            let index = place.index(variants.len());
            change_fields(change, &mut variants[index].1, place)?;
        }
        _ => return None,
    }
    Some(new)
}

fn field(name: &str, kind: Type, required: bool, default: bool) -> Field {
    Field {
        name: name.to_owned(),
        kind,
        required,
        default,
    }
}

fn change_fields(change: Change, fields: &mut Vec<Field>, place: Index) -> Option<()> {
    let at = place.index(fields.len().max(1));
    match change {
        Change::FieldAdded => fields.push(field("added", Type::Text(1, None), false, false)),
        Change::RequiredFieldAdded => fields.push(field("added", Type::Bool, true, false)),
        Change::DefaultedFieldAdded => fields.push(field("added", Type::Bool, true, true)),
        Change::FieldRemoved if fields.len() > 1 => drop(fields.remove(at)),
        Change::FieldRenamed => fields.get_mut(at)?.name = "renamed".to_owned(),
        Change::Required => fields.get_mut(at).map(|field| field.required = !field.required)?,
        _ => return None,
    }
    Some(())
}
