//! *Natural*: handled at least once, and handling it again leaves the same. A success leaves no record; a failure does, for who looks
//! after dead letters.

use super::{
    super::{Runtime, handler::Perform},
    Attempt, End, Ran,
    fail::fail_unclaimed,
    perform::perform,
};

pub(super) async fn run(runtime: &Runtime, handler: &dyn Perform<()>, mut attempt: Attempt) -> Ran {
    match perform(runtime, handler, &mut attempt).await.result() {
        Ok(()) => Ran {
            attempt: attempt.context.attempt,
            end: End::Done { answer: None },
        },
        Err(failure) => fail_unclaimed(runtime, attempt, failure).await,
    }
}
