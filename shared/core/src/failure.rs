//! A failure answers one question: "again?".

use std::time::Duration;

/// Why an event was not handled, and what becomes of its message.
///
/// Every error converts into a failure with `?`: a transient one, because an error that nobody thought of is
/// retried rather than lost; a handler that knows better says [`Failure::permanent`]. One that says that an AWS service does not take the
/// request itself is permanent, of the class `OurFault`: the request is this system's own, and the same again is refused again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The message comes back later.
    Transient {
        /// What kind of error it is; see [`Failure::of_class`].
        class: &'static str,
        /// What went wrong, for the log, the record and the dead letter.
        reason: String,
        /// When to come back (a provider's `Retry-After`); `None` leaves it to the backoff.
        after: Option<Duration>,
        /// What the event needs has not come yet. It says nothing of the consumer's provider, so the breaker does not count it.
        awaits: bool,
    },
    /// Another try cannot help: the message goes to the dead-letter queue now, with this reason.
    Permanent {
        /// What kind of error it is; see [`Failure::of_class`].
        class: &'static str,
        /// What went wrong.
        reason: String,
    },
}

impl Failure {
    /// A failure that another try may cure.
    #[must_use]
    pub fn transient(reason: impl Into<String>) -> Self {
        Self::Transient {
            class: "Transient",
            reason: reason.into(),
            after: None,
            awaits: false,
        }
    }

    /// What the event needs has not come yet, of this system's own: another event's work, most often. Another try may find it. Unlike
    /// [`transient`](Self::transient) it says nothing of the consumer's provider, which need not have been asked: however many
    /// events wait so, [the breaker](crate::breaker) stays closed for those that do not. Its class is `Awaiting`.
    #[must_use]
    pub fn awaiting(reason: impl Into<String>) -> Self {
        Self::Transient {
            class: "Awaiting",
            reason: reason.into(),
            after: None,
            awaits: true,
        }
    }

    /// A failure that another try may cure, not earlier than `after`.
    #[must_use]
    pub fn transient_after(reason: impl Into<String>, after: Duration) -> Self {
        Self::Transient {
            class: "Transient",
            reason: reason.into(),
            after: Some(after),
            awaits: false,
        }
    }

    /// A failure that no other try can cure.
    #[must_use]
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent {
            class: "Permanent",
            reason: reason.into(),
        }
    }

    /// Says what kind of error it is, in a word of the code (`CardDeclined`), never in one of the data: it is a
    /// dimension of the failure metric, and every new value of a dimension is a metric that is paid for. Without it
    /// the class is `Transient` or `Permanent`, and for an error that was converted the name of its type.
    #[must_use]
    pub fn of_class(mut self, name: &'static str) -> Self {
        let (Self::Transient { class, .. } | Self::Permanent { class, .. }) = &mut self;
        *class = name;
        self
    }

    /// What kind of error it is.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Transient { class, .. } | Self::Permanent { class, .. } => class,
        }
    }

    /// The same, told so.
    #[must_use]
    pub fn told(mut self, tell: impl FnOnce(&str) -> String) -> Self {
        let (Self::Transient { reason, .. } | Self::Permanent { reason, .. }) = &mut self;
        *reason = tell(reason);
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Transient { reason, .. } | Self::Permanent { reason, .. } => reason,
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut reason = error.to_string();
        let mut ours = is_our_fault(&reason);
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            ours |= is_our_fault(&cause_text);
            if !reason.contains(&cause_text) {
                reason = format!("{reason}: {cause_text}");
            }
            source = cause.source();
        }
        match ours {
            true => Self::permanent(reason).of_class("OurFault"),
            false => Self::transient(reason).of_class(type_name::<E>()),
        }
    }
}

/// Whether an error, among the causes of another, says that an AWS service does not take a request as it is, however often it comes (AWS: DynamoDB
/// developer guide, "Error handling": `ValidationException`, "OK to retry? No"; AWS: common errors, `ValidationError`).
///
/// It is known by its whole text, which the SDK gives to an error that its operation does not model: its type is not known here, and what a
/// caller has written can be part of a text and never all of it.
fn is_our_fault(text: &str) -> bool {
    let code = text
        .strip_prefix("unhandled error (")
        .and_then(|rest| rest.strip_suffix(')'));
    matches!(
        code,
        Some("ValidationException" | "ValidationError" | "SerializationException")
    )
}

/// The name of a type without its path and its parameters: `SdkError`.
fn type_name<T>() -> &'static str {
    let path = std::any::type_name::<T>();
    let path = path.split_once('<').map_or(path, |(path, _)| path);
    path.rsplit_once("::").map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_nobody_thought_of_is_transient_and_keeps_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("no invoice")]
        struct NoInvoice(#[source] std::num::ParseIntError);

        let fails = || -> Result<u8, Failure> { Ok("x".parse::<u8>().map_err(NoInvoice)?) };
        let failure = fails().unwrap_err();
        assert_eq!(
            failure,
            Failure::transient("no invoice: invalid digit found in string").of_class("NoInvoice")
        );
    }

    #[test]
    fn a_request_that_an_aws_service_does_not_take_is_our_fault_and_what_a_caller_has_written_is_not() {
        #[derive(Debug, thiserror::Error)]
        #[error("{0}")]
        struct Unhandled(&'static str);
        #[derive(Debug, thiserror::Error)]
        #[error("service error")]
        struct Service(#[source] Unhandled);

        let said = |text| Failure::from(Service(Unhandled(text)));
        let ours = said("unhandled error (ValidationException)");
        let reason = "service error: unhandled error (ValidationException)";
        assert_eq!(ours, Failure::permanent(reason).of_class("OurFault"));
        for other in [
            "unhandled error (InternalFailure)",
            "unhandled error",
            "no article is called unhandled error (ValidationException)",
        ] {
            assert!(
                matches!(said(other), Failure::Transient { class: "Service", .. }),
                "{other}"
            );
        }
    }

    #[test]
    fn a_class_is_a_word_of_the_code() {
        #[derive(Debug, thiserror::Error)]
        #[error("refused: {0:?}")]
        struct Refused<T: std::fmt::Debug>(T);

        assert_eq!(Failure::from(Refused(vec!["x"])).class(), "Refused");
        assert_eq!(Failure::transient("down").class(), "Transient");
        let declined = Failure::permanent("insufficient funds").of_class("CardDeclined");
        assert_eq!(
            (declined.class(), declined.reason()),
            ("CardDeclined", "insufficient funds")
        );
    }
}
