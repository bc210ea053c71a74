//! Earlier states: `?version=7`, or `?time=2026-01-15T10:00:00Z`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use tidings_aws::{
    event_store::{AsOf, EventStore},
    http::{Problem, Request},
};
use tidings_core::{Aggregate, Version, Versioned, catalogue::Endpoint};

/// Which state is asked for; the one that is now, unless it is said.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Asked {
    /// How it was when it had so many events. Together with a time: if it had them by then.
    #[schemars(range(max = Version::MAX), example = 1)]
    version: Option<Version>,
    /// How it was then.
    #[schemars(example = &"2030-01-01T00:00:00Z")]
    time: Option<Timestamp>,
}

/// An aggregate as of the version, or the time, or the version by the time that the query string names, or as it is now.
///
/// # Errors
/// A parameter is malformed: 400. There was no such aggregate then, or it has not come to that version: 404.
pub async fn asked_for<A: Aggregate, E: Endpoint<Query = Asked>>(
    events: &EventStore,
    request: &Request<E>,
    id: &str,
) -> Result<Versioned<A>, Problem> {
    let Asked { version, time } = request.query()?;
    let missing = |when: String| Problem::not_found(format!("there is no {} {id}{when}", A::TYPE));
    let by = time.map(|time| format!(" at {time}")).unwrap_or_default();
    let found = events.load::<A>(id, time.map_or(AsOf::Now, AsOf::Time)).await?;
    match version {
        None if found.version == 0 => Err(missing(by)),
        None => Ok(found),
        Some(version) if version == 0 || found.version < version => {
            Err(missing(format!(" of version {version}{by}")))
        }
        Some(version) if found.version == version => Ok(found),
        Some(version) => Ok(events.load::<A>(id, AsOf::Version(version)).await?),
    }
}
