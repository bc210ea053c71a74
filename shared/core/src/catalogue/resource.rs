//! What a function may touch. Its permissions and its variables are made of that, and nothing else is given to it.

use serde::Serialize;
use serde_json::json;

use super::Table;

/// A plain value that whoever deploys may choose. The function is told it by the variable of this name (`tax-rate`: `TAX_RATE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// The name, as the catalogue writes names (`tax-rate`).
    pub name: &'static str,
    /// What it is unless something else is chosen.
    pub default: &'static str,
    /// A regular expression that the whole value must match, so that a wrong one is refused before the function is told it. Of what JavaScript
    /// and Java read alike: character classes, groups, `|` and repetitions.
    pub pattern: &'static str,
    /// What it is for, and in which unit.
    pub summary: &'static str,
}

impl Parameter {
    /// The variable by which the function is told it.
    #[must_use]
    pub fn variable(&self) -> String {
        self.name.to_ascii_uppercase().replace('-', "_")
    }
}

/// Something that a function may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A table.
    Table(&'static Table, Access),
    /// Personal values of events: opening them (read), sealing new ones (write), or both. A function that only passes events on, or folds
    /// them, needs neither.
    Personal(Access),
    /// Sending mail.
    Mail,
    /// A secret of this name, with which a provider is reached: its key, or the address of a webhook. It is read when the function
    /// starts, and never written anywhere.
    Secret(&'static str),
    /// A value that is chosen when the function is deployed.
    Parameter(Parameter),
    /// Objects of a bucket of this name.
    Bucket(&'static str, Access),
    /// Sending commands of this type to the queue of their handler.
    Send(&'static str),
    /// Asking: a queue of the process's own, to which answers come.
    Replies,
}

impl Resource {
    /// Whether personal values are among `uses`: known when a function is compiled, so that what opens and seals them is linked only where
    /// it is needed.
    #[must_use]
    pub const fn personal_among(uses: &[Self]) -> bool {
        let mut index = 0;
        while index < uses.len() {
            if matches!(uses[index], Self::Personal(_)) {
                return true;
            }
            index += 1;
        }
        false
    }

    /// The table, where it is one that the function names itself.
    #[must_use]
    pub const fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table, _) => Some(table),
            _ => None,
        }
    }
}

/// How a function touches a table, personal values or a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Puts, updates, deletes and condition checks.
    Write,
    /// Gets and queries.
    Read,
    /// Queries of its indexes, and of nothing else.
    List,
    /// Both.
    ReadWrite,
    /// Puts of what is new, and nothing that changes or removes what is there: for a ledger.
    Append,
    /// Gets and queries, and such puts.
    ReadAppend,
    /// Gets and queries, and updates of the attributes that say whether an entry is published: a relay's and a sweeper's.
    Mark,
}

impl Access {
    /// Whether it can bring something new into the table.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Write | Self::ReadWrite | Self::Append | Self::ReadAppend
        )
    }
}

impl Serialize for Resource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Table(table, access) => json!({ "table": table.name, "access": access }),
            Self::Personal(access) => json!({ "personal": access }),
            Self::Mail => json!({ "mail": "send" }),
            Self::Secret(name) => json!({ "secret": name }),
            Self::Parameter(parameter) => json!({
                "parameter": parameter.name,
                "default": parameter.default,
                "pattern": parameter.pattern,
                "summary": parameter.summary,
            }),
            Self::Bucket(name, access) => json!({ "bucket": name, "access": access }),
            Self::Send(command) => json!({ "command": command }),
            Self::Replies => json!({ "replies": "receive" }),
        }
        .serialize(serializer)
    }
}
