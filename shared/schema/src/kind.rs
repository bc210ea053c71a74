//! What can be in the way of a reader, and by which rule it is told. The same obstacle is another rule in each direction: what a new
//! reader refuses of old data was *narrowed*, what an old reader refuses of new data was *widened*.

use crate::rule::{Direction, Rule, rules};

/// What a bound limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Value,
    Length,
    Items,
    Properties,
}

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The type is not taken.
    Type,
    /// A value that the writer lists is not taken.
    Value,
    /// The reader takes listed values, and the writer has others.
    Listed,
    Lower(Limit),
    Upper(Limit),
    MultipleOf,
    Pattern,
    Format,
    /// A format that no validator knows.
    UnknownFormat,
    Content,
    /// The reader requires what the writer does not have.
    RequiredAbsent,
    /// The reader requires what the writer may leave out.
    RequiredOptional,
    /// The reader takes no property of this name.
    Forbidden,
    /// The reader describes what the writer does not declare and may write all the same.
    Undeclared,
    /// Other properties than the declared ones.
    Additional,
    PropertyNames,
    Dependency,
    UniqueItems,
    Contains,
    /// No item is taken at this place.
    Item,
    Alternative,
    /// More than one alternative of `oneOf` takes it.
    Overlap,
    Not,
    Condition,
    /// Nothing at all is taken.
    Nothing,
    Unevaluated,
    /// A `$ref` that leads nowhere.
    Reference,
    /// There is too much to look through.
    TooLarge,
}

impl Kind {
    /// The rule by which it is told.
    pub(crate) fn rule(self, direction: Direction) -> &'static Rule {
        let (backward, forward) = match self {
            Self::Type => (&rules::TYPE_NARROWED, &rules::TYPE_WIDENED),
            Self::Value => (&rules::ENUM_VALUE_REMOVED, &rules::ENUM_VALUE_ADDED),
            Self::Listed => (&rules::ENUM_ADDED, &rules::ENUM_REMOVED),
            Self::Lower(Limit::Value) => (&rules::MINIMUM_RAISED, &rules::MINIMUM_LOWERED),
            Self::Lower(Limit::Length) => (&rules::MIN_LENGTH_RAISED, &rules::MIN_LENGTH_LOWERED),
            Self::Lower(Limit::Items) => (&rules::MIN_ITEMS_RAISED, &rules::MIN_ITEMS_LOWERED),
            Self::Lower(Limit::Properties) => (&rules::MIN_PROPERTIES_RAISED, &rules::MIN_PROPERTIES_LOWERED),
            Self::Upper(Limit::Value) => (&rules::MAXIMUM_LOWERED, &rules::MAXIMUM_RAISED),
            Self::Upper(Limit::Length) => (&rules::MAX_LENGTH_LOWERED, &rules::MAX_LENGTH_RAISED),
            Self::Upper(Limit::Items) => (&rules::MAX_ITEMS_LOWERED, &rules::MAX_ITEMS_RAISED),
            Self::Upper(Limit::Properties) => (&rules::MAX_PROPERTIES_LOWERED, &rules::MAX_PROPERTIES_RAISED),
            Self::MultipleOf => (&rules::MULTIPLE_OF_NARROWED, &rules::MULTIPLE_OF_WIDENED),
            Self::Pattern => (&rules::PATTERN_NARROWED, &rules::PATTERN_WIDENED),
            Self::Format => (&rules::FORMAT_NARROWED, &rules::FORMAT_WIDENED),
            Self::UnknownFormat => (&rules::NAMED_FORMAT_ADDED, &rules::NAMED_FORMAT_REMOVED),
            Self::Content => (&rules::CONTENT_NARROWED, &rules::CONTENT_WIDENED),
            Self::RequiredAbsent => (&rules::PROPERTY_REQUIRED_ADDED, &rules::PROPERTY_REQUIRED_REMOVED),
            Self::RequiredOptional => (&rules::PROPERTY_MADE_REQUIRED, &rules::PROPERTY_MADE_OPTIONAL),
            Self::Forbidden => (
                &rules::PROPERTY_REMOVED_FROM_CLOSED,
                &rules::PROPERTY_ADDED_TO_CLOSED,
            ),
            Self::Undeclared => (&rules::PROPERTY_ADDED_TO_OPEN, &rules::PROPERTY_REMOVED_FROM_OPEN),
            Self::Additional | Self::Unevaluated => (
                &rules::ADDITIONAL_PROPERTIES_NARROWED,
                &rules::ADDITIONAL_PROPERTIES_WIDENED,
            ),
            Self::PropertyNames => (&rules::PROPERTY_NAMES_NARROWED, &rules::PROPERTY_NAMES_WIDENED),
            Self::Dependency => (&rules::DEPENDENCY_ADDED, &rules::DEPENDENCY_REMOVED),
            Self::UniqueItems => (&rules::UNIQUE_ITEMS_ADDED, &rules::UNIQUE_ITEMS_REMOVED),
            Self::Contains => (&rules::CONTAINS_NARROWED, &rules::CONTAINS_WIDENED),
            Self::Item => (&rules::ITEM_REMOVED, &rules::ITEM_ADDED),
            Self::Alternative => (&rules::ALTERNATIVE_REMOVED, &rules::ALTERNATIVE_ADDED),
            Self::Overlap => (&rules::ALTERNATIVES_OVERLAP, &rules::ALTERNATIVES_OVERLAP),
            Self::Not => (&rules::NOT_EXTENDED, &rules::NOT_NARROWED),
            Self::Condition => (&rules::CONDITION_NARROWED, &rules::CONDITION_WIDENED),
            Self::Nothing => (&rules::NOTHING_TAKEN, &rules::NOTHING_TAKEN),
            Self::Reference | Self::TooLarge => (&rules::UNDECIDED, &rules::UNDECIDED),
        };
        match direction {
            Direction::Backward => backward,
            Direction::Forward => forward,
        }
    }

    /// Whether it holds without a witness: no validator knows which values are left out, so the schemas' own words count.
    pub(crate) fn is_declared(self) -> bool {
        matches!(self, Self::UnknownFormat | Self::Content)
    }
}
