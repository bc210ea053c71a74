//! What functions touch.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that a function may touch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Use {
    /// A table.
    Table {
        /// Its name in the system.
        table: String,
        /// How.
        access: Access,
    },
    /// Personal values of events: opening them (read), sealing new ones (write), or both.
    Personal {
        /// Which of the two.
        personal: Access,
    },
    /// Sending mail.
    Mail {
        /// `send`.
        mail: String,
    },
    /// The key or the address with which a provider is reached.
    Secret {
        /// Its name.
        secret: String,
    },
    /// A plain value that whoever deploys may choose.
    Parameter {
        /// Its name.
        parameter: String,
        /// What it is unless something else is chosen.
        default: String,
        /// The regular expression that a value matches as a whole.
        pattern: String,
        /// What it is for, and in which unit.
        summary: String,
    },
    /// Objects of a bucket.
    Bucket {
        /// The bucket's name in the system.
        bucket: String,
        /// How.
        access: Access,
    },
    /// Sending commands of a type to the queue of their handler.
    Command {
        /// The command's type.
        command: String,
    },
    /// Waiting for answers, on a queue of the process's own.
    Replies {
        /// `receive`.
        replies: String,
    },
    /// What a newer system knows and this code does not.
    Other(Value),
}

impl Use {
    /// The table that is touched, if it is one.
    #[must_use]
    pub fn table(&self) -> Option<(&str, Access)> {
        match self {
            Self::Table { table, access } => Some((table, *access)),
            _ => None,
        }
    }

    /// The type of the command that is sent, if that is what is done.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        match self {
            Self::Command { command } => Some(command),
            _ => None,
        }
    }
}

/// How something is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Puts, updates, deletes and condition checks.
    Write,
    /// Gets and queries.
    Read,
    /// Queries of its indexes, and of nothing else.
    List,
    /// Read and write.
    ReadWrite,
}

impl Access {
    /// Whether something is changed.
    #[must_use]
    pub fn writes(self) -> bool {
        matches!(self, Self::Write | Self::ReadWrite)
    }

    /// Whether something is looked at.
    #[must_use]
    pub fn reads(self) -> bool {
        matches!(self, Self::Read | Self::List | Self::ReadWrite)
    }

    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Write => "writes",
            Self::Read => "reads",
            Self::List => "lists",
            Self::ReadWrite => "reads and writes",
        }
    }
}
