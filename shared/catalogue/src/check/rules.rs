//! The rules: each has an id, a sentence that says what it holds, and what to do when it is broken.

use serde::{Serialize, Serializer};

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, in exceptions and for scripts.
    pub id: &'static str,
    /// How bad it is when it is broken.
    pub severity: Severity,
    /// What it holds.
    pub sentence: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The check fails.
    Error,
    /// It will fail, or is likely not meant so.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

const fn rule(id: &'static str, severity: Severity, sentence: &'static str, remedy: &'static str) -> Rule {
    Rule {
        id,
        severity,
        sentence,
        remedy,
    }
}

/// A consumer waits for what never comes.
pub const GHOST_CONSUMER: Rule = rule(
    "ghost-consumer",
    Severity::Error,
    "Some function states every event that a consumer takes.",
    "Name the event in PUBLISHES of the function that states it, or take it out of the consumer.",
);
/// A filter names a type that nobody knows.
pub const UNKNOWN_FILTER: Rule = rule(
    "unknown-filter",
    Severity::Error,
    "A subscription's filter names types of events that there are, and is the one that the consumer's types make.",
    "Correct the name of the type; a filter is made from the types that the consumer takes.",
);
/// A fact that nobody hears.
pub const ORPHAN_EVENT: Rule = rule(
    "orphan-event",
    Severity::Warning,
    "Some consumer takes every event that is stated.",
    "Add a consumer, or do not state it; where others outside of this system take it, an exception says who.",
);
/// A fact that only a wildcard hears.
pub const AUDIT_ONLY_EVENT: Rule = rule(
    "audit-only-event",
    Severity::Note,
    "Some consumer takes every event by its name, and not only one that takes everything.",
    "Nothing has to be done: it is in the audit log, and nobody reacts to it.",
);
/// A command that nobody handles.
pub const COMMAND_WITHOUT_HANDLER: Rule = rule(
    "command-without-handler",
    Severity::Error,
    "Every command that is sent has a handler.",
    "Add the handler to a service (a consumer of Received<Command>), or do not send the command.",
);
/// A command that nobody sends.
pub const UNSENT_COMMAND: Rule = rule(
    "unsent-command",
    Severity::Note,
    "Some function sends every command that is handled.",
    "Nothing has to be done where others outside of this system send it.",
);
/// A version that cannot be looked at.
pub const VERSION_WITHOUT_SAMPLE: Rule = rule(
    "version-without-sample",
    Severity::Error,
    "Every version of an event, a command and an answer has a sample, events/<type>/v<N>.json.",
    "Add the sample: an envelope as the first producer of this version has sent it.",
);
/// A version that is described nowhere.
pub const VERSION_WITHOUT_SCHEMA: Rule = rule(
    "version-without-schema",
    Severity::Error,
    "Every version of an event, a command and an answer has a schema in the catalogue.",
    "Name the type in the contracts of its service, so that its schema is made from the Rust type.",
);
/// An event that belongs to nobody.
pub const EVENT_WITHOUT_OWNER: Rule = rule(
    "event-without-owner",
    Severity::Error,
    "Every event, command and answer has one service that owns it.",
    "Name it in the contracts of the service that states the event or handles the command.",
);
/// A version that goes is still written.
pub const DEPRECATED_WRITTEN: Rule = rule(
    "deprecated-version-written",
    Severity::Warning,
    "Nothing writes a version that is deprecated; from the day on which it may be gone that is an error.",
    "State the newer version.",
);
/// A version that goes is still what somebody knows.
pub const DEPRECATED_READ: Rule = rule(
    "deprecated-version-read",
    Severity::Warning,
    "No consumer knows only a version that is deprecated; from the day on which it may be gone that is an error.",
    "Build and deploy the consumer with the newer version of the event's type.",
);
/// Personal, and in the clear.
pub const PERSONAL_IN_THE_CLEAR: Rule = rule(
    "personal-in-the-clear",
    Severity::Error,
    "A field that is named like something personal is sealed (`x-personal` in its schema).",
    "Give the field the type Personal<…> in a new version; where it is nobody's (a product's name), an exception says so.",
);
/// Events that cause themselves.
pub const CIRCLE: Rule = rule(
    "circle",
    Severity::Error,
    "No event causes itself through consumers.",
    "Break the circle; where it ends by itself, an exception says by what (the hop limit only cuts it).",
);
/// A consumer that cannot read what comes.
pub const READER_TOO_OLD: Rule = rule(
    "reader-too-old",
    Severity::Error,
    "Every consumer knows at least the `minReader` of the versions that are written.",
    "Deploy the consumer with the newer version before the producer; until then it sets each event aside.",
);
/// Failures that would be lost.
pub const DEAD_LETTER_SETTINGS: Rule = rule(
    "dead-letter-settings",
    Severity::Error,
    "What a consumer or a relay cannot handle is kept, longer than it can have waited before.",
    "Say how often a message is received (5 or more, AWS: SQS, visibility time-out) and how long letters are kept, longer than \
     the queue keeps messages: in a standard queue a letter keeps its first enqueue time.",
);
/// An exception that nothing needs.
pub const UNUSED_EXCEPTION: Rule = rule(
    "unused-exception",
    Severity::Warning,
    "Every exception excepts something.",
    "Delete it.",
);
/// An exception that is over.
pub const ENDED_EXCEPTION: Rule = rule(
    "ended-exception",
    Severity::Error,
    "No exception outlives its end.",
    "Do what the rule asks for, or decide again and give the exception another end.",
);

/// All rules, in the order in which a report has them.
pub const ALL: [&Rule; 17] = [
    &GHOST_CONSUMER,
    &UNKNOWN_FILTER,
    &COMMAND_WITHOUT_HANDLER,
    &READER_TOO_OLD,
    &CIRCLE,
    &PERSONAL_IN_THE_CLEAR,
    &DEAD_LETTER_SETTINGS,
    &VERSION_WITHOUT_SAMPLE,
    &VERSION_WITHOUT_SCHEMA,
    &EVENT_WITHOUT_OWNER,
    &DEPRECATED_WRITTEN,
    &DEPRECATED_READ,
    &ORPHAN_EVENT,
    &ENDED_EXCEPTION,
    &UNUSED_EXCEPTION,
    &UNSENT_COMMAND,
    &AUDIT_ONLY_EVENT,
];
