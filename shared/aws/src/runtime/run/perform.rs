//! Performing an effect outside: within its time, heard by the breaker.

use super::{
    super::{LAST_WORD, Runtime, admit::Asked, handler::Perform, unpack::unpack},
    Attempt,
    guard::{Ended, decided, guarded},
};

pub(super) async fn perform<T: Asked>(
    runtime: &Runtime,
    handler: &dyn Perform<T>,
    attempt: &mut Attempt,
) -> Ended<T> {
    let unpacked = unpack(runtime, attempt).await;
    let time = runtime.surroundings.left(attempt.deadline, LAST_WORD);
    // Upcasting and reading are the consumer's own code too, and may panic.
    let begun = unpacked.and_then(|()| decided(|| handler.begin(&attempt.context)));
    let ended = match begun {
        Ok(performance) => guarded(performance, time).await,
        Err(failure) => Ended::NotBegun(failure),
    };
    let ended = ended.concealed(&attempt.context.envelope);
    runtime.breaker.heard(&ended, attempt, runtime.surroundings.now());
    ended
}
