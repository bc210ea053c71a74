//! Earlier states: `?version=7`, or `?time=2026-01-15T10:00:00Z`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use tidings_aws::{
    event_store::{AsOf, EventStore},
    http::{FieldError, Problem, Request},
};
use tidings_core::{Aggregate, Version, Versioned, catalogue::Endpoint};

/// Which state is asked for; the one that is now, unless it is said.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Asked {
    /// How it was when it had so many events.
    version: Option<Version>,
    /// How it was then. Not together with a version.
    time: Option<Timestamp>,
}

/// An aggregate as of the version or the time that the query string names, or as it is now.
///
/// # Errors
/// A parameter is malformed, or there are both: 400. There was no such aggregate then, or it has not come to that version: 404.
pub async fn asked_for<A: Aggregate, E: Endpoint<Query = Asked>>(
    events: &EventStore,
    request: &Request<E>,
    id: &str,
) -> Result<Versioned<A>, Problem> {
    let as_of = match request.query()? {
        Asked {
            version: Some(_),
            time: Some(_),
        } => {
            let wrong = FieldError::parameter("time", "cannot be asked for together with version");
            return Err(Problem::parameter(wrong));
        }
        Asked {
            version: Some(version),
            ..
        } => AsOf::Version(version),
        Asked { time: Some(time), .. } => AsOf::Time(time),
        Asked { .. } => AsOf::Now,
    };
    let found = events.load::<A>(id, as_of).await?;
    let missing = |when: String| Err(Problem::not_found(format!("there is no {} {id}{when}", A::TYPE)));
    match as_of {
        AsOf::Version(version) if version == 0 || found.version < version => {
            missing(format!(" of version {version}"))
        }
        AsOf::Time(time) if found.version == 0 => missing(format!(" at {time}")),
        _ if found.version == 0 => missing(String::new()),
        _ => Ok(found),
    }
}
