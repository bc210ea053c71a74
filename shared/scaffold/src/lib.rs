//! Changes of a system's source that nobody should have to type: a new publisher, consumer, event or
//! service, and the mark of a version that goes.
//!
//! Each change is planned as a whole ([`Plan`]) before a file is touched; nothing that is there is
//! overwritten, and `git` takes it back. Texts of new files are templates in `templates/`. The source is
//! read as rustfmt leaves it, which `make lint` sees to.

mod consumer;
mod deprecate;
mod event;
mod function;
mod lists;
mod names;
mod plan;
mod publisher;
mod service;
#[cfg(test)]
mod shop;
mod workspace;

pub use consumer::{Guarantee, NewConsumer};
pub use deprecate::{Deprecate, NotDeprecated, deprecate};
pub use event::NewEvent;
pub use plan::{Plan, Planned};
pub use publisher::NewPublisher;
pub use service::NewService;
pub use workspace::{Contract, Workspace};

use std::{io, path::PathBuf};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A file of that name is there.
    #[error("{0} is there already: choose another name, or delete it first")]
    Exists(PathBuf),
    /// The name has another form.
    #[error("{name} is no name of {what}: {form}")]
    Name {
        /// What was named.
        what: &'static str,
        /// How.
        name: String,
        /// What such a name looks like.
        form: &'static str,
    },
    /// There is no such thing in the source.
    #[error("there is no {what} {name}; there are {there}")]
    Missing {
        /// What is missing.
        what: &'static str,
        /// What it was called.
        name: String,
        /// What there is of the kind.
        there: String,
    },
    /// A file is not as these changes expect it.
    #[error(
        "{file}: {expected} is not there; make the change by hand, as README.md says (\"Add a consumer\")"
    )]
    Unexpected {
        /// The file.
        file: PathBuf,
        /// What should be in it.
        expected: String,
    },
    /// A file cannot be read or written.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        error: io::Error,
    },
}
