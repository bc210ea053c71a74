//! Committing: what a handler wants, in one transaction with its record.

use tidings_core::{Effects, Failure};

pub(super) use crate::idempotency::Hold;

use super::{
    Runtime, Surroundings,
    run::{Attempt, End, Ran},
    wanted::{Wanted, wanted},
};
use crate::idempotency::Completed;

/// How a commit ended.
pub(super) enum Committed {
    /// The event is done, now or before, or another worker has it.
    Ended(Ran),
    /// The state refuses it, and the consumer says that this is a failure. Nothing was written.
    Refused(Failure),
    /// The state refuses it, and the consumer wants this instead. Nothing was written.
    Instead(Box<Effects>),
}

/// Claims and commits in one: the record and these effects, all or nothing.
pub(super) async fn commit(
    runtime: &Runtime,
    attempt: &mut Attempt,
    effects: Effects,
) -> Result<Committed, Failure> {
    let wanted = wanted(runtime, effects, &attempt.context).await?;
    attempt.record.now = runtime.surroundings.now();
    write(runtime, attempt, Hold::Nothing, &wanted).await
}

/// Writes them, as this try.
pub(super) async fn write(
    runtime: &Runtime,
    attempt: &Attempt,
    hold: Hold,
    Wanted { actions, answer }: &Wanted,
) -> Result<Committed, Failure> {
    let Surroundings { records, entropy, .. } = &runtime.surroundings;
    let completed = records.complete(
        &attempt.record,
        hold,
        actions.clone(),
        answer.as_deref(),
        entropy.as_ref(),
    );
    let tried = attempt.context.attempt;
    let (attempt, end) = match completed.await? {
        Completed::Done { tries } => (
            tries.max(tried),
            End::Done {
                answer: answer.clone(),
            },
        ),
        // Nothing of what was decided is there, so there is nothing to answer.
        Completed::Superseded { tries } => (tries.max(tried), End::Done { answer: None }),
        Completed::AlreadyDone { answer } => (tried, End::Duplicate { answer }),
        Completed::InFlight { until } => (tried, End::InFlight { until }),
        Completed::Refused(failure) => return Ok(Committed::Refused(failure)),
        Completed::Instead(instead) => return Ok(Committed::Instead(instead)),
    };
    Ok(Committed::Ended(Ran { attempt, end }))
}
