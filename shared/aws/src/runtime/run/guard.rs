//! Keeps what a handler does to its own record: a panic and a deadline become failures.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use futures::FutureExt as _;
use tidings_core::{Envelope, Failure};

/// How a handler ended.
pub(in crate::runtime) enum Ended<T> {
    /// It said so itself, or panicked.
    Said(Result<T, Failure>),
    /// There was no time left for it.
    NotBegun(Failure),
    /// It was stopped, and what it had begun outside may be there or not.
    Stopped(Failure),
}

impl<T> Ended<T> {
    /// The same, where it failed without the personal values of the event in its reason.
    pub(in crate::runtime) fn concealed(self, event: &Envelope) -> Self {
        let conceal = |failure: Failure| failure.told(|reason| event.concealed(reason));
        match self {
            Self::Said(result) => Self::Said(result.map_err(conceal)),
            Self::NotBegun(failure) => Self::NotBegun(conceal(failure)),
            Self::Stopped(failure) => Self::Stopped(conceal(failure)),
        }
    }

    /// What it amounts to, where nothing outside depends on it.
    pub(in crate::runtime) fn result(self) -> Result<T, Failure> {
        match self {
            Self::Said(result) => result,
            Self::NotBegun(failure) | Self::Stopped(failure) => Err(failure),
        }
    }
}

/// Runs a handler for at most `time`; where there is none, it is not begun.
pub(in crate::runtime) async fn guarded<T>(
    handler: impl Future<Output = Result<T, Failure>>,
    time: Duration,
) -> Ended<T> {
    // A time-out polls what it guards once before it looks at the time, and that can begin an effect whose lease has
    // ended meanwhile.
    if time.is_zero() {
        let late = "not begun: the function's deadline is near";
        return Ended::NotBegun(Failure::transient(late).of_class("Deadline"));
    }
    let handler = AssertUnwindSafe(handler).catch_unwind();
    match tokio::time::timeout(time, handler).await {
        Ok(Ok(result)) => Ended::Said(result),
        Ok(Err(panic)) => Ended::Said(Err(panicked(panic.as_ref()))),
        Err(_) => {
            let late = "the handler was not done before the function's deadline";
            Ended::Stopped(Failure::transient(late).of_class("Deadline"))
        }
    }
}

/// Runs a pure decision.
pub(in crate::runtime) fn decided<T>(decision: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(decision)).unwrap_or_else(|panic| Err(panicked(panic.as_ref())))
}

/// A panic is transient, like any error that nobody thought of.
fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Failure::transient(format!("the handler panicked: {}", text.unwrap_or("no message"))).of_class("Panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_without_time_is_not_begun() {
        let mut begun = false;
        let handler = async {
            begun = true;
            Ok(())
        };
        let ended = guarded(handler, Duration::ZERO).await;
        assert!(matches!(ended, Ended::NotBegun(Failure::Transient { .. })));
        assert!(!begun);
    }
}
