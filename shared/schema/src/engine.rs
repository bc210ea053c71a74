//! The second opinion: crate `jsonschema`'s canonical form. It is experimental, so its version is pinned and all of it is behind
//! [`covers`].

use jsonschema::{Draft, canonical};
use serde_json::Value;

/// What the engine says of "the reader takes all that the writer writes".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opinion {
    Yes,
    No,
    Unknown,
}

/// Whether `reader` takes all that `writer` admits; both of the dialect 2020-12, with formats asserted.
pub(crate) fn covers(reader: &Value, writer: &Value) -> Opinion {
    let canonical = |schema: &Value| {
        canonical::options()
            .offline()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .canonicalize(schema)
    };
    // Where it cannot model a schema it has no opinion; that is no error of ours.
    let (Ok(reader), Ok(writer)) = (canonical(reader), canonical(writer)) else {
        return Opinion::Unknown;
    };
    match reader.covers(&writer) {
        Ok(canonical::Containment::Yes) => Opinion::Yes,
        Ok(canonical::Containment::No) => Opinion::No,
        Ok(canonical::Containment::Unknown) | Err(_) => Opinion::Unknown,
    }
}
