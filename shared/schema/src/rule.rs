//! The rules: an id for scripts and exceptions, a sentence for people, and how much it weighs. docs/schema-rules.md has a section for each.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Which way data travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// A new reader reads old data.
    Backward,
    /// An old reader reads new data.
    Forward,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backward => "backward",
            Self::Forward => "forward",
        })
    }
}

/// Which versions have to read which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// The new version reads the last one.
    Backward,
    /// The new version reads every earlier one.
    BackwardTransitive,
    /// The last version reads the new one.
    Forward,
    /// Every earlier version reads the new one.
    ForwardTransitive,
    /// Both, against the last version.
    Full,
    /// Both, against every earlier version.
    #[default]
    FullTransitive,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 6] = [
        Self::Backward,
        Self::BackwardTransitive,
        Self::Forward,
        Self::ForwardTransitive,
        Self::Full,
        Self::FullTransitive,
    ];

    /// The directions that it asks for.
    #[must_use]
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Self::Backward | Self::BackwardTransitive => &[Direction::Backward],
            Self::Forward | Self::ForwardTransitive => &[Direction::Forward],
            Self::Full | Self::FullTransitive => &[Direction::Backward, Direction::Forward],
        }
    }

    /// Whether every earlier version counts, and not only the last.
    #[must_use]
    pub fn is_transitive(self) -> bool {
        matches!(
            self,
            Self::BackwardTransitive | Self::ForwardTransitive | Self::FullTransitive
        )
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Backward => "BACKWARD",
            Self::BackwardTransitive => "BACKWARD_TRANSITIVE",
            Self::Forward => "FORWARD",
            Self::ForwardTransitive => "FORWARD_TRANSITIVE",
            Self::Full => "FULL",
            Self::FullTransitive => "FULL_TRANSITIVE",
        })
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.to_ascii_uppercase().replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|mode| mode.to_string() == wanted)
            .ok_or_else(|| {
                let known: Vec<String> = Self::ALL.iter().map(ToString::to_string).collect();
                format!("{text} is no mode; there are {}", known.join(", "))
            })
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; fails nothing.
    Note,
    /// Worth looking at; fails nothing.
    Warning,
    /// Fails the check.
    Error,
}

/// A rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The id, like `PROPERTY_REQUIRED_ADDED`.
    pub id: &'static str,
    /// What a finding of it says, in one sentence.
    pub says: &'static str,
    /// How much it weighs.
    pub severity: Severity,
}

impl Rule {
    /// Where the documentation tells of it.
    #[must_use]
    pub fn page(&self) -> String {
        format!("docs/schema-rules.md#{}", self.id.to_ascii_lowercase())
    }

    /// The rule of this id.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        rules::ALL.iter().copied().find(|rule| rule.id == id)
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

macro_rules! rules {
    ($($id:ident $severity:ident $says:literal)*) => {
        /// All rules there are.
        pub mod rules {
            use super::{Rule, Severity};
            $(
                #[doc = $says]
                pub static $id: Rule = Rule { id: stringify!($id), says: $says, severity: Severity::$severity };
            )*
            /// Every rule, in the order of the documentation.
            pub static ALL: &[&Rule] = &[$(&$id),*];
        }
    };
}

rules! {
    TYPE_CHANGED Error "The type is another one: neither side reads the other."
    TYPE_NARROWED Error "A type that old data has is no longer taken."
    TYPE_WIDENED Error "New data can have a type that an old reader does not take."
    CONST_CHANGED Error "The fixed value is another one: neither side reads the other."
    ENUM_VALUE_REMOVED Error "A value that old data has is no longer taken."
    ENUM_VALUE_ADDED Error "New data can have a value that an old reader does not know."
    ENUM_ADDED Error "Only listed values are taken now, and old data has others."
    ENUM_REMOVED Error "New data can have values that are not on an old reader's list."
    MINIMUM_RAISED Error "The lowest number was raised or added: old data has lower ones."
    MINIMUM_LOWERED Error "The lowest number was lowered or removed: an old reader takes no such number."
    MAXIMUM_LOWERED Error "The highest number was lowered or added: old data has higher ones."
    MAXIMUM_RAISED Error "The highest number was raised or removed: an old reader takes no such number."
    MIN_LENGTH_RAISED Error "Strings must be longer now: old data has shorter ones."
    MIN_LENGTH_LOWERED Error "Strings can be shorter now than an old reader takes them."
    MAX_LENGTH_LOWERED Error "Strings must be shorter now: old data has longer ones."
    MAX_LENGTH_RAISED Error "Strings can be longer now than an old reader takes them."
    MIN_ITEMS_RAISED Error "Arrays must have more items now: old data has fewer."
    MIN_ITEMS_LOWERED Error "Arrays can have fewer items now than an old reader takes."
    MAX_ITEMS_LOWERED Error "Arrays must have fewer items now: old data has more."
    MAX_ITEMS_RAISED Error "Arrays can have more items now than an old reader takes."
    MIN_PROPERTIES_RAISED Error "Objects must have more properties now: old data has fewer."
    MIN_PROPERTIES_LOWERED Error "Objects can have fewer properties now than an old reader takes."
    MAX_PROPERTIES_LOWERED Error "Objects must have fewer properties now: old data has more."
    MAX_PROPERTIES_RAISED Error "Objects can have more properties now than an old reader takes."
    MULTIPLE_OF_NARROWED Error "Numbers must be multiples now that old data has not."
    MULTIPLE_OF_WIDENED Error "Numbers need not be the multiples any more that an old reader takes."
    PATTERN_NARROWED Error "Strings must match a pattern now that old data does not match."
    PATTERN_WIDENED Error "Strings need not match the pattern any more that an old reader takes."
    PATTERN_CHANGED Error "The pattern is another one: there are strings that one side writes and the other does not take."
    FORMAT_NARROWED Error "Strings must have a format now that old data has not."
    FORMAT_WIDENED Error "Strings need not have the format any more that an old reader takes."
    FORMAT_CHANGED Error "The format is another one: there are strings that one side writes and the other does not take."
    NAMED_FORMAT_ADDED Error "A format that no validator knows was added or changed: which strings it leaves out, nobody can say."
    NAMED_FORMAT_REMOVED Error "A format that no validator knows was removed or changed: an old reader may refuse what it left out."
    CONTENT_NARROWED Error "An encoding or media type of the string's content was added or changed."
    CONTENT_WIDENED Error "An encoding or media type of the string's content, with which an old reader reads it, was removed or changed."
    PROPERTY_REQUIRED_ADDED Error "A required property was added: old data does not have it."
    PROPERTY_REQUIRED_REMOVED Error "A property was removed that an old reader requires."
    PROPERTY_MADE_REQUIRED Error "An optional property is required now: old data may lack it."
    PROPERTY_MADE_OPTIONAL Error "A required property is optional now: an old reader needs it."
    PROPERTY_REMOVED_FROM_CLOSED Error "A property was removed, and unknown ones are refused: old data has it."
    PROPERTY_ADDED_TO_CLOSED Error "A property was added, and an old reader refuses those that it does not know."
    PROPERTY_ADDED_TO_OPEN Error "A property was added whose name old data could use for anything (content model STRICT)."
    PROPERTY_REMOVED_FROM_OPEN Error "A property was removed whose name new data can use for anything (content model STRICT)."
    ADDITIONAL_PROPERTIES_NARROWED Error "Less is taken of properties that are not declared: old data has others."
    ADDITIONAL_PROPERTIES_WIDENED Error "More can be written in properties that are not declared than an old reader takes."
    PROPERTY_NAMES_NARROWED Error "Fewer names of properties are taken: old data has others."
    PROPERTY_NAMES_WIDENED Error "Properties can have names now that an old reader does not take."
    DEPENDENCY_ADDED Error "A property now asks for another: old data has it alone."
    DEPENDENCY_REMOVED Error "A property no longer asks for another that an old reader expects with it."
    UNIQUE_ITEMS_ADDED Error "Items must differ now: old data has equal ones."
    UNIQUE_ITEMS_REMOVED Error "Items can be equal now: an old reader takes none that are."
    CONTAINS_NARROWED Error "Arrays must contain something now that old data does not contain."
    CONTAINS_WIDENED Error "Arrays need not contain any more what an old reader looks for."
    ITEM_REMOVED Error "A place of the tuple was removed: old data has an item there."
    ITEM_ADDED Error "A place was added to the tuple, where an old reader takes no item."
    ALTERNATIVE_REMOVED Error "An alternative that old data uses is no longer taken."
    ALTERNATIVE_ADDED Error "New data can be an alternative that an old reader does not know."
    ALTERNATIVES_OVERLAP Error "Two alternatives of `oneOf` take the same value, so that neither does."
    NOT_EXTENDED Error "`not` excludes more: old data has it."
    NOT_NARROWED Error "`not` excludes less: an old reader excludes what can be written now."
    CONDITION_NARROWED Error "A condition (`if`, `then`, `else`) asks for more: old data does not have it."
    CONDITION_WIDENED Error "A condition (`if`, `then`, `else`) asks for less than an old reader does."
    NOTHING_TAKEN Error "No value at all is taken here."
    UNDECIDED Error "Whether all that is written is read could not be decided; look at it, and approve it with an exception."
    PROPERTY_RENAMED Error "A property seems to be renamed: readers ignore the name that they do not know, and its data is lost without an error."
    DEFAULT_CHANGED Warning "The default is another one: data without the property means something else than before."
    VERSION_CHANGED Error "The schema of a released version changed; a changed event is a new version."
    VERSION_REMOVED Error "A released version is gone; data of it is kept and under way."
    VERSION_UNREADABLE Warning "Today's code does not read this version, though its data could be read."
    NO_UPCAST Error "The new version cannot read old data, and no upcast turns the old version into it."
    MIN_READER_NOT_RAISED Error "Old readers cannot read the new version, and its minReader does not keep them from trying."
    CONSUMER_READS_LESS Error "minReader was raised above what a deployed consumer reads: it would set every such event aside."
    EXCEPTION_EXPIRED Error "An exception is past its date."
    EXCEPTION_UNUSED Warning "An exception excuses nothing any more; delete it."
}
