//! *Transactional*: the effect, the emitted events and the record commit in one transaction, so the effect happens once.
//!
//! Decide, then commit. A commit of a whole batch would decide every event first, and stands in the place of the loop.

use tidings_core::Effects;

use super::{
    super::{
        Runtime,
        commit::{Committed, commit},
        handler::Decide,
        unpack::unpack,
    },
    Attempt, Ran,
    fail::fail_unclaimed,
    guard::decided,
};

pub(super) async fn run(runtime: &Runtime, handler: &dyn Decide, mut attempt: Attempt) -> Ran {
    let decision = match unpack(runtime, &mut attempt).await {
        Ok(()) => {
            let event = &attempt.context.envelope;
            let decision = decided(|| handler.decide(&attempt.context));
            decision.map_err(|failure| failure.told(|reason| event.concealed(reason)))
        }
        Err(failure) => Err(failure),
    };
    let mut effects: Effects = match decision {
        Ok(effects) => effects,
        Err(failure) => return fail_unclaimed(runtime, attempt, failure).await,
    };
    loop {
        effects = match commit(runtime, &mut attempt, effects).await {
            Ok(Committed::Ended(ran)) => return ran,
            // The state refuses what was decided, and this is wanted instead. The token of a transaction is its owner's, and this one
            // writes something else.
            Ok(Committed::Instead(instead)) => {
                attempt.record.owner = runtime.surroundings.token();
                *instead
            }
            Ok(Committed::Refused(failure)) | Err(failure) => {
                let failure = failure.told(|reason| attempt.context.envelope.concealed(reason));
                return fail_unclaimed(runtime, attempt, failure).await;
            }
        };
    }
}
